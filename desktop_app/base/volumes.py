"""Volumes: which drive or share a folder is on, under a name that stays the same wherever it is mounted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class VolumeKind(StrEnum):
    """What a volume promises about staying there and about telling of changes."""

    FIXED = "fixed"
    REMOVABLE = "removable"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Mount:
    """One volume as it is mounted at present."""

    point: Path
    """The folder (or drive letter) under which it is seen."""
    identity: str
    """The same wherever and whenever it is mounted; empty when the system cannot tell."""
    kind: VolumeKind = VolumeKind.FIXED
    top: str = "/"
    """What of the volume is seen there, from the volume's own top: more than "/" for a part mounted by itself."""


@dataclass(frozen=True, slots=True)
class VolumePlace:
    """A folder by its volume: found again when the volume is mounted elsewhere."""

    identity: str
    path: str
    """From the volume's own top, with forward slashes."""
    kind: VolumeKind = VolumeKind.FIXED


def mounts() -> list[Mount]:
    """Every volume that is mounted at present; never waits for a drive or a server. Empty when the system will not tell."""
    if sys.platform == "win32":
        from desktop_app.base.volumes_windows import windows_mounts

        return windows_mounts()
    if sys.platform == "darwin":
        from desktop_app.base.volumes_macos import macos_mounts

        return macos_mounts()
    from desktop_app.base.volumes_linux import linux_mounts

    return linux_mounts()


def place_of(folder: Path, mounted: Iterable[Mount]) -> VolumePlace | None:
    """Where a folder is by its volume; None when no known volume holds it."""
    # Links lead to the volume that the files are really on.
    real = os.path.realpath(folder)
    holding = [mount for mount in mounted if _below(real, str(mount.point)) is not None]
    if not holding:
        return None
    # The last of equals: what was mounted over the same point later hides what was there.
    mount = max(enumerate(holding), key=lambda each: (len(str(each[1].point)), each[0]))[1]
    inside = _below(real, str(mount.point)) or ""
    return VolumePlace(mount.identity, _joined(mount.top, inside), mount.kind)


def folders_of(place: VolumePlace, mounted: Iterable[Mount]) -> list[Path]:
    """Every path under which a place can be seen at present: none while its volume is away."""
    found = []
    for mount in mounted:
        if place.identity and mount.identity == place.identity:
            inside = _below(place.path, mount.top)
            if inside is not None:
                found.append(mount.point / inside if inside else mount.point)
    return found


def _below(path: str, top: str) -> str | None:
    """`path` relative to `top`, with forward slashes; None when it is not below it. Drive letters have no case."""
    path, top = path.replace(os.sep, "/"), top.replace(os.sep, "/").rstrip("/")
    mine, theirs = (path.lower(), top.lower()) if sys.platform == "win32" else (path, top)
    if mine.rstrip("/") == theirs:
        return ""
    return path[len(top) + 1 :] if mine.startswith(f"{theirs}/") else None


def _joined(top: str, inside: str) -> str:
    return f"{top.rstrip('/')}/{inside}".rstrip("/") or "/"
