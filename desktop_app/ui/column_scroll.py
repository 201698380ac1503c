"""A scroll area for one column of text and chips, whose height follows its width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class ColumnScroll(QScrollArea):
    """As wide as it is given, as high as the content needs at that width.

    QScrollArea's own resizing goes by minimum sizes, which for wrapping content are those of the narrowest column: it
    shows a scroll bar where everything fits.
    """

    def __init__(self, column: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(column)
        column.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        column.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        column = self.widget()
        layout = None if column is None else column.layout()
        if column is None or layout is None:
            return
        width = self.viewport().width()
        needed = layout.totalHeightForWidth(width)
        column.resize(width, max(needed, self.viewport().height()))
