"""What pip writes when it fails, and what a person is told of it. The samples are pip's own words, shortened."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

import failures
from pip_run import Narrator

LOG = Path("/home/me/keepsight/.venv/setup.log")

OFFLINE = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by \
'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: \
[Errno -2] Name or service not known')': /simple/anyio/
ERROR: Could not find a version that satisfies the requirement anyio==4.16.1 (from versions: none)
ERROR: No matching distribution found for anyio==4.16.1
"""
OFFLINE_WITHOUT_RETRIES = """\
ERROR: Could not find a version that satisfies the requirement anyio==4.16.0 (from versions: none)
ERROR: No matching distribution found for anyio==4.16.0
"""
NO_SUCH_VERSION = """\
ERROR: Could not find a version that satisfies the requirement torch==2.13.99 (from versions: 2.12.0, 2.13.0)
ERROR: No matching distribution found for torch==2.13.99
"""
CERTIFICATE = (
    "Could not fetch URL: There was a problem confirming the ssl certificate: SSLError(1, 'CERTIFICATE_VERIFY_FAILED')"
)
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
DENIED = "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/home/me/x'\n"
STRANGE = "Collecting x\nERROR: x has an invalid wheel\n"


@pytest.mark.parametrize(
    ("output", "beginning"),
    [
        (OFFLINE, "No network: the package index cannot be reached."),
        (OFFLINE_WITHOUT_RETRIES, "pip finds no ready-made anyio==4.16.0 for Python "),
        (NO_SUCH_VERSION, "pip finds no ready-made torch==2.13.99 for Python "),
        (CERTIFICATE, "The package index's certificate is not trusted here"),
        (FULL, "The disk is full: "),
        (DENIED, "Keepsight sets itself up in /home/me/keepsight/.venv, which you may not write to"),
        (STRANGE, f"pip could not install the packages: x has an invalid wheel (details: {LOG})"),
        ("", "pip could not install the packages: it gave no reason"),
    ],
)
def test_pips_failure_becomes_one_line(output: str, beginning: str) -> None:
    message = str(failures.from_pip(output, 1, LOG))

    assert message.startswith(beginning)
    assert "\n" not in message


def test_index_that_offers_nothing_at_all_hints_at_the_network() -> None:
    assert "Check the network" in str(failures.from_pip(OFFLINE_WITHOUT_RETRIES, 1, LOG))
    assert "network" not in str(failures.from_pip(NO_SUCH_VERSION, 1, LOG))


def test_killed_pip_is_told_from_a_failed_one() -> None:
    assert "stopped by signal 9" in str(failures.from_pip("Collecting x\n", -9, LOG))


def test_only_a_persons_troubles_with_files_are_explained() -> None:
    assert "disk is full" in str(failures.from_os(OSError(errno.ENOSPC, "no room"), LOG.parent))
    assert "may not write" in str(failures.from_os(PermissionError(errno.EACCES, "no"), LOG.parent))
    assert failures.from_os(OSError(errno.EBADF, "a mistake of ours"), LOG.parent) is None


CUDA_LINES = [
    "Collecting torch==2.13.0\n",
    "  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (526.6 MB)\n",
    "Collecting nvidia-cudnn-cu13==9.20.0.48\n",
    "  Downloading nvidia_cudnn_cu13-9.20.0.48-py3-none-manylinux_2_27_x86_64.whl (366.2 MB)\n",
    "Collecting tqdm==4.70.1\n",
    "  Downloading tqdm-4.70.1-py3-none-any.whl (78 kB)\n",
    "Installing collected packages: tqdm, torch, nvidia-cudnn-cu13\n",
]


def heard(lines: list[str], *, has_gpu: bool) -> list[str]:
    narrator = Narrator(has_gpu)
    return [news.strip() for line in lines for news in narrator.hear(line)]


def test_only_what_takes_long_is_shown() -> None:
    assert heard(CUDA_LINES, has_gpu=True) == [
        "downloading torch 2.13.0 (526.6 MB)",
        "downloading nvidia_cudnn_cu13 9.20.0.48 (366.2 MB)",
        "unpacking 3 packages",
    ]


def test_cuda_build_without_a_gpu_is_mentioned_once() -> None:
    notices = [news for news in heard(CUDA_LINES, has_gpu=False) if news.startswith("No NVIDIA GPU here")]

    assert len(notices) == 1
    assert "only the CUDA build of torch" in notices[0]


def test_cpu_build_beside_a_gpu_is_mentioned() -> None:
    lines = ["Processing /wheels/torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl\n"]

    assert "offer the CPU build of torch" in heard(lines, has_gpu=True)[0]
    assert heard(lines, has_gpu=False) == []
