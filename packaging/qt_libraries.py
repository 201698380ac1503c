"""The system libraries that PySide6's wheel expects on Linux, and the Debian packages that hold them.

Qt names a missing one in a traceback (a library of QtGui), or aborts the process (one of the xcb plugin); here it becomes a
line that says what to install. The list is what ``readelf -d`` shows for QtGui, QtWidgets and the platform plugins of
PySide6-Essentials 6.11, less what every Debian has. Only a window needs them; headless commands use no Qt.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Needed to import QtGui and QtWidgets, whatever the platform plugin.
GUI = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}

#: Needed by the plugin for X11 displays.
XCB = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

#: Needed by the plugin for Wayland. Where they are missing Qt falls back to X11.
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}

#: A bare system lacks two dozen; their names would hide the command that gets them all.
NAMED = 3


def what_stops_a_window(settings: Mapping[str, str]) -> str:
    """One line on why no window can open here, and what to do; empty if nothing is known to stop it.

    Args:
        settings: environment variables that tell Qt where to open it.
    """
    if not sys.platform.startswith("linux"):
        return ""
    platform = settings.get("QT_QPA_PLATFORM", "")
    on_x11, on_wayland = bool(settings.get("DISPLAY")), bool(settings.get("WAYLAND_DISPLAY"))
    if not (platform or on_x11 or on_wayland):
        return (
            "There is no display here for Keepsight's window: start it from a desktop session, or use the commands that need "
            "none (index, search, status; see --help)."
        )
    missing = _missing(GUI)
    if platform.startswith("xcb") or not platform:
        wayland_serves = on_wayland and not platform and not _missing(WAYLAND)
        missing += [] if wayland_serves else _missing(XCB)
    return missing_message(missing) if missing else ""


def missing_for_tests() -> list[str]:
    """The libraries without which not even a window on Qt's offscreen platform opens."""
    return _missing(GUI) if sys.platform.startswith("linux") else []


def missing_message(libraries: list[str]) -> str:
    """One line that names the libraries and the packages to install."""
    names = ", ".join(libraries[:NAMED])
    if len(libraries) > NAMED:
        names += f" and {len(libraries) - NAMED} more"
    packages = " ".join(sorted({(GUI | XCB | WAYLAND)[library] for library in libraries}))
    if shutil.which("apt-get"):
        return f"Qt needs system libraries that are missing ({names}): sudo apt install {packages}"
    return (
        f"Qt needs system libraries that are missing: {names}. Install the packages that hold them "
        f"(Debian and Ubuntu call them {packages})."
    )


def _missing(libraries: Mapping[str, str]) -> list[str]:
    return [name for name in libraries if not _loads(name)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library, mode=os.RTLD_LAZY)
    except OSError:
        return False
    return True
