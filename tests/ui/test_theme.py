"""Both themes are readable, and the one that holds follows the choice."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from desktop_app.ui.stylesheet import stylesheet
from desktop_app.ui.theme import Theme, ThemeChoice, ThemeSource

THEMES = [Theme.light(), Theme.dark()]

#: WCAG 2.2, success criterion 1.4.3, for text of normal size.
READABLE = 4.5


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    made = QColor(colour)
    parts = (made.redF(), made.greenF(), made.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_text_stands_out_from_every_ground(theme: Theme) -> None:
    for ground in (theme.window, theme.surface, theme.raised, theme.selection, theme.warning_ground):
        assert contrast(theme.text, ground) >= READABLE
    for ground in (theme.window, theme.surface, theme.raised):
        assert contrast(theme.muted_text, ground) >= READABLE, ground
    for ground in (theme.window, theme.surface):
        assert contrast(theme.accent, ground) >= READABLE
        assert contrast(theme.danger, ground) >= READABLE
    assert contrast(theme.on_accent, theme.accent) >= READABLE


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_the_style_sheet_uses_only_the_themes_colours(theme: Theme) -> None:
    used = set(re.findall(r"#[0-9a-fA-F]{3,8}", stylesheet(theme)))
    assert used <= set(asdict(theme).values())
    assert "$" not in stylesheet(theme)


def test_the_palette_has_the_themes_colours() -> None:
    palette = Theme.dark().palette()
    assert palette.color(QPalette.ColorRole.Window) == QColor(Theme.dark().window)
    faded = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert faded.alphaF() < palette.color(QPalette.ColorRole.Text).alphaF()


def test_the_choice_decides(qtbot: QtBot) -> None:
    source = ThemeSource(ThemeChoice.LIGHT)
    assert source.current == Theme.light()
    with qtbot.waitSignal(source.changed) as changed:
        source.choose(ThemeChoice.DARK)
    assert changed.args == [Theme.dark()]
    assert source.choice is ThemeChoice.DARK
    with qtbot.assertNotEmitted(source.changed):
        source.choose(ThemeChoice.DARK)
