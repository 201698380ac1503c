"""What is said of a lesson once a tag was taught."""

from __future__ import annotations

from desktop_app.services.teaching import Taught
from desktop_app.ui.wording import counted, percent


def lesson_words(taught: Taught) -> str:
    """What the lesson found, and how far it can be trusted."""
    return (
        f"“{taught.tag.name}” was learned and is suggested or accepted for {counted(taught.found, 'photo')} now. "
        f"Cross-validated: {percent(taught.precision)} right, {percent(taught.recall)} found."
    )
