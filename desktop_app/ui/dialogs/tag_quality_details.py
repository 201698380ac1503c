"""One tag on the tag quality page: its curve, its photos, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag_quality import TagQuality
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.dialogs.photo_strip import PhotoStrip, StripPhoto
from desktop_app.ui.dialogs.reliability_curve import ReliabilityCurve
from desktop_app.ui.layouts import STRETCH, in_column, in_row
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted


class TagQualityDetails(QWidget):
    """Asks by signals; whoever holds it knows the tag."""

    teach_wanted = Signal()
    forget_wanted = Signal()
    more_wanted = Signal()
    mistakes_wanted = Signal()
    decided = Signal(object, bool)
    """Photos, and whether they have the tag."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label(role="title")
        self.facts = label(role="muted", wrap=True)
        self.curve = ReliabilityCurve(theme)
        self.teach = push_button("Teach this tag", hint="Learn it from the photos you accepted and rejected")
        self.forget = push_button("Go by its words again", role="link")
        self.more = push_button("Find more like these", hint="Propose photos; nothing is tagged")
        self.back = push_button("Show what went wrong", role="link")
        self.heading = label(role="heading")
        self.strip = PhotoStrip(theme)
        self.nothing = label(role="muted", wrap=True)
        self.yes = push_button("They have it")
        self.no = push_button("They do not")
        self._connect()
        self._lay_out(theme)

    def show_tag(self, quality: TagQuality, other: TagQuality | None) -> None:
        """Show a tag's figures; its photos come by themselves."""
        self.title.setText(quality.tag.name)
        self.facts.setText(_facts(quality))
        self.curve.show_bins(quality.reliability, () if other is None else other.reliability)
        self.teach.setText("Teach it again" if quality.taught else "Teach this tag")
        self.teach.setEnabled(quality.accepted > 0)
        self.forget.setVisible(quality.taught)

    def show_photos(self, heading: str, photos: Sequence[StripPhoto], images: Mapping[PhotoId, QImage]) -> None:
        """Show photos to look at."""
        self.heading.setText(heading)
        self.strip.show_photos(photos, images)
        self.strip.setVisible(bool(photos))
        self.nothing.setVisible(not photos)
        self.nothing.setText("None." if not photos else "")
        self._choice_changed()

    def show_back(self, *, visible: bool) -> None:
        """Offer the way back from proposals to mistakes."""
        self.back.setVisible(visible)

    def _choice_changed(self) -> None:
        chosen = bool(self.strip.chosen())
        self.yes.setEnabled(chosen)
        self.no.setEnabled(chosen)

    def _connect(self) -> None:
        self.teach.clicked.connect(self.teach_wanted)
        self.forget.clicked.connect(self.forget_wanted)
        self.more.clicked.connect(self.more_wanted)
        self.back.clicked.connect(self.mistakes_wanted)
        self.strip.itemSelectionChanged.connect(self._choice_changed)
        self.yes.clicked.connect(lambda: self.decided.emit(self.strip.chosen(), True))
        self.no.clicked.connect(lambda: self.decided.emit(self.strip.chosen(), False))

    def _lay_out(self, theme: Theme) -> None:
        words = in_column(spacing=theme.space_s)
        for widget in (self.title, self.facts, self.teach, self.more, self.forget):
            words.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        words.addStretch(1)
        top = in_row(spacing=theme.space_m)
        top.addWidget(self.curve, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        decide = in_row(self.yes, self.no, STRETCH, spacing=theme.space_s)
        parts = (top, in_row((self.heading, 1), self.back), (self.strip, 1), (self.nothing, 1), decide)
        in_column(*parts, spacing=theme.space_s, margins=(0, 0, 0, 0), inside=self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.forget.hide()
        self.back.hide()


def _facts(quality: TagQuality) -> str:
    decided = quality.accepted + quality.rejected
    facts = f"{counted(quality.accepted, 'photo')} accepted, {quality.rejected:,} rejected."
    if quality.scored < decided and (quality.tag.looked_for or quality.taught):
        facts += f" The model has seen {quality.scored:,} of them."
    if not (quality.tag.looked_for or quality.taught):
        facts += " No model looks for it; taught, it is found in all photos."
    elif quality.taught:
        facts += " Taught: each photo is judged as if the tag had not been learned from it."
    elif quality.accepted and not quality.rejected:
        facts += " Rejecting some wrong ones makes the figures, and a lesson, more telling."
    return facts
