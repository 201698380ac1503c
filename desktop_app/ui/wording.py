"""Numbers in words, as they stand all over the window."""

from __future__ import annotations

from pathlib import Path

_KILO = 1000


def number(value: int) -> str:
    """5310 as "5,310"."""
    return f"{value:,}"


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """A number and its noun: "1 photo", "5,310 photos"."""
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def nearest_words(photos: int) -> str:
    """The photos that come nearest to what nothing matches: "The 12 nearest photos"."""
    return "The nearest photo" if photos == 1 else f"The {number(photos)} nearest photos"


def percent(share: float | None) -> str:
    """0.875 as "88 %"; a dash for what is not known."""
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def byte_size(size: int) -> str:
    """Decimal units, as file managers show them: "3.2 MB"."""
    if size < _KILO:
        return counted(size, "byte")
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= _KILO
        if amount < _KILO or unit == "GB":
            return f"{amount:.0f} {unit}" if amount >= 100 or unit == "kB" else f"{amount:.1f} {unit}"
    raise AssertionError("the loop returns at its last unit")


def duration(seconds: float) -> str:
    """A rough time span: "20 s", "3 min", "1 h 20 min"."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def from_home(path: Path) -> str:
    """A path as people say it: below their home folder it begins with "~"."""
    home = Path.home()
    return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)


def breakable(text: str) -> str:
    """File names have no spaces to break lines at: a zero-width space after each separator gives some."""
    for separator in "/\\_-.":
        text = text.replace(separator, separator + "\u200b")
    return text
