"""The half of the grid that lays out, paints and scrolls equal cells; what clicks and keys mean is in view.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from desktop_app.ui.grid.delegate import PhotoDelegate
from desktop_app.ui.grid.geometry import GAP, MARGIN, GridGeometry
from desktop_app.ui.grid.model import PhotoGridModel
from desktop_app.ui.grid.moving import row_after
from desktop_app.ui.grid.rubber_band import RubberBand
from desktop_app.ui.grid.runs import mask_of
from desktop_app.ui.grid.smooth_scroll import SmoothScroll
from desktop_app.ui.grid.thumbnail import ThumbnailSize
from desktop_app.ui.grid.thumbnail_loader import ThumbnailLoader, ThumbnailSource
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme

SMALLEST_CELL, LARGEST_CELL = 96, 320
DEFAULT_CELL = 176

LOAD_DELAY_MS = 12
"""Requests wait for less than a frame, so that a fast scroll asks for where it came to and not for all it passed."""

FLING_DELAY_MS = 60
"""The same while more than a view at a time goes by, as when the scroll bar is dragged through a large library."""

SETTLE_MS = 150
"""After the last change of the cell size: thumbnails are painted scaled until then, and made anew once it rests."""

PAGES_AHEAD = 1.0
"""Views of photos fetched beyond the visible ones, on both sides."""

BAND_OPACITY = 0.16

AnyIndex = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag


class CellsView(QListView):
    """Equal cells, of which only the visible ones cost anything, however many photos there are.

    A list view, so that screen readers see a list; but its layout is arithmetic, where QListView's visits every row.
    """

    def __init__(self, source: ThumbnailSource, tasks: Tasks, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = ThumbnailLoader(source, tasks, parent=self)
        self._photos = PhotoGridModel(self._loader.summary, self)
        self._delegate = PhotoDelegate(self._loader.cell, theme, self)
        self._geometry = GridGeometry.fit(count=0, width=1, wanted_side=DEFAULT_CELL)
        self._wanted_side = DEFAULT_CELL
        self._hovered: int | None = None
        self._pointer: QPoint | None = None
        self._selected = np.zeros(0, dtype=bool)
        self._scroll = SmoothScroll(self.verticalScrollBar(), self)
        self._band = RubberBand(self.viewport(), self.verticalScrollBar(), self._band_changed)
        self._load_timer = self._timer(LOAD_DELAY_MS, self._load)
        self._settle_timer = self._timer(SETTLE_MS, self._settle)
        self._set_up()
        self.setModel(self._photos)
        self.setItemDelegate(self._delegate)
        self._photos.modelReset.connect(self._forget_rows)
        self._loader.loaded.connect(self._photos.refresh)
        self.set_theme(theme)

    def _timer(self, delay_ms: int, action: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(delay_ms)
        timer.timeout.connect(action)
        return timer

    def _set_up(self) -> None:
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.verticalScrollBar().sliderPressed.connect(self._scroll.stop)
        self.verticalScrollBar().actionTriggered.connect(self._scroll.stop)
        # Every pixel is painted here, so Qt need not clear the ground first, nor repaint for its own idea of hovering.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover, False)
        self.viewport().installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours from now on."""
        self._ground = QColor(theme.surface)
        self._accent = QColor(theme.accent)
        self._delegate.set_theme(theme)
        self.setStyleSheet("QListView { border: none; background: transparent; }")
        self.viewport().update()

    def cell_size(self) -> int:
        """The wanted side of the cells, device-independent pixels."""
        return self._wanted_side

    def current_row(self) -> int | None:
        """The row that keys move from."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def _forget_rows(self) -> None:
        """Row numbers mean other photos from now on."""
        self._selected = np.zeros(self._photos.rowCount(), dtype=bool)
        self._hovered = None

    def _band_changed(self) -> None:
        self.viewport().update()

    # Layout

    def updateGeometries(self) -> None:
        """Qt asks for the layout anew: after a resize, a change of style, a first show."""
        self._lay_out(anchor=self._anchor())

    def doItemsLayout(self) -> None:
        """Nothing is laid out photo by photo: this leads to `updateGeometries` and a repaint."""
        QAbstractItemView.doItemsLayout(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width means other columns. QListView's own answer would be to visit every row."""
        QAbstractItemView.resizeEvent(self, event)

    def _anchor(self) -> tuple[int, int] | None:
        """A row that should stay where it is, and its distance from the top of the view: the current one, if visible."""
        visible = self._visible_rows()
        if not visible:
            return None
        current = self.current_row()
        row = current if current is not None and current in visible else visible[0]
        return row, self._geometry.box(row).y - self.verticalScrollBar().value()

    def _lay_out(self, *, anchor: tuple[int, int] | None) -> None:
        bar, area = self.verticalScrollBar(), self.viewport()
        count = self._photos.rowCount()
        self._geometry = GridGeometry.fit(count=count, width=area.width(), wanted_side=self._wanted_side)
        bar.setPageStep(area.height())
        bar.setSingleStep(max(self._geometry.pitch // 3, 1))
        # May show or hide the bar, which resizes the viewport and comes back here before it returns.
        bar.setRange(0, max(self._geometry.height - area.height(), 0))
        if anchor is not None and anchor[0] < count:
            self._scroll.jump(self._geometry.box(anchor[0]).y - anchor[1])
        if self._thumbnail_size() != self._loader.size:
            self._settle_timer.start()
        self._load_timer.start(LOAD_DELAY_MS)
        area.update()

    def _visible_rows(self) -> range:
        top = self.verticalScrollBar().value()
        return self._geometry.rows_between(top, top + self.viewport().height())

    def _reveal(self, row: int, *, glide: bool) -> None:
        """Scroll just so far that the cell is wholly visible, with its margin. A glide under way counts as arrived."""
        box, height = self._geometry.box(row), self.viewport().height()
        top = self._scroll.goal
        if box.y - MARGIN < top:
            goal = box.y - MARGIN
        elif box.y + box.side + MARGIN > top + height:
            goal = box.y + box.side + MARGIN - height
        else:
            return
        (self._scroll.glide if glide else self._scroll.jump)(goal)

    # Thumbnails

    def _thumbnail_size(self) -> ThumbnailSize:
        ratio = self.devicePixelRatioF()
        return ThumbnailSize(round(self._geometry.side * ratio), ratio)

    def _settle(self) -> None:
        self._loader.set_size(self._thumbnail_size())
        self._load()

    def _load_soon(self, scrolled: int) -> None:
        """Fetch while scrolling, but not while whole views fly past: nobody sees those, and painting them is work enough."""
        if scrolled > self.viewport().height():
            self._load_timer.start(FLING_DELAY_MS)
        elif not self._load_timer.isActive():
            self._load_timer.start(LOAD_DELAY_MS)

    def _load(self) -> None:
        """Ask for what is visible, then for what comes next, then for what was before."""
        if not self.isVisible():
            return
        if self._loader.size is None:
            self._loader.set_size(self._thumbnail_size())
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        ahead = round(height * PAGES_AHEAD)
        near = self._geometry.rows_between(top - ahead, top + height + ahead)
        visible = self._visible_rows()
        order = [*visible, *range(visible.stop, near.stop), *reversed(range(near.start, visible.start))]
        if order:
            self._loader.want(self._photos.photo_ids[order].tolist())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells that touch the damaged rectangle."""
        painter = QPainter(self.viewport())
        with self._loader.held():
            self._paint(painter, event.rect())
        painter.end()

    def _paint(self, painter: QPainter, damaged: QRect) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(damaged, self._ground)
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        # Rings reach into the gap around their cell.
        reach = damaged.adjusted(-GAP, -GAP, GAP, GAP)
        offset = self.verticalScrollBar().value()
        for row in self._geometry.rows_between(reach.top() + offset, reach.bottom() + 1 + offset):
            box = self._geometry.box(row)
            if box.x < reach.right() and box.x + box.side > reach.left():
                option.rect = QRect(box.x, box.y - offset, box.side, box.side)
                option.state = self._state_of(row)
                self._delegate.paint(painter, option, self._photos.index(row, 0))
        if self._band.active:
            self._paint_band(painter, offset)

    def _state_of(self, row: int) -> State:
        state = State.State_Enabled
        if self._selected[row]:
            state |= State.State_Selected
        if row == self._hovered:
            state |= State.State_MouseOver
        if row == self.current_row() and self.hasFocus() and not self._alone(row):
            state |= State.State_HasFocus
        return state

    def _alone(self, row: int) -> bool:
        """True for the only selected photo: its selection ring says already where keys go on from."""
        return bool(self._selected[row]) and int(np.count_nonzero(self._selected)) == 1

    def _paint_band(self, painter: QPainter, offset: int) -> None:
        veil = QColor(self._accent)
        veil.setAlphaF(BAND_OPACITY)
        painter.setPen(self._accent)
        painter.setBrush(veil)
        painter.drawRoundedRect(self._band.rect.translated(0, -offset), 2, 2)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002 - nothing scrolls sideways
        """Move the pixels that are there already, paint only the strip that came into view, and fetch what is new."""
        if self._band.active:
            self.viewport().update()
        else:
            self.viewport().scroll(0, dy)
        self._hover(self._pointer)
        self._load_soon(abs(dy))

    def _hover(self, pointer: QPoint | None) -> None:
        self._pointer = pointer
        row = None if pointer is None else self._row_at(pointer)
        if row != self._hovered:
            for changed in (self._hovered, row):
                self._update_cell(changed)
            self._hovered = row

    def _row_at(self, point: QPoint) -> int | None:
        return self._geometry.row_at(point.x(), point.y() + self.verticalScrollBar().value())

    def _cell_rect(self, row: int) -> QRect:
        box = self._geometry.box(row)
        return QRect(box.x, box.y - self.verticalScrollBar().value(), box.side, box.side)

    def _update_cell(self, row: int | None) -> None:
        if row is not None:
            self.viewport().update(self._cell_rect(row).adjusted(-GAP, -GAP, GAP, GAP))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the viewport: forget the pointer when it leaves; look again when it is shown, or on a screen of another density.

        A filter and not an override of `viewportEvent`: that would stand, in Python, around every paint.
        """
        if watched is self.viewport():
            if event.type() == QEvent.Type.Leave:
                self._hover(None)
            elif event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.Show):
                self._lay_out(anchor=self._anchor())
        return super().eventFilter(watched, event)

    # What Qt asks of any item view

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: ARG002
        """Keep a mask of selected rows: asking the selection model while painting would cost more the more it holds."""
        self._selected = mask_of(self.selectionModel().selection(), self._photos.rowCount())
        self.viewport().update()

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """Repaint the focus ring in both places."""
        for index in (current, previous):
            self._update_cell(index.row() if index.isValid() else None)

    def dataChanged(self, top_left: AnyIndex, bottom_right: AnyIndex, roles: Sequence[int] = ()) -> None:  # noqa: ARG002
        """Repaint what is visible of these rows."""
        visible = self._visible_rows()
        first, last = max(top_left.row(), visible.start), min(bottom_right.row(), visible.stop - 1)
        if first <= last:
            top, bottom = self._cell_rect(first), self._cell_rect(last)
            self.viewport().update(0, top.top() - GAP, self.viewport().width(), bottom.bottom() - top.top() + 2 * GAP)

    def visualRect(self, index: AnyIndex) -> QRect:
        """The cell's square in the viewport."""
        return self._cell_rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The photo under a point of the viewport; an invalid index in gaps."""
        row = self._row_at(point)
        return QModelIndex() if row is None else self._photos.index(row, 0)

    def scrollTo(
        self,
        index: AnyIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,  # noqa: ARG002
    ) -> None:
        """Bring a photo into view, at once."""
        if index.isValid():
            self._reveal(index.row(), glide=False)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: ARG002
        """Where a movement leads from the current photo."""
        row = row_after(self._geometry, self.current_row(), action, view_height=self.viewport().height())
        return QModelIndex() if row is None else self._photos.index(row, 0)

    def horizontalOffset(self) -> int:
        """Nothing scrolls sideways."""
        return 0

    def verticalOffset(self) -> int:
        """Pixels of the grid above the viewport."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: AnyIndex) -> bool:  # noqa: ARG002
        """Every photo of the result is shown."""
        return False

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: ARG002
        """Qt repaints this when a selection changes: the visible part is enough, and cheap."""
        return QRegion(self.viewport().rect())
