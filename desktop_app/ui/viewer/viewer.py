"""The full-window viewer: leafs through the photos of a search, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from desktop_app.domain.clock import clock
from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.ui.grid.badges import curation_marks, spoken_marks
from desktop_app.ui.grid.model import spoken_date
from desktop_app.ui.picture_loader import PictureLoader, Problem
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme
from desktop_app.ui.viewer.bars import BAR_HEIGHT, Message, ViewerBar, chrome_sheet, side_arrow
from desktop_app.ui.viewer.heat_panel import FULL_STRENGTH, USUAL_STRENGTH, HeatPanel
from desktop_app.ui.viewer.heat_presenter import HeatPresenter
from desktop_app.ui.viewer.picture_view import WHEEL_FACTOR, PictureView
from desktop_app.ui.viewer.zoom import fit_scale
from desktop_app.ui.wording import number

if TYPE_CHECKING:
    from desktop_app.services.services import Services

AHEAD, BEHIND = 2, 1
"""Neighbours decoded in advance, in the direction the person leafs and in the other."""

SETTLE_MS = 120
"""After the last change of the window's size: the photo is painted scaled until then, and decoded anew once it rests."""

PAN_STEP = 120
"""Device-independent pixels that a key moves a photo that is larger than the view."""

_BLURRED = Problem("This photo is blurred, because it has a sensitive tag.", "It stays so until you reveal it (R).")

ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
CLOSING_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Space, *ENTER_KEYS)


class PhotoViewer(QWidget):
    """Lies over the whole window. Left and right lead through the photos; Esc leads back to the grid."""

    closed = Signal()
    current_changed = Signal(object)
    """The photo that is looked at from now on."""
    find_similar = Signal(object)
    """Search for photos like this one."""
    reveal_wanted = Signal(object)
    """Show this photo, which is blurred."""
    play_wanted = Signal()
    """Play the video that is looked at; the viewer shows one frame of it."""

    def __init__(self, services: Services, tasks: Tasks, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photos: list[PhotoId] = []
        self._moments: Mapping[PhotoId, float] = {}
        self._index = 0
        self._forwards = True
        self._known: QSize | None = None
        self._loader = PictureLoader(services, tasks, parent=self)
        self.heats = HeatPresenter(services, tasks, parent=self)
        self._strength = USUAL_STRENGTH / FULL_STRENGTH
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._look)
        self._build(theme)
        self._loader.changed.connect(self._loaded)
        self._loader.outdated.connect(self._fetch_anew)
        self._connect_heat()
        self.picture.zoomed.connect(self._zoomed)

    def _build(self, theme: Theme) -> None:
        # Dark in both themes; only the ground comes from the theme itself.
        chrome = Theme.dark()
        self.setObjectName("viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Photo")
        self.setStyleSheet(chrome_sheet(chrome))
        self.bar = ViewerBar(chrome)
        self.picture = PictureView(theme.backdrop)
        self._rows = rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.bar)
        rows.addWidget(self.picture, 1)
        self.message = Message(chrome, self)
        self.heat_panel = HeatPanel(chrome, self)
        self.previous_arrow = side_arrow("chevron-left", "Previous photo", "←", chrome, lambda: self.step(-1), self)
        self.next_arrow = side_arrow("chevron-right", "Next photo", "→", chrome, lambda: self.step(1), self)
        self.play = side_arrow("play", "Play", "Ctrl+Shift+P", chrome, self.play_wanted.emit, self)
        self.play.hide()
        self.bar.back.connect(self.closed)
        self.bar.similar.connect(self._find_similar)
        self.message.button.clicked.connect(self._reveal)
        self.bar.closer.connect(lambda: self.picture.zoom_by(WHEEL_FACTOR))
        self.bar.farther.connect(lambda: self.picture.zoom_by(1 / WHEEL_FACTOR))
        self.bar.fit.connect(self.picture.zoom_to_fit)
        self.bar.all_pixels.connect(self.picture.zoom_to_all_pixels)

    def _connect_heat(self) -> None:
        self.heats.changed.connect(self._show_heat)
        self.bar.where.connect(self._toggle_heat)
        self.bar.where_hovering.rests.connect(lambda resting: self.heats.glimpse(on=resting))
        self.heat_panel.closed.connect(lambda: self.heats.show(on=False))
        self.heat_panel.term_chosen.connect(self.heats.choose)
        self.heat_panel.strength_changed.connect(self._set_strength)
        self._show_heat()

    # What the window calls

    def open(self, photos: Sequence[PhotoId], index: int, moments: Mapping[PhotoId, float] | None = None) -> None:
        """Show one of these photos; keys lead through the others. Raises IndexError when there is no such photo.

        `moments`: the second at which a video among them matches what is searched for; its frame there is shown.
        """
        self._photos = list(photos)
        self._moments = moments or {}
        self._loader.show_moments(self._moments)
        self.heats.show_moments(self._moments)
        self._go(range(len(self._photos))[index])

    def set_terms(self, terms: Sequence[str]) -> None:
        """What the search wants to see, which can then be pointed at in the photos."""
        self.heats.set_terms(terms)

    def forget_heat(self) -> None:
        """Another model serves: what the last one saw is drawn anew."""
        self.heats.forget()

    @property
    def current(self) -> PhotoId | None:
        """The photo that is looked at."""
        return self._photos[self._index] if self._photos else None

    def step(self, by: int) -> None:
        """So many photos further, or back; stops at both ends."""
        if self._photos:
            target = min(max(self._index + by, 0), len(self._photos) - 1)
            if target != self._index:
                self._forwards = target > self._index
                self._go(target)

    def refresh_photos(self, photos: Iterable[PhotoId]) -> None:
        """These photos changed: a file came back, went missing, or was edited."""
        self._loader.look_again(list(photos))

    def _fetch_anew(self, photos: Sequence[PhotoId]) -> None:
        self.heats.forget(list(photos))
        self._look()

    def set_theme(self, theme: Theme) -> None:
        """The viewer is dark in both themes; its ground may differ."""
        self.picture.set_ground(theme.backdrop)

    # Showing a photo

    def _go(self, index: int) -> None:
        self._index = index
        self._known = None
        self.picture.show_nothing()
        self.message.say(None)
        self.play.hide()
        self._look()
        self._show_current()
        self.heats.look_at(self.current if self.isVisible() else None)
        self.current_changed.emit(self.current)

    def _look(self) -> None:
        """Ask for what the present photo and zoom need, then for the neighbours."""
        if self.current is None or not self.isVisible():
            return
        ahead = self._photos[self._index + 1 : self._index + 1 + (AHEAD if self._forwards else BEHIND)]
        before = self._photos[max(self._index - (BEHIND if self._forwards else AHEAD), 0) : self._index][::-1]
        neighbours = [*ahead, *before] if self._forwards else [*before, *ahead]
        self._loader.look_at(self.current, neighbours, self._view_side, whole=self.picture.wants_all_pixels)

    def _view_side(self, summary: PhotoSummary) -> int:
        ratio = self.picture.devicePixelRatioF()
        view = (self.picture.width() * ratio, self.picture.height() * ratio)
        longest = max(summary.width, summary.height)
        return max(round(longest * min(fit_scale((summary.width, summary.height), view, ratio), 1.0)), 1)

    def _loaded(self, photo: PhotoId) -> None:
        if photo == self.current:
            self._show_current()

    def _show_current(self) -> None:
        photo = self.current
        if photo is None:
            return
        summary, problem = self._loader.summary(photo), self._loader.problem(photo)
        if summary is not None and self._known != (size := QSize(summary.width, summary.height)):
            self._known = size
            self.picture.show_photo(size)
        unseen = problem is not None and not self._loader.sharp(photo)
        self.picture.set_pictures(self._loader.pictures(photo), dimmed=unseen)
        hidden = summary is not None and summary.blurred
        if hidden and not unseen:
            self.message.say(_BLURRED, icon="hidden", button="Reveal")
        else:
            self.message.say(problem if unseen else None)
        self._place_overlays()
        self._caption(summary)

    def _caption(self, summary: PhotoSummary | None) -> None:
        place = f"{number(self._index + 1)} of {number(len(self._photos))}"
        facts = [place]
        if summary is not None and summary.taken_at is not None:
            facts.append(spoken_date(summary.taken_at))
        if summary is not None:
            facts.append(f"{summary.width} × {summary.height}")
        if summary is not None and summary.duration_seconds is not None:
            second = self._moments.get(summary.id)
            length = clock(summary.duration_seconds)
            facts.append(length if second is None else f"{clock(second)} of {length}")
        self.play.setVisible(
            summary is not None and summary.duration_seconds is not None and not self.message.isVisible()
        )
        if summary is not None and (marks := curation_marks(summary)):
            facts.append(marks)
        self.bar.name.setText(summary.name if summary else "")
        self.bar.facts.setText("  ·  ".join(facts))
        self.setAccessibleName(", ".join([summary.name, place, *spoken_marks(summary)]) if summary else "Photo")
        self.previous_arrow.setVisible(self._index > 0)
        self.next_arrow.setVisible(self._index < len(self._photos) - 1)

    def _zoomed(self) -> None:
        zoom = self.picture.zoom
        self.bar.show_scale(None if zoom is None else zoom.scale)
        if self.picture.wants_all_pixels:
            self._look()

    def _reveal(self) -> None:
        if self.current is not None:
            self.reveal_wanted.emit(self.current)

    def _find_similar(self) -> None:
        if self.current is not None:
            self.find_similar.emit(self.current)

    # Where in the photo

    def _toggle_heat(self) -> None:
        self.heats.show(on=not self.heats.kept)

    def _set_strength(self, strength: float) -> None:
        self._strength = strength
        self._show_heat()

    def _show_heat(self) -> None:
        heat = self.heats.heat
        self.picture.set_heat(heat.pixmap if heat is not None else None, strength=self._strength)
        self.bar.show_where(self.heats.term, kept=self.heats.kept)
        self.heat_panel.show_state(self.heats)
        self._place_overlays()

    # Size and visibility

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Pictures are made for the size of the view: make them anew once it rests."""
        super().resizeEvent(event)
        self._place_overlays()
        self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Fetch what was asked for while the viewer was hidden and had no size."""
        super().showEvent(event)
        self._rows.activate()  # so that the view has its size already
        self._look()
        self.heats.look_at(self.current)

    def hideEvent(self, event: QHideEvent) -> None:
        """Decode nothing for nobody."""
        super().hideEvent(event)
        self._loader.rest()
        self.heats.look_at(None)

    def _place_overlays(self) -> None:
        middle = BAR_HEIGHT + (self.height() - BAR_HEIGHT) // 2
        arrow = self.next_arrow
        self.previous_arrow.move(16, middle - arrow.height() // 2)
        self.next_arrow.move(self.width() - arrow.width() - 16, middle - arrow.height() // 2)
        self.play.move((self.width() - self.play.width()) // 2, middle - self.play.height() // 2)
        self.message.place(self.size(), BAR_HEIGHT)
        self.heat_panel.place(self.size(), bottom=16)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leaf, zoom, close. Everything else is left to the window."""
        key = Qt.Key(event.key())
        action = self._pressing_button() if key in ENTER_KEYS else None
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        action = action or (self.heats.choose_next if shifted and key == Qt.Key.Key_W else self._key_actions().get(key))
        plain = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if action is None or plain:
            event.ignore()
        elif not (event.isAutoRepeat() and key in CLOSING_KEYS):
            # The key that opened the viewer may still be held down: it must not close it again.
            action()

    def _pressing_button(self) -> Callable[[], object] | None:
        """What Enter does while Tab has led to a button: press it, as Space does."""
        focused = self.focusWidget()
        return focused.click if isinstance(focused, QToolButton) and focused.hasFocus() else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The thumb button of a mouse leads back, as in browsers."""
        if event.button() == Qt.MouseButton.BackButton:
            self.closed.emit()
        else:
            event.ignore()

    def _key_actions(self) -> dict[Qt.Key, Callable[[], object]]:
        key, picture = Qt.Key, self.picture
        return {
            key.Key_Left: lambda: self.step(-1),
            key.Key_Right: lambda: self.step(1),
            key.Key_PageUp: lambda: self.step(-1),
            key.Key_PageDown: lambda: self.step(1),
            key.Key_Home: lambda: self.step(-len(self._photos)),
            key.Key_End: lambda: self.step(len(self._photos)),
            key.Key_Up: lambda: picture.pan(0, PAN_STEP),
            key.Key_Down: lambda: picture.pan(0, -PAN_STEP),
            key.Key_Plus: lambda: picture.zoom_by(WHEEL_FACTOR),
            key.Key_Equal: lambda: picture.zoom_by(WHEEL_FACTOR),
            key.Key_Minus: lambda: picture.zoom_by(1 / WHEEL_FACTOR),
            key.Key_0: picture.zoom_to_fit,
            key.Key_1: picture.zoom_to_all_pixels,
            key.Key_S: self._find_similar,
            key.Key_R: self._reveal,
            key.Key_W: self._toggle_heat,
            **dict.fromkeys(CLOSING_KEYS, self.closed.emit),
        }
