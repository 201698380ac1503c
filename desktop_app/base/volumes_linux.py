"""Mounted volumes on Linux, from the kernel's own table (proc_pid_mountinfo(5))."""

from __future__ import annotations

import os
import re
from pathlib import Path

from desktop_app.base.volumes import Mount, VolumeKind

_TABLE = Path("/proc/self/mountinfo")
_DISKS = Path("/dev/disk/by-uuid")
_BLOCK_DEVICES = Path("/sys/dev/block")

# File systems whose files live on another machine (or in another program's hands): changes made there raise no events here.
_NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs ncpfs afs ceph glusterfs lustre 9p virtiofs vboxsf vmhgfs davfs coda orangefs beegfs".split()
)
_NETWORK_IN_USER_SPACE = (
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.gvfs",
    "fuse.davfs",
    "fuse.s3fs",
    "fuse.vmhgfs",
    "fuse.mtp",
)

# The kernel's own, and those that are gone after a restart: no volume that could come back.
_NO_VOLUME = frozenset("proc sysfs cgroup cgroup2 devpts devtmpfs mqueue debugfs tracefs securityfs pstore bpf".split())


def linux_mounts() -> list[Mount]:
    """The mount table; empty where there is none."""
    try:
        lines = _TABLE.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    names = _names_of_disks()
    return [mount for line in lines if (mount := _mount(line, names)) is not None]


def _mount(line: str, names: dict[str, str]) -> Mount | None:
    before, _, after = line.partition(" - ")
    fields, source_fields = before.split(" "), after.split(" ")
    if len(fields) < 5 or len(source_fields) < 2 or source_fields[0] in _NO_VOLUME:
        return None
    device, top, point = fields[2], _unescaped(fields[3]), _unescaped(fields[4])
    file_system, source = source_fields[0], _unescaped(source_fields[1])
    if file_system in _NETWORK or file_system.startswith(_NETWORK_IN_USER_SPACE):
        return Mount(Path(point), f"{file_system}:{source}", VolumeKind.NETWORK, top)
    kind = VolumeKind.REMOVABLE if _is_removable(device) else VolumeKind.FIXED
    return Mount(Path(point), names.get(os.path.realpath(source), ""), kind, top)


def _names_of_disks() -> dict[str, str]:
    """The file systems' own identifiers, by device."""
    try:
        links = list(_DISKS.iterdir())
    except OSError:
        return {}
    return {os.path.realpath(link): f"uuid:{link.name}" for link in links}


def _is_removable(device: str) -> bool:
    """Whether a block device, or the disk that it is a part of, can be pulled out: a card, or anything on USB."""
    place = Path(os.path.realpath(_BLOCK_DEVICES / device))
    if re.search(r"/usb\d+/", str(place)):
        return True
    for folder in (place, place.parent):
        try:
            if (folder / "removable").read_text().strip() == "1":
                return True
        except OSError:
            continue
    return False


def _unescaped(text: str) -> str:
    """The table writes space, tab, line break and backslash as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
