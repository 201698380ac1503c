"""Install the lock files with pip, in one calm line per step, and say plainly why it failed if it did."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import failures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from environment import Environment

#: Smaller downloads are over before a person could wonder.
WORTH_A_LINE_MB = 20.0

#: pip's settings that would send the packages somewhere else than into the environment.
ELSEWHERE = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")

DOWNLOADING = re.compile(r"Downloading (?:\S*/)?([A-Za-z0-9_.]+)-([0-9][^-\s]*)-\S+ \(([0-9.]+) (kB|MB|GB)\)")
TORCH_FILE = re.compile(r"\btorch-[0-9][^-\s]*-")
CUDA_LIBRARY = re.compile(r"(?:Collecting|Downloading) (?:nvidia-|cuda-|triton)")


def say(line: str) -> None:
    """Show one line of the set-up. Never on stdout: that is the program's own (``--json``)."""
    print(line, file=sys.stderr, flush=True)


def install(environment: Environment, locks: Sequence[Path], keep_open: int) -> None:
    """Bring the environment to what the lock files say, all in one pip command.

    One command, because torchvision, timm and open_clip each ask for "torch": installed on their own they would let pip fetch
    another build of it. With ``torch==2.13.0`` beside them pip takes the CPU wheel 2.13.0+cpu wherever its own settings offer
    one (a local version sorts above the plain one), and the CUDA build, the plain one on Linux, elsewhere.

    Not ``--no-deps``, although every package is pinned: the lock names no CUDA library. torch's own metadata does, to the exact
    version, in the CUDA build alone, so pip follows it there and finds nothing to add beside a CPU wheel.

    No hashes: the wheel of torch is one of several builds, only some of which the index lists.

    Args:
        environment: where to.
        locks: requirement files.
        keep_open: file descriptor of the set-up lock. pip inherits it, so that killing this process alone lets nobody else in
            before pip is done too.

    Raises:
        SetupFailed: with the reason.
    """
    command = [str(environment.python), "-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--no-user", "--progress-bar", "off", "--only-binary", ":all:"]
    for lock in locks:
        command += ["--requirement", str(lock)]
    settings = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    pip = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=settings,
        encoding="utf-8",
        errors="replace",
        pass_fds=[keep_open] if os.name != "nt" else [],
    )
    output = _follow(pip, environment.log)
    if pip.returncode:
        raise failures.from_pip(output, pip.returncode, environment.log)


def _follow(pip: subprocess.Popen[str], log: Path) -> str:
    """Everything that pip writes until it ends; also kept in ``log``. Tells the person of what takes long."""
    narrator = Narrator(has_nvidia_gpu())
    lines = []
    assert pip.stdout is not None
    with pip, log.open("w", encoding="utf-8") as record:
        for line in pip.stdout:
            lines.append(line)
            record.write(line)
            for news in narrator.hear(line):
                say(news)
    return "".join(lines)


class Narrator:
    """Turns pip's many lines into the few that a person wants to see."""

    def __init__(self, has_gpu: bool) -> None:
        self._has_gpu = has_gpu
        self._told_about_build = False

    def hear(self, line: str) -> list[str]:
        """What to show, if anything, after this line of pip's."""
        news = []
        if not self._told_about_build and (notice := self._about_build(line)):
            self._told_about_build = True
            news.append(notice)
        if (found := DOWNLOADING.search(line)) and _megabytes(found[3], found[4]) >= WORTH_A_LINE_MB:
            news.append(f"  downloading {found[1]} {found[2]} ({found[3]} {found[4]})")
        if line.startswith("Installing collected packages:"):
            news.append(f"  unpacking {line.count(',') + 1} packages")
        return news

    def _about_build(self, line: str) -> str:
        """A word where the build of torch that pip was offered does not suit the machine."""
        if not self._has_gpu and CUDA_LIBRARY.search(line):
            return (
                "  No NVIDIA GPU here, but pip is offered only the CUDA build of torch (about 2.5 GB more). It works on the CPU too; "
                "to avoid the download, stop and name a place with CPU wheels of torch in PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL."
            )
        if self._has_gpu and (found := TORCH_FILE.search(line)) and "+cpu" in found[0]:
            return "  This machine has an NVIDIA GPU, but pip's settings offer the CPU build of torch: Keepsight will run on the CPU."
        return ""


def _megabytes(amount: str, unit: str) -> float:
    return float(amount) * {"kB": 0.001, "MB": 1.0, "GB": 1000.0}[unit]


def has_nvidia_gpu() -> bool:
    """Whether NVIDIA's driver is at work on this machine."""
    if os.name == "nt":
        return Path(os.environ.get("SYSTEMROOT", "C:\\Windows"), "System32", "nvcuda.dll").exists()
    traces = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/usr/lib/wsl/lib/nvidia-smi")
    return any(Path(trace).exists() for trace in traces)
