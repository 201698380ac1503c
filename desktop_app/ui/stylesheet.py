"""The one style sheet of the program, written from a theme's tokens."""

from __future__ import annotations

from string import Template

from desktop_app.ui.theme import Theme

_SHEET = Template("""
QMainWindow, QDialog { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QMenuBar { background: $window; padding: 2px ${m}px; }
QMenuBar::item { padding: 4px ${s}px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $surface; border: 1px solid $border; padding: ${xs}px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: ${xs}px ${s}px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }

QLabel[role="muted"] { color: $muted; }
QLabel[role="heading"] { color: $muted; font-weight: 600; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="danger"] { color: $danger; }
QLabel[role="sight"]:hover { color: $accent; }

QLineEdit {
    background: $surface; color: $text; border: 1px solid $border; border-radius: ${radius}px;
    padding: 5px ${s}px; selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $muted;
}
QLineEdit:focus { border: 1px solid $accent; }
QPlainTextEdit {
    background: $surface; color: $text; border: 1px solid $border; border-radius: ${radius}px;
    padding: 2px 6px; selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $muted;
}
QPlainTextEdit:focus { border: 1px solid $accent; }
QPlainTextEdit:disabled { color: $muted; background: transparent; }
QLineEdit[role="search"] { padding: 8px ${s}px; }
QLineEdit[target="true"] { background: $selection; border-color: $accent; }

QCheckBox::indicator:unchecked {
    background: $surface; border: 1px solid $muted; border-radius: 3px; width: 12px; height: 12px;
}
QPushButton {
    background: $raised; color: $text; border: 1px solid $border; border-radius: ${radius}px; padding: 6px 14px;
}
QPushButton:hover { border-color: $muted; }
QPushButton:pressed { background: $border; }
QPushButton:disabled { color: $muted; }
QPushButton:focus { border-color: $accent; }
QPushButton[role="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; padding: 9px 20px;
}
QPushButton[role="primary"]:hover { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $raised; color: $muted; border-color: $border; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="link"] {
    background: transparent; border: none; color: $accent; padding: 2px 0; text-align: left;
}
QPushButton[role="link"]:hover, QPushButton[role="link"]:focus { text-decoration: underline; }

/* Platforms disagree about pictures on some of the buttons. */
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; color: $text; }
QToolButton:hover { background: $raised; }
QToolButton:pressed, QToolButton:checked { background: $selection; }
QToolButton:focus { border-color: $accent; }
QToolButton[role="labelled"] { border-color: $border; padding: 4px ${s}px; }
QToolButton[role="labelled"]:focus { border-color: $accent; }
QToolButton[role="star"] { padding: 3px 1px; }
QToolButton[role="star"]:checked { background: transparent; }
QToolButton[role="menu"]::menu-indicator { image: none; }
QToolButton[role="chip-close"] { padding: 1px; border-radius: 8px; }
QToolButton[role="segment"] { padding: 2px ${s}px; border-radius: 5px; color: $muted; }
QToolButton[role="segment"]:checked { background: $raised; color: $text; }

QFrame[role="chip"] { background: $raised; border: 1px solid $raised; border-radius: 13px; }
QFrame[role="chip"][kind="suggested"] { background: transparent; border: 1px dashed $muted; }
QFrame[role="chip"][kind="partial"] { background: transparent; border: 1px solid $border; }
QFrame[role="chip"][kind="partial"] QLabel { color: $muted; }
QFrame[role="chip"][kind="include"] { background: $selection; border-color: $selection; }
QFrame[role="chip"][kind="exclude"] { background: transparent; border: 1px solid $danger; }
QFrame[role="chip"][kind="exclude"] QLabel { color: $danger; }

QFrame[role="chip"]:focus { border: 1px solid $accent; }

QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[role="card"][active="true"] { border: 1px solid $accent; }
QFrame[role="banner"] { background: $warning; border: none; border-radius: ${radius}px; }
QFrame[role="toast"] { background: $text; border: none; border-radius: ${radius}px; }
QFrame[role="toast"] QLabel { color: $window; }
QFrame[role="toast"] QPushButton[role="link"] { color: $window; font-weight: 600; text-decoration: underline; }
QFrame[role="line"] { background: $border; border: none; }
QWidget[role="surface"] { background: $surface; }

QTreeView {
    background: transparent; border: none; outline: none; show-decoration-selected: 0;
    selection-background-color: transparent;
}
QTreeView::branch { background: transparent; }
QTableView {
    background: $surface; border: 1px solid $border; border-radius: ${radius}px; gridline-color: transparent;
    selection-background-color: $selection; selection-color: $text; outline: none;
}
QTableView::item { padding: ${xs}px ${s}px; }
QHeaderView::section {
    background: $surface; color: $muted; border: none; border-bottom: 1px solid $border; padding: 6px 11px;
}
QListView { background: $surface; border: 1px solid $border; border-radius: ${radius}px; selection-background-color: $selection;
    selection-color: $text; outline: none; }
QListView[role="choices"] { padding: ${xs}px 0; selection-background-color: transparent; }
QListView[role="completion"] { border-radius: 0; padding: 2px; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QProgressBar { background: $raised; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[role="thin"] { background: transparent; max-height: 2px; min-height: 2px; border-radius: 0; }
QProgressBar[role="thin"]::chunk { border-radius: 0; }

QSlider:horizontal { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $surface; border: 2px solid $accent; width: 12px; height: 12px; margin: -6px 0; border-radius: 8px;
}
QSlider::handle:horizontal:focus { background: $accent; }
""")


def stylesheet(theme: Theme) -> str:
    """Qt style sheet text; widgets choose a look by their dynamic properties `role` and `kind`."""
    return _SHEET.substitute(
        window=theme.window,
        surface=theme.surface,
        raised=theme.raised,
        border=theme.border,
        text=theme.text,
        muted=theme.muted_text,
        accent=theme.accent,
        on_accent=theme.on_accent,
        selection=theme.selection,
        danger=theme.danger,
        warning=theme.warning_ground,
        xs=theme.space_xs,
        s=theme.space_s,
        m=theme.space_m,
        radius=theme.radius,
    )
