from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.base.paths import resource_path
from desktop_app.domain.vocabulary import MAX_PROMPTS, Vocabulary, VocabularyTag, parse_vocabulary, with_article

SMALL: dict[str, Any] = {
    "format": 1,
    "name": "Small",
    "template_sets": {"activity": ["people {}"]},
    "groups": [{"name": "Animals", "templates": ["a photo of {a}", "{a}"]}, {"name": "People", "templates": ["{a}"]}],
    "tags": [
        {"name": "animal", "group": "Animals"},
        {"name": "mammal", "group": "Animals", "parent": "animal"},
        {"name": "owl", "group": "Animals", "parent": "animal", "synonyms": ["tawny owl", {"name": "owls", "article": "none"}]},
        {"name": "crane", "group": "Animals", "templates": ["a photo of {a}, a bird", "a tall bird"]},
        {"name": "running", "group": "People", "templates": "activity", "synonyms": ["jogging"]},
        {"name": "hair", "group": "People", "article": "none"},
    ],
}  # fmt: skip


def parsed(**changes: Any) -> Vocabulary:
    return parse_vocabulary(json.dumps({**SMALL, **changes}))


def with_tag(**changes: Any) -> str:
    """The small vocabulary with one tag more."""
    return json.dumps({**SMALL, "tags": [*SMALL["tags"], {"name": "fox", "group": "Animals", **changes}]})


def test_a_vocabulary_is_read() -> None:
    vocabulary = parsed()
    assert vocabulary.name == "Small"
    assert vocabulary.tags[2] == VocabularyTag(
        name="owl",
        group="Animals",
        parent="animal",
        synonyms=("tawny owl", "owls"),
        prompts=("a photo of an owl", "an owl", "a photo of a tawny owl", "a photo of owls"),
    )
    prompts = {tag.name: tag.prompts for tag in vocabulary.tags}
    assert prompts["crane"] == ("a photo of a crane, a bird", "a tall bird")
    assert prompts["running"] == ("people running", "people jogging")
    assert prompts["hair"] == ("hair",)


def test_prompts_are_limited_and_different() -> None:
    many = [f"{{a}} number {number}" for number in range(MAX_PROMPTS + 3)]
    tag = parse_vocabulary(with_tag(templates=["{a}", "{a}", *many])).tags[-1]
    assert len(tag.prompts) == len(set(tag.prompts)) == MAX_PROMPTS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dog", "a dog"), ("owl", "an owl"), ("umbrella", "an umbrella"), ("hour", "an hour"), ("house", "a house"),
        ("unicycle", "a unicycle"), ("uniform", "a uniform"), ("uninhabited island", "an uninhabited island"),
        ("ukulele", "a ukulele"), ("utensil", "a utensil"), ("european", "a european"), ("one-way street", "a one-way street"),
        ("onion", "an onion"), ("x-ray", "an x-ray"), ("xylophone", "a xylophone"), ("t-shirt", "a t-shirt"),
        ("elephant", "an elephant"), ("umpire", "an umpire"), ("ufo", "a ufo"), ("urn", "an urn"), ("usher", "an usher"),
    ],
)  # fmt: skip
def test_a_or_an(name: str, expected: str) -> None:
    assert with_article(name) == expected
    assert with_article(name, "the") == f"the {name}"
    assert with_article(name, "none") == name


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "line 1, column 2"),
        ("[]", "the file: an object"),
        (json.dumps({"format": 1}), 'the file: "groups" is missing'),
        (json.dumps({**SMALL, "format": 2}), '"format" is 2'),
        (json.dumps({**SMALL, "colour": 1}), '"colour" is not known'),
        (json.dumps({**SMALL, "name": ""}), '"name": text'),
        (json.dumps({**SMALL, "groups": []}), "groups: a list of groups"),
        (json.dumps({**SMALL, "groups": [*SMALL["groups"], SMALL["groups"][0]]}), 'group 3: there is another group "Animals"'),
        (json.dumps({**SMALL, "groups": [{"name": "Animals", "templates": ["a photo"]}]}), 'group 1: the first template, "a photo"'),
        (json.dumps({**SMALL, "template_sets": {"activity": []}}), 'template set "activity": a list'),
        (json.dumps({**SMALL, "tags": {}}), "tags: a list of tags"),
        (json.dumps({**SMALL, "tags": [{"group": "Animals"}]}), 'tag 1: "name" is missing'),
        (with_tag(group="Plants"), 'tag 7 ("fox"): there is no group "Plants"'),
        (with_tag(parent="canine"), 'tag 7 ("fox"): there is no tag "canine" to be its parent'),
        (with_tag(parent="fox"), "its parents go in a circle: fox > fox"),
        (with_tag(name="owl"), 'tag 7 ("owl"): "owl" is already a word for tags, tag 3 ("owl")'),
        (with_tag(synonyms=["tawny owl"]), '"tawny owl" is already a word for tags, tag 3 ("owl")'),
        (with_tag(synonyms=["owl"]), '"owl" is already a word for'),
        (with_tag(synonyms=["vixen", "vixen"]), '"vixen" is already a word for tags, tag 7 ("fox")'),
        (with_tag(synonyms="vixen"), "a list of synonyms"),
        (with_tag(synonyms=[7]), "synonym 1: an object"),
        (with_tag(name="Fox"), '"Fox" is not lower-case'),
        (with_tag(name="red  fox"), "white space"),
        (with_tag(article="some"), "\"article\" is 'some', not one of a, the, none"),
        (with_tag(templates="walking"), 'there is no template set "walking"'),
        (with_tag(templates=["no name"]), 'the first template, "no name"'),
        (with_tag(templates=["{a}", 5]), "template: text is needed"),
        (with_tag(sinonyms=[]), '"sinonyms" is not known'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its text is what is tested
        parse_vocabulary(text)
    assert complaint in str(error.value)


def test_a_circle_of_parents_is_found() -> None:
    tags = [
        {"name": name, "group": "Animals", "parent": parent} for name, parent in [("a", "b"), ("b", "c"), ("c", "a")]
    ]
    with pytest.raises(ValueError, match="its parents go in a circle: a > b > c > a"):
        parsed(tags=tags)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data(), json_values)
def test_anything_else_is_a_value_error(data: st.DataObject, value: Any) -> None:
    """One value anywhere in a good file is replaced by any other: it is read, or refused as it should be."""
    document: Any = copy.deepcopy(SMALL)
    at = document
    while True:
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = value
    try:
        vocabulary = parse_vocabulary(json.dumps(document))
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert all(tag.prompts for tag in vocabulary.tags)


GROUPS = (
    "People & activities", "Animals", "Food", "Plants", "Nature & places", "Buildings & city", "Vehicles", "Objects",
    "Clothes", "Events", "Weather & light", "Photo kinds", "Moods", "Documents", "Sensitive",
)  # fmt: skip

# The 80 classes of COCO (Lin et al. 2014), as its annotations spell them.
COCO = """person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, handbag, tie,
suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket,
bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut,
cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard, cell phone, microwave,
oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear, hair drier, toothbrush"""

COMMON = """beach, birthday, wedding, christmas, snow, sunset, sunrise, screenshot, receipt, document, selfie, portrait, group
photo, baby, child, family, landscape, mountain, forest, lake, river, sea, city, night, fireworks, concert, food, flower,
tree, sky, clouds, rainbow, rain, fog, garden, kitchen, restaurant, museum, playground, party, graduation, swimming, hiking,
skiing, camping, black and white, blurry photo, whiteboard, passport, map, text"""

# Words with a second meaning that a photo could also show: each needs sentences of its own.
AMBIGUOUS = """crane, bat, seal, turkey, fly, kiwi, orange, apple, hot dog, rose, ring, suit, bar, tank, chicken, desert,
letter, kite, swing, wave, sign, lamb, computer mouse, computer keyboard, necktie, eyeglasses, shower, field"""


def words(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",")]


@pytest.fixture(scope="module")
def everyday() -> Vocabulary:
    return parse_vocabulary(resource_path("vocabularies", "everyday.json").read_text(encoding="utf-8"))


def test_the_shipped_vocabulary_is_large_enough(everyday: Vocabulary) -> None:
    assert everyday.name == "Everyday"
    assert len(everyday.tags) >= 1_000
    assert tuple(dict.fromkeys(tag.group for tag in everyday.tags)) == GROUPS
    assert min(Counter(tag.group for tag in everyday.tags).values()) >= 20
    assert sum(tag.parent is not None for tag in everyday.tags) >= 500
    assert sum(len(tag.synonyms) for tag in everyday.tags) >= 700
    sensitive = {tag.group for tag in everyday.tags if tag.sensitive}
    assert "Sensitive" in sensitive
    assert all(tag.sensitive for tag in everyday.tags if tag.group == "Sensitive")


def test_it_has_every_coco_class_and_common_word(everyday: Vocabulary) -> None:
    known = {word for tag in everyday.tags for word in (tag.name, *tag.synonyms)}
    assert len(words(COCO)) == 80
    assert set(words(COCO)) - known == set()
    assert set(words(COMMON)) - {tag.name for tag in everyday.tags} == set()


def test_its_tags_stand_behind_their_parents_in_one_group(everyday: Vocabulary) -> None:
    seen: dict[str, VocabularyTag] = {}
    for tag in everyday.tags:
        if tag.parent is not None:
            assert tag.parent in seen, tag.name
            assert seen[tag.parent].group == tag.group, tag.name
        seen[tag.name] = tag


def test_its_prompts_are_sentences_of_their_own(everyday: Vocabulary) -> None:
    owners: dict[str, str] = {}
    for tag in everyday.tags:
        assert 3 <= len(tag.prompts) <= MAX_PROMPTS, tag.name
        for prompt in tag.prompts:
            assert not set("{}~^<=") & set(prompt), prompt
            assert prompt == prompt.lower().strip()
            articles = [word for word in prompt.split() if word in {"a", "an", "the"}]
            assert not any(f" {first} {second} " in f" {prompt} " for first in articles for second in articles), prompt
            assert owners.setdefault(prompt, tag.name) == tag.name, prompt


def test_who_asks_for_a_broad_tag_is_answered_by_its_prompts(everyday: Vocabulary) -> None:
    wordings = everyday.broad_wordings()
    (person,) = everyday.named(["person"])
    assert wordings["a person"] == wordings["person"] == wordings["people"] == person.prompts
    assert "a man or a woman" in person.prompts
    assert "a dog" not in wordings


def test_its_ambiguous_words_are_made_clear(everyday: Vocabulary) -> None:
    by_name = {tag.name: tag for tag in everyday.tags}
    for name in words(AMBIGUOUS):
        first = by_name[name].prompts[0]
        assert first not in {f"a photo of {with_article(name)}", f"a photo of {name}"}, name
