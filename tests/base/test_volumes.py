"""Which volume a folder is on, and where that volume is mounted now."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from desktop_app.base import volumes_linux
from desktop_app.base.volumes import Mount, VolumeKind, VolumePlace, folders_of, mounts, place_of

TABLE = r"""22 27 0:21 / /proc rw - proc proc rw
27 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 27 8:17 / /media/me/My\040Card rw - vfat /dev/sdb1 rw
31 27 0:50 / /mnt/nas rw - nfs4 nas:/photos rw
32 27 8:1 /home/me /bound rw - ext4 /dev/sda1 rw
33 27 0:51 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
34 27 0:52 / /tmp rw - tmpfs tmpfs rw
"""


@pytest.fixture
def linux_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mount]:
    (tmp_path / "mountinfo").write_text(TABLE)
    monkeypatch.setattr(volumes_linux, "_TABLE", tmp_path / "mountinfo")
    monkeypatch.setattr(volumes_linux, "_names_of_disks", lambda: {"/dev/sda1": "uuid:disk", "/dev/sdb1": "uuid:card"})
    monkeypatch.setattr(volumes_linux, "_is_removable", lambda device: device == "8:17")
    return volumes_linux.linux_mounts()


@pytest.mark.skipif(sys.platform == "win32", reason="paths of Unix")
def test_the_table_says_what_kind_a_volume_is(linux_table: list[Mount]) -> None:
    kinds = {str(mount.point): (mount.identity, mount.kind) for mount in linux_table}
    assert kinds["/media/me/My Card"] == ("uuid:card", VolumeKind.REMOVABLE)
    assert kinds["/mnt/nas"] == ("nfs4:nas:/photos", VolumeKind.NETWORK)
    assert kinds["/run/user/1000/gvfs"][1] is VolumeKind.NETWORK
    assert kinds["/"] == ("uuid:disk", VolumeKind.FIXED)
    assert kinds["/tmp"][0] == ""
    assert "/proc" not in kinds


@pytest.mark.skipif(sys.platform == "win32", reason="paths of Unix")
def test_a_folder_is_found_by_its_volume_wherever_that_is_mounted(linux_table: list[Mount]) -> None:
    place = place_of(Path("/media/me/My Card/DCIM"), linux_table)
    assert place == VolumePlace("uuid:card", "/DCIM", VolumeKind.REMOVABLE)
    elsewhere = [Mount(Path("/mnt/card"), "uuid:card", VolumeKind.REMOVABLE)]
    assert folders_of(place, elsewhere) == [Path("/mnt/card/DCIM")]
    assert folders_of(place, []) == []
    # A part of a volume that is mounted by itself is the same place.
    bound = place_of(Path("/bound/pictures"), linux_table)
    assert bound == VolumePlace("uuid:disk", "/home/me/pictures")
    assert folders_of(bound, linux_table) == [Path("/home/me/pictures"), Path("/bound/pictures")]
    unknown = place_of(Path("/tmp/x"), linux_table)
    assert unknown is not None
    assert folders_of(unknown, linux_table) == []


def test_this_machine_tells_of_its_volumes(tmp_path: Path) -> None:
    place = place_of(tmp_path, mounts())
    assert place is not None
    assert place.path.endswith(os.path.realpath(tmp_path).replace(os.sep, "/").rsplit("/", 1)[1])
