"""What a model's card says and offers, by what is going on with the model. Words only, no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from desktop_app.domain.model import ModelOrigin
from desktop_app.domain.model_figures import FIGURE_TITLES, Evaluation
from desktop_app.domain.progress import DownloadProgress, DownloadState, SwitchProgress
from desktop_app.services.models import ModelInfo
from desktop_app.ui.wording import byte_size, counted, duration, number, percent

_RUNNING = (DownloadState.STARTING, DownloadState.DOWNLOADING, DownloadState.CHECKING)

# One figure near the first photo and one further down say what a person wants to know of either.
_LEFT_TO_THE_CARD = frozenset({"text_to_image_r5", "image_to_text_r1", "image_to_text_r5", "image_to_text_r10"})

_PLAIN = {
    "top_1": "names {share} of {photos} pictures right",
    "text_to_image_r10": "of {photos} photos has the one described among its first ten for {share} of descriptions",
}
"""The figures that can be told without the words of the field."""


class CardAct(Enum):
    """What can be asked for on a card."""

    USE = auto()
    DOWNLOAD = auto()
    """Begin a download, or go on with one; when it is there, use it."""
    PAUSE = auto()
    CANCEL_DOWNLOAD = auto()
    CANCEL_SWITCH = auto()
    MEASURE = auto()
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class CardState:
    """The part of a card that changes. `fraction` is 0 to 1, None for "busy, no telling how long"."""

    status: str = ""
    problem: bool = False
    bar: bool = False
    fraction: float | None = None
    buttons: tuple[tuple[CardAct, str], ...] = ()
    more: tuple[tuple[CardAct, str], ...] = ()
    """Behind the three dots: what is seldom wanted."""


def card_state(info: ModelInfo, download: DownloadProgress | None, switch: SwitchProgress | None) -> CardState:
    """What the card of this model says now."""
    if info.active:
        return CardState("In use", more=_more(info))
    if info.pending:
        return _switching(switch)
    if download is not None and download.state in _RUNNING:
        return _downloading(download)
    if info.installed:
        return CardState(buttons=((CardAct.USE, "Use"),), more=_more(info))
    if download is not None and download.state is DownloadState.FAILED:
        again = ((CardAct.DOWNLOAD, "Try again"), *_discard(info))
        return CardState(download.problem, problem=True, buttons=again)
    if info.partial_bytes:
        status = f"Paused · {byte_size(info.partial_bytes)} of {number(info.entry.size_mb)} MB are here"
        return CardState(status, buttons=((CardAct.DOWNLOAD, "Go on"), *_discard(info)))
    return CardState(buttons=((CardAct.DOWNLOAD, "Download and use"),))


def facts_line(info: ModelInfo) -> str:
    """Such as "605 MB · MIT · English · 21 photos/s on this computer · 1,204 photos read"."""
    entry, figures = info.entry, info.figures
    parts = [f"{number(entry.size_mb)} MB" if entry.size_mb else "", entry.licence, ", ".join(entry.languages)]
    if figures.images_per_second:
        speed = figures.images_per_second
        parts.append(f"{speed:.{0 if speed >= 10 else 1}f} photos/s on this computer")
    if info.embedded:
        parts.append(f"{counted(info.embedded, 'photo')} read with it")
    return " · ".join(part for part in parts if part)


def quality_words(info: ModelInfo) -> str:
    """How well it understands, in words that need no knowledge of the field; empty where nothing is known.

    Of several measurements the ones made here come first; `quality_lines` has them all.
    """
    for stated, where in ((False, "Measured here"), (True, "From its card")):
        known = [each for each in info.figures.evaluations if each.stated is stated]
        if words := [said for figure in _PLAIN if (said := _in_plain_words(figure, known))]:
            return f"{where}: {', and '.join(words)}."
    share = info.entry.imagenet_top_1
    return "" if share is None else f"Published: names {_published(share)} of ImageNet's pictures right."


def quality_lines(info: ModelInfo) -> list[str]:
    """What was measured, a line for each measurement in the words of the field; measured here before published.

    The most telling figures: `models list` and the model's card have all of them.
    """
    measured = sorted(info.figures.evaluations, key=lambda evaluation: evaluation.stated)
    lines = [_evaluation_line(each) for each in measured if any(_is_shown(name) for name, _ in each.figures)]
    if info.entry.imagenet_top_1 is not None:
        lines.append(f"Published ImageNet zero-shot accuracy: {_published(info.entry.imagenet_top_1)}")
    return lines


def _in_plain_words(figure: str, known: Sequence[Evaluation]) -> str:
    """One figure from the first measurement that has it; empty where none has."""
    for evaluation in known:
        for name, value in evaluation.figures:
            if name == figure:
                return _PLAIN[figure].format(share=percent(value), photos=number(evaluation.photos))
    return ""


def _published(share: float) -> str:
    """With a decimal, as it was published."""
    return f"{share * 100:.1f} %"


def _evaluation_line(evaluation: Evaluation) -> str:
    figures = ", ".join(f"{FIGURE_TITLES[name]} {value:.2f}" for name, value in evaluation.figures if _is_shown(name))
    where = "from its card" if evaluation.stated else "measured here"
    truth = evaluation.truth.removesuffix("/labels.tsv").replace("_", " ")
    return f"{truth}, {counted(evaluation.photos, 'photo')}, {where}: {figures}"


def _is_shown(figure: str) -> bool:
    return figure in FIGURE_TITLES and figure not in _LEFT_TO_THE_CARD


def _switching(switch: SwitchProgress | None) -> CardState:
    cancel = ((CardAct.CANCEL_SWITCH, "Cancel"),)
    if switch is None or not switch.total:
        return CardState("Getting ready; the present model serves until then", bar=True, buttons=cancel)
    parts = [f"Getting ready: {number(switch.done)} of {number(switch.total)} photos"]
    if switch.eta_seconds is not None:
        parts.append(f"{duration(switch.eta_seconds)} left")
    return CardState(" · ".join(parts), bar=True, fraction=switch.done / switch.total, buttons=cancel)


def _downloading(download: DownloadProgress) -> CardState:
    buttons = ((CardAct.PAUSE, "Pause"), (CardAct.CANCEL_DOWNLOAD, "Cancel"))
    total = download.total_bytes
    if download.state is DownloadState.CHECKING:
        return CardState("Checking what came…", bar=True, buttons=buttons)
    if download.state is DownloadState.STARTING or not total:
        return CardState("Connecting…", bar=True, buttons=buttons)
    parts = [f"{byte_size(download.done_bytes)} of {byte_size(total)}"]
    if download.bytes_per_second:
        parts.append(f"{byte_size(round(download.bytes_per_second))}/s")
    if download.eta_seconds is not None:
        parts.append(f"{duration(download.eta_seconds)} left")
    return CardState(" · ".join(parts), bar=True, fraction=download.done_bytes / total, buttons=buttons)


def _discard(info: ModelInfo) -> tuple[tuple[CardAct, str], ...]:
    return ((CardAct.CANCEL_DOWNLOAD, "Discard"),) if info.partial_bytes else ()


def _more(info: ModelInfo) -> tuple[tuple[CardAct, str], ...]:
    measure = (CardAct.MEASURE, "Measure its speed here")
    if info.active or info.entry.origin is ModelOrigin.BUILT_IN:
        return (measure,)
    wording = "Take off this list…" if info.entry.origin is ModelOrigin.FILE else "Remove from this computer…"
    return (measure, (CardAct.REMOVE, wording))
