"""Mounted volumes on Windows: drive letters, with the serial numbers of what is in the drives."""

from __future__ import annotations

import ctypes
import string
import sys
from pathlib import Path

from desktop_app.base.volumes import Mount, VolumeKind

# GetDriveTypeW, see learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew
_NO_ROOT, _REMOVABLE, _REMOTE, _CDROM = 1, 2, 4, 5


def windows_mounts() -> list[Mount]:
    """Every drive letter in use; none on other systems."""
    if sys.platform == "win32":
        letters = ctypes.windll.kernel32.GetLogicalDrives()
        drives = [f"{letter}:\\" for bit, letter in enumerate(string.ascii_uppercase) if letters >> bit & 1]
        return [mount for drive in drives if (mount := _mount(drive)) is not None]
    else:  # noqa: RET505 - what follows a return would be unreachable to the type checker
        return []


if sys.platform == "win32":

    def _mount(drive: str) -> Mount | None:
        kind = ctypes.windll.kernel32.GetDriveTypeW(drive)
        if kind == _NO_ROOT:
            return None
        if kind == _REMOTE:
            return Mount(Path(drive), _share(drive), VolumeKind.NETWORK)
        serial = ctypes.c_uint32()
        known = ctypes.windll.kernel32.GetVolumeInformationW(drive, None, 0, ctypes.byref(serial), None, None, None, 0)
        identity = f"serial:{serial.value:08X}" if known else ""
        return Mount(Path(drive), identity, VolumeKind.REMOVABLE if kind in {_REMOVABLE, _CDROM} else VolumeKind.FIXED)

    def _share(drive: str) -> str:
        """The share behind a letter, server and name; empty when it cannot be told."""
        name, size = ctypes.create_unicode_buffer(1024), ctypes.c_uint32(1024)
        failed = ctypes.windll.mpr.WNetGetConnectionW(drive[:2], name, ctypes.byref(size))
        return "" if failed else f"share:{name.value.lower()}"
