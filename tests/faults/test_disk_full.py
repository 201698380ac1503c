"""A disk that fills up while Keepsight indexes: said in plain words, nothing stored is lost, and the next run completes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.commands import CHECKOUT, environment
from tests.fixtures.photos import write_unique_copies

PHOTOS = 150

# Enough for some of the photos, not for all: a thumbnail takes about ten thousand bytes.
ROOM_BYTES = 400_000

FULL_THEN_FREE = """
import json, os, resource, subprocess, sys
from pathlib import Path
from desktop_app.__main__ import main
kind, photos, library = sys.argv[1], sys.argv[2], Path(sys.argv[3])

def make_room(room):
    if kind == "limit":  # the nearest that a process without rights comes to a full disk
        largest = max(path.stat().st_size for path in library.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room if room else resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        used = sum(path.stat().st_size for path in library.rglob("*")) + 400_000
        subprocess.run(["mount", "-o", f"remount,size={used + room if room else 10**9}", str(library)], check=True)

make_room(int(sys.argv[4]))
full = main(["index", photos, "--library", str(library), "--json", "--device", "cpu"])
make_room(0)
free = main(["index", photos, "--library", str(library), "--json", "--device", "cpu"])
sound = main(["verify", "--library", str(library), "--json"])
print(json.dumps([full, free, sound]))
"""


def run_out_of_room(kind: str, photos: Path, library: Path) -> tuple[list[int], dict[str, object], str]:
    done = subprocess.run(
        [sys.executable, "-c", FULL_THEN_FREE, kind, str(photos), str(library), str(ROOM_BYTES)],
        cwd=CHECKOUT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]), json.loads(lines[-3]), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="limits and mounts of Unix")
@pytest.mark.parametrize("kind", ["limit", "small disk"])
def test_a_full_disk_ends_the_run_and_harms_nothing(
    kind: str, tiny_library: Path, small_photos: Path, tmp_path: Path
) -> None:
    photos, library = tmp_path / "photos", tmp_path / "library"
    write_unique_copies(sorted(small_photos.iterdir()), photos, PHOTOS)
    library.mkdir()
    if kind == "small disk" and not _mounted(library):
        pytest.skip("needs the right to mount a small disk")
    try:
        shutil.copytree(tiny_library, library, dirs_exist_ok=True)
        (full, free, sound), report, said = run_out_of_room(kind, photos, library)
    finally:
        if kind == "small disk":
            subprocess.run(["umount", str(library)], check=True)
    assert (full, free, sound) == (1, 0, 0), said
    assert "keepsight: The disk" in said, said
    assert "Traceback" not in said
    assert report["added"] + report["reused"] == PHOTOS  # type: ignore[operator]
    assert report["skipped"] == []


def _mounted(folder: Path) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
