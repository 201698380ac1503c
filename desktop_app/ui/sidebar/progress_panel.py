"""The foot of the sidebar: how far indexing is, with pause and cancel; what is watched when nothing runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.library import RootInfo
from desktop_app.domain.progress import IndexPhase, IndexProgress
from desktop_app.services.indexer import Indexer
from desktop_app.ui.controls import label, push_button, tool_button
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.sidebar.progress_words import progress_words
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted

_STEPS = 1000


class ProgressFeed(QObject):
    """The indexer's progress as a Qt signal on the GUI thread."""

    changed = Signal(object)
    """IndexProgress."""
    _arrived = Signal(object)

    def __init__(self, indexing: Indexer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._arrived.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = indexing.subscribe(self._arrived.emit)

    def close(self) -> None:
        """Stop listening. A second call does nothing."""
        self._closed = True
        self._unsubscribe()

    @Slot(object)
    def _pass_on(self, progress: IndexProgress) -> None:
        if not self._closed:
            self.changed.emit(progress)


class ProgressPanel(QWidget):
    """Shows progress; asks for pause, resume, cancel, and the lists of skipped files and missing photos, by signals."""

    pause_wanted = Signal()
    resume_wanted = Signal()
    cancel_wanted = Signal()
    skipped_wanted = Signal()
    missing_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._progress = IndexProgress()
        self._roots: tuple[RootInfo, ...] = ()
        self.headline = label()
        self.detail = label(role="muted")
        self.bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self.bar.setAccessibleName("Indexing progress")
        self.pause = tool_button("Pause indexing")
        self.pause.clicked.connect(self._toggle_pause)
        self.cancel = tool_button("Stop indexing", hint="Stop for now; it carries on at the next start")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.skipped = push_button("", role="link", hint="Show which files could not be read, and why")
        self.skipped.clicked.connect(self.skipped_wanted)
        self.skipped.hide()
        self.missing = push_button("", role="link", hint="Show which photos have no file any more")
        self.missing.clicked.connect(self.missing_wanted)
        self.missing.hide()
        self._lay_out()
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons anew."""
        self._theme = theme
        self._show()

    def show_progress(self, progress: IndexProgress) -> None:
        """Show a snapshot of the indexer."""
        self._progress = progress
        self._show()

    def show_roots(self, roots: Sequence[RootInfo]) -> None:
        """Say, while nothing runs, which folders are watched."""
        self._roots = tuple(roots)
        self._show()

    def show_skipped(self, photos: int) -> None:
        """Offer the list of skipped files when there are some."""
        self.skipped.setVisible(photos > 0)
        self.skipped.setText(f"{counted(photos, 'file')} could not be read")

    def show_missing(self, photos: int) -> None:
        """Offer the list of missing photos when there are some."""
        self.missing.setVisible(photos > 0)
        self.missing.setText(f"{counted(photos, 'photo is', 'photos are')} missing")

    def _lay_out(self) -> None:
        theme = self._theme
        for words in (self.headline, self.detail):
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.headline, 1)
        top.addWidget(self.pause)
        top.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space_l, theme.space_m, theme.space_s, theme.space_m)
        column.setSpacing(theme.space_xs)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.detail)
        for link in (self.skipped, self.missing):
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def _show(self) -> None:
        words = progress_words(self._progress, self._roots)
        running = self._progress.phase is not IndexPhase.IDLE
        self.headline.setText(words.headline)
        self.headline.setToolTip(words.headline)
        self.detail.setText(words.detail)
        self.detail.setToolTip(words.detail)
        self.detail.setVisible(bool(words.detail))
        self.bar.setVisible(words.bar)
        busy = words.fraction is None
        self.bar.setRange(0, 0 if busy else _STEPS)
        if words.fraction is not None:
            self.bar.setValue(round(words.fraction * _STEPS))
        paused = self._progress.phase is IndexPhase.PAUSED
        self.pause.setVisible(running)
        self.cancel.setVisible(running)
        self.pause.setIcon(themed_icon("play" if paused else "pause", self._theme.text))
        self.pause.setToolTip("Carry on" if paused else "Pause")
        self.pause.setAccessibleName("Resume indexing" if paused else "Pause indexing")
        self.cancel.setIcon(themed_icon("close", self._theme.text))

    def _toggle_pause(self) -> None:
        paused = self._progress.phase is IndexPhase.PAUSED
        (self.resume_wanted if paused else self.pause_wanted).emit()
