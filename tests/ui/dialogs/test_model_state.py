"""What a model's card says and offers, in every state."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.domain.model_figures import Evaluation, ModelFigures
from desktop_app.domain.progress import DownloadProgress, DownloadState, SwitchProgress
from desktop_app.services.models import ModelInfo
from desktop_app.ui.dialogs.model_state import CardAct, CardState, card_state, facts_line, quality_lines, quality_words

HUB = CatalogueEntry("vit-b-32", "ViT-B/32", ModelOrigin.HUB, "ViT-B-32", "openai", 605, "MIT", imagenet_top_1=0.633)
ABSENT = ModelInfo(HUB, installed=False, active=False, embedded=0)
HERE = replace(ABSENT, installed=True)


def acts(state: CardState) -> list[CardAct]:
    return [act for act, _ in state.buttons]


def test_each_state_offers_what_makes_sense() -> None:
    assert acts(card_state(ABSENT, None, None)) == [CardAct.DOWNLOAD]
    assert acts(card_state(HERE, None, None)) == [CardAct.USE]
    assert acts(card_state(replace(ABSENT, partial_bytes=10**8), None, None)) == [
        CardAct.DOWNLOAD,
        CardAct.CANCEL_DOWNLOAD,
    ]
    assert acts(card_state(replace(HERE, pending=True), None, None)) == [CardAct.CANCEL_SWITCH]
    active = card_state(replace(HERE, active=True), None, None)
    assert (active.status, acts(active)) == ("In use", [])


def test_only_what_can_be_removed_offers_it() -> None:
    def removable(info: ModelInfo) -> bool:
        return CardAct.REMOVE in [act for act, _ in card_state(info, None, None).more]

    assert removable(HERE)
    assert not removable(replace(HERE, active=True))
    assert not removable(replace(HERE, entry=replace(HUB, origin=ModelOrigin.BUILT_IN)))
    assert removable(replace(HERE, entry=replace(HUB, origin=ModelOrigin.FILE)))


def test_a_download_says_how_far_it_is() -> None:
    progress = DownloadProgress("vit-b-32", DownloadState.DOWNLOADING, 121_000_000, 605_000_000, 4_200_000.0, 115.0)
    state = card_state(ABSENT, progress, None)
    assert state.status == "121 MB of 605 MB · 4.2 MB/s · 2 min left"
    assert state.fraction == 0.2
    assert acts(state) == [CardAct.PAUSE, CardAct.CANCEL_DOWNLOAD]
    connecting = card_state(ABSENT, DownloadProgress("vit-b-32", DownloadState.STARTING), None)
    assert connecting.bar
    assert connecting.fraction is None


def test_a_failed_download_says_why_and_can_go_on() -> None:
    failed = DownloadProgress("vit-b-32", DownloadState.FAILED, problem="The disk is full.")
    state = card_state(replace(ABSENT, partial_bytes=1), failed, None)
    assert (state.status, state.problem) == ("The disk is full.", True)
    assert acts(state)[0] is CardAct.DOWNLOAD
    assert card_state(HERE, failed, None).status == "", "a later attempt succeeded"


def test_a_switch_says_how_far_it_is() -> None:
    state = card_state(replace(HERE, pending=True), None, SwitchProgress("vit-b-32", 1204, 5310, 20.0, 205.0))
    assert state.status == "Getting ready: 1,204 of 5,310 photos · 3 min left"
    assert state.fraction is not None
    assert card_state(replace(HERE, pending=True), None, SwitchProgress("vit-b-32", 0, 0)).fraction is None


def test_facts_and_figures_say_where_they_come_from() -> None:
    measured = Evaluation("labels.tsv", 128, (("mean_average_precision", 0.483), ("top_1", 0.8)), "2026-01-01")
    stated = Evaluation("ImageNet", 50_000, (("top_1", 0.63),), stated=True)
    info = replace(HERE, embedded=2, figures=ModelFigures(21.4, "cpu", (stated, measured)))
    assert facts_line(info) == "605 MB · MIT · English · 21 photos/s on this computer · 2 photos read with it"
    lines = quality_lines(info)
    assert lines[0] == "labels.tsv, 128 photos, measured here: mean average precision 0.48, top-1 accuracy 0.80"
    assert "from its card" in lines[1]
    assert "63.3 %" in lines[2]
    dense = Evaluation(
        "some_photos/labels.tsv", 200, (("text_to_image_r1", 0.2), ("text_to_image_r5", 0.5), ("ratio", 0.7))
    )
    only_for_its_card = Evaluation("unseen words", 200, (("ratio", 0.7),))
    lines = quality_lines(replace(info, figures=ModelFigures(evaluations=(dense, only_for_its_card))))
    assert lines[0] == "some photos, 200 photos, measured here: text to image, recall@1 0.20"
    assert len(lines) == 2
    assert quality_lines(replace(info, entry=replace(HUB, imagenet_top_1=None), figures=ModelFigures())) == []


def test_quality_is_told_in_plain_words() -> None:
    stated = (
        Evaluation("some/labels.tsv", 300, (("top_5", 0.9), ("top_1", 0.712)), stated=True),
        Evaluation("captions", 200, (("text_to_image_r1", 0.2), ("text_to_image_r10", 0.64)), stated=True),
    )
    card = replace(HERE, figures=ModelFigures(evaluations=stated))
    assert quality_words(card) == (
        "From its card: names 71 % of 300 pictures right, "
        "and of 200 photos has the one described among its first ten for 64 % of descriptions."
    )
    here = Evaluation("mine.tsv", 1200, (("top_1", 0.5),), "2026-01-01")
    assert quality_words(replace(card, figures=ModelFigures(evaluations=(*stated, here)))) == (
        "Measured here: names 50 % of 1,200 pictures right."
    )
    assert quality_words(ABSENT) == "Published: names 63.3 % of ImageNet's pictures right."
    assert quality_words(replace(ABSENT, entry=replace(HUB, imagenet_top_1=None))) == ""
