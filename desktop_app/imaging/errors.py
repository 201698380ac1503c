"""The one way in which reading a photo fails."""

from __future__ import annotations


class PhotoSkipped(Exception):
    """A file did not become a photo, and why.

    `reason` is for a person: a short sentence without a full stop, about the file.
    `is_photo` is False for files that never were photos (text, sound, sidecars): listed, but no fault.
    `transient` is True when another try may succeed (no permission, a drive that failed, a file still being written);
    False when the file itself is the reason, so that it need not be read again until it changes.
    """

    def __init__(self, reason: str, *, is_photo: bool = True, transient: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_photo = is_photo
        self.transient = transient


class NotEnoughMemory(PhotoSkipped):
    """There was no room to decode it: nothing is known to be wrong with the file."""

    def __init__(self) -> None:
        super().__init__("There was not enough memory to open it", transient=True)
