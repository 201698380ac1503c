"""One tag's threshold: a slider, and at once which photos it would add and remove."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from desktop_app.services.tag_editing import ThresholdPreview
from desktop_app.ui.controls import label
from desktop_app.ui.tagging.thumbnail_row import ThumbnailRow
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, number

_STEPS = 100


class ThresholdPanel(QWidget):
    """Shows and changes a threshold; what it would do is looked up by whoever hears `moved`."""

    moved = Signal(object)
    """The threshold (float, 0 to 1) or None: the library's rule."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_rule = QCheckBox("As for all other tags")
        self.by_rule.setToolTip("How sure it must be there is chosen under Library, Tag quality")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setAccessibleName("Threshold")
        self.value = label()
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance("from 100 % on"))
        self.summary = label(role="muted", wrap=True)
        self.added = ThumbnailRow(theme, "Photos that it would add")
        self.removed = ThumbnailRow(theme, "Photos that it would remove")
        self._added_title, self._removed_title = label(role="muted"), label(role="muted")
        self.by_rule.toggled.connect(self._on_rule)
        self.slider.valueChanged.connect(self._on_slider)
        self._lay_out(theme)
        self.show_threshold(None, 0.5)

    @property
    def threshold(self) -> float | None:
        """What is set at present."""
        return None if self.by_rule.isChecked() else self.slider.value() / _STEPS

    def show_threshold(self, threshold: float | None, position: float) -> None:
        """Begin with this one; the slider stands at `position` while the rule decides. Nobody is told."""
        for control in (self.by_rule, self.slider):
            control.blockSignals(True)
        self.by_rule.setChecked(threshold is None)
        self.slider.setValue(round((position if threshold is None else threshold) * _STEPS))
        for control in (self.by_rule, self.slider):
            control.blockSignals(False)
        self._say()

    def show_preview(self, preview: ThresholdPreview, added: Sequence[QImage], removed: Sequence[QImage]) -> None:
        """What the present threshold would do."""
        by_rule = self.threshold is None
        if by_rule:
            self.show_threshold(None, preview.threshold)
            if not preview.accepted:
                self.value.setText("")  # the rule comes to no number while it accepts nothing
        more, fewer = len(preview.added), len(preview.removed)
        self.summary.setText(preview_words(preview, by_rule=by_rule))
        for row, title, images, total, word in (
            (self.added, self._added_title, added, more, "Would get it"),
            (self.removed, self._removed_title, removed, fewer, "Would lose it"),
        ):
            title.setText(f"{word}: {number(total)}" if total else " ")  # its line stays: nothing jumps
            row.show_images(images, total)

    def _on_rule(self, _checked: bool) -> None:
        self._say()
        self.moved.emit(self.threshold)

    def _on_slider(self, _value: int) -> None:
        self._say()
        self.moved.emit(self.threshold)

    def _say(self) -> None:
        self.slider.setEnabled(not self.by_rule.isChecked())
        about = "about " if self.by_rule.isChecked() else "from "
        self.value.setText(f"{about}{self.slider.value()} %" + ("" if self.by_rule.isChecked() else " on"))

    def _lay_out(self, theme: Theme) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.space_m)
        row.addWidget(label("Tag photos"))
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space_s)
        column.addWidget(self.by_rule)
        column.addLayout(row)
        column.addWidget(self.summary)
        for title, pictures in ((self._added_title, self.added), (self._removed_title, self.removed)):
            column.addWidget(title)
            column.addWidget(pictures)


def preview_words(preview: ThresholdPreview, *, by_rule: bool) -> str:
    """What a threshold comes to, in a sentence or two."""
    more, fewer = len(preview.added), len(preview.removed)
    change = f": {number(more)} more, {number(fewer)} fewer than now" if more or fewer else ""
    photos = counted(preview.accepted, "photo") if preview.accepted else "no photo"
    if not by_rule:
        return f"The model would tag {photos}{change}."
    suggested = f" It suggests it for {counted(preview.suggested, 'photo')}." if preview.suggested else ""
    return f"The model is sure of {photos}{change}.{suggested}"
