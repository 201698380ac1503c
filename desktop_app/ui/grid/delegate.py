"""How one cell of the grid looks: the photo with rounded corners, and what is laid over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemDelegate, QStyle, QStyleOptionViewItem

from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.ui.grid.badges import badge_of, curation_marks, paint_badge
from desktop_app.ui.grid.labels import LABEL_INSET, label_area, paint_label
from desktop_app.ui.grid.model import PhotoRole, percent
from desktop_app.ui.grid.thumbnail import CORNER_RADIUS
from desktop_app.ui.grid.thumbnail_loader import Cell
from desktop_app.ui.icons import icon_pixmap
from desktop_app.ui.theme import Theme

RING_WIDTH = 3.0
RING_DISTANCE = 2.0
"""Between the photo and its selection ring, so that the ring never blends with the photo's own edge."""

FOCUS_WIDTH = 1.5
MISSING_OPACITY = 0.35
BADGE_SIDE = 24
HIDDEN_SIDE, HIDDEN_OPACITY = 34, 0.85
PHOTO_ICON, MISSING_ICON, AWAY_ICON, HIDDEN_ICON = "photo", "file-missing", "folder-away", "hidden"
ICON_SIZES = {PHOTO_ICON: 24, MISSING_ICON: 14, AWAY_ICON: 14, HIDDEN_ICON: 20}
LABEL_FONT_SCALE = 0.9

HOVER_VEIL = QColor(255, 255, 255, 26)


class PhotoDelegate(QAbstractItemDelegate):
    """Paints cells from what is in memory; a photo that is still on its way is a quiet rounded square."""

    def __init__(
        self, known_cell: Callable[[PhotoId], Cell | None], theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._known_cell = known_cell
        self._icons: dict[tuple[str, float], QPixmap] = {}
        """Names on all cells, not just those that are selected or under the pointer."""
        self.show_probabilities = False
        """In a ranked list: how likely it is that each photo shows what was searched for."""
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours from now on."""
        self._theme = theme
        self._icons.clear()
        for name in ICON_SIZES:
            self._icon(name, 1.0)  # reads the icon's file now and not while painting
        self._placeholder = QColor(theme.raised)
        self._placeholder.setAlphaF(0.55)
        self._ring = QPen(QColor(theme.accent), RING_WIDTH)
        self._focus = QPen(QColor(theme.text), FOCUS_WIDTH)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        """The cell as the view laid it out: the view decides sizes, not the photo."""
        return option.rect.size()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One cell. `option.rect` is its square; selection, focus and pointer come as state flags."""
        cell = self._known_cell(PhotoId(index.data(PhotoRole.PHOTO_ID)))
        photo = self._paint_photo(painter, option.rect, cell)
        self._paint_state(painter, option, photo)
        if cell is not None and cell.summary is not None:
            if cell.summary.blurred:
                self._paint_icon_on_photo(painter, photo)
            if cell.summary.missing:
                self._paint_mark(painter, photo, MISSING_ICON)
            elif cell.summary.offline:
                self._paint_mark(painter, photo, AWAY_ICON)
        self._paint_labels(painter, option, index, photo=photo, summary=None if cell is None else cell.summary)

    def _paint_photo(self, painter: QPainter, square: QRect, cell: Cell | None) -> QRect:
        """Paint the photo, or what stands for it, and return the rectangle it covers."""
        if cell is None or cell.picture is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._placeholder)
            painter.drawRoundedRect(square, CORNER_RADIUS, CORNER_RADIUS)
            if cell is not None:
                self._paint_icon(painter, PHOTO_ICON, square.center())
            return square
        area = picture_area(square, cell)
        if cell.summary is not None and cell.summary.missing:
            painter.setOpacity(MISSING_OPACITY)
        _draw_sharp(painter, area, cell.picture)
        painter.setOpacity(1.0)
        return area

    def _paint_state(self, painter: QPainter, option: QStyleOptionViewItem, photo: QRect) -> None:
        state = option.state
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(HOVER_VEIL)
            painter.drawRoundedRect(photo, CORNER_RADIUS, CORNER_RADIUS)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(self._ring)
            _draw_ring(painter, photo, RING_DISTANCE + RING_WIDTH / 2)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._focus)
            selected = bool(state & QStyle.StateFlag.State_Selected)
            _draw_ring(painter, photo, RING_DISTANCE / 2 - 0.25 if selected else RING_DISTANCE + FOCUS_WIDTH / 2)

    def _paint_labels(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        *,
        photo: QRect,
        summary: PhotoSummary | None,
    ) -> None:
        noticed = option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver)
        probability = index.data(PhotoRole.PROBABILITY) if self.show_probabilities else None
        name = index.data(Qt.ItemDataRole.DisplayRole) if noticed else ""
        badge = None if summary is None else badge_of(summary, index.data(PhotoRole.MOMENT))
        marks = "" if summary is None else curation_marks(summary)
        if not name and probability is None and badge is None and not marks:
            return
        painter.setFont(_label_font(option))
        area = label_area(option.rect, photo)
        beside = area
        if marks:
            width = paint_label(painter, area, marks, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight)
            beside = area.adjusted(0, 0, -width - LABEL_INSET // 2, 0)
        if name and beside.width() > 4 * LABEL_INSET:
            paint_label(painter, beside, name, Qt.AlignmentFlag.AlignBottom)
        if probability is not None:
            paint_label(painter, area, percent(probability), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        if badge is not None and summary is not None:
            marked = summary.missing or summary.offline
            below = BADGE_SIDE + LABEL_INSET if marked or probability is not None else 0
            paint_badge(painter, area, badge, top=area.top() + below)

    def _paint_mark(self, painter: QPainter, photo: QRect, icon: str) -> None:
        badge = QRect(photo.left() + LABEL_INSET, photo.top() + LABEL_INSET, BADGE_SIDE, BADGE_SIDE)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(QColor(self._theme.surface))
        painter.drawEllipse(badge)
        self._paint_icon(painter, icon, badge.center())

    def _paint_icon_on_photo(self, painter: QPainter, photo: QRect) -> None:
        """In the middle, as what keeps the photo from being seen."""
        badge = QRect(0, 0, HIDDEN_SIDE, HIDDEN_SIDE)
        badge.moveCenter(photo.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.surface))
        painter.setOpacity(HIDDEN_OPACITY)
        painter.drawEllipse(badge)
        painter.setOpacity(1.0)
        self._paint_icon(painter, HIDDEN_ICON, badge.center())

    def _paint_icon(self, painter: QPainter, name: str, centre: QPoint) -> None:
        icon = self._icon(name, painter.device().devicePixelRatioF())
        size = ICON_SIZES[name]
        painter.drawPixmap(centre - QPoint(size // 2 - 1, size // 2 - 1), icon)

    def _icon(self, name: str, ratio: float) -> QPixmap:
        if (name, ratio) not in self._icons:
            self._icons[name, ratio] = icon_pixmap(name, self._theme.muted_text, ICON_SIZES[name], ratio)
        return self._icons[name, ratio]


def picture_area(square: QRect, cell: Cell) -> QRect:
    """Where a cell's picture lies: centred, and as large in the square as it was made to be."""
    assert cell.picture is not None
    factor = square.width() / max(cell.made_for.side, 1)
    width = min(max(round(cell.picture.width() * factor), 1), square.width())
    height = min(max(round(cell.picture.height() * factor), 1), square.height())
    return QRect(
        square.left() + (square.width() - width) // 2, square.top() + (square.height() - height) // 2, width, height
    )


def _label_font(option: QStyleOptionViewItem) -> QFont:
    font = QFont(option.font)
    font.setPointSizeF(font.pointSizeF() * LABEL_FONT_SCALE)
    return font


def _draw_sharp(painter: QPainter, area: QRect, picture: QPixmap) -> None:
    """Copy pixel for pixel where the picture was made for this very size; scale smoothly where it was not (yet)."""
    ratio = painter.device().devicePixelRatioF()
    exact = (
        abs(picture.width() - area.width() * ratio) <= ratio and abs(picture.height() - area.height() * ratio) <= ratio
    )
    if not exact:
        painter.drawPixmap(area, picture)
        return
    # In device pixels, because a painter that scales by the ratio would take the slow path of smooth scaling.
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)
    painter.drawPixmap(round(area.left() * ratio), round(area.top() * ratio), picture)
    painter.restore()


def _draw_ring(painter: QPainter, photo: QRect, distance: float) -> None:
    ring = QRectF(photo).adjusted(-distance, -distance, distance, distance)
    painter.drawRoundedRect(ring, CORNER_RADIUS + distance, CORNER_RADIUS + distance)
