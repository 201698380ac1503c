"""Mounted volumes on macOS, from `mount` and `diskutil`."""

from __future__ import annotations

import functools
import plistlib
import re
import subprocess
from pathlib import Path

from desktop_app.base.volumes import Mount, VolumeKind

_PATIENCE_SECONDS = 10
_NETWORK = frozenset({"smbfs", "nfs", "afpfs", "webdav", "ftp", "macfuse", "osxfuse", "fuse-t"})
_LINE = re.compile(r"^(?P<source>.+?) on (?P<point>/.*) \((?P<kind>\w+)[,)]")


def macos_mounts() -> list[Mount]:
    """The mount table; empty when it cannot be read."""
    output = _output_of(["/sbin/mount"])
    lines = (_LINE.match(line) for line in output.decode("utf-8", "surrogateescape").splitlines())
    return [_mount(found["source"], found["point"], found["kind"]) for found in lines if found]


def _mount(source: str, point: str, file_system: str) -> Mount:
    if file_system in _NETWORK:
        # "//person@server/share": who asks does not make it another share.
        return Mount(Path(point), f"{file_system}:{re.sub('^//[^/@]*@', '//', source)}", VolumeKind.NETWORK)
    if not source.startswith("/dev/"):
        return Mount(Path(point), "")
    identity, removable = _disk(source, point)
    return Mount(Path(point), identity, VolumeKind.REMOVABLE if removable else VolumeKind.FIXED)


@functools.lru_cache(maxsize=64)
def _disk(source: str, point: str) -> tuple[str, bool]:
    """A volume's own identifier and whether it can be pulled out. Kept, since `diskutil` takes a tenth of a second."""
    try:
        facts = plistlib.loads(_output_of(["/usr/sbin/diskutil", "info", "-plist", source]))
    except (plistlib.InvalidFileException, ValueError):
        return "", point.startswith("/Volumes/")
    identity = facts.get("VolumeUUID") or facts.get("DiskUUID") or ""
    removable = bool(facts.get("Ejectable") or facts.get("RemovableMediaOrExternalDevice"))
    return (f"uuid:{identity}" if identity else ""), removable


def _output_of(command: list[str]) -> bytes:
    try:
        return subprocess.run(command, capture_output=True, timeout=_PATIENCE_SECONDS, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return b""
