"""What can stop the set-up, each as one line that says what is missing and how to get it."""

from __future__ import annotations

import errno
import platform
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: What pip and the libraries below it write when the index cannot be reached. Looked for before "No matching distribution",
#: which is how pip ends in that case too.
NO_NETWORK = (
    "Failed to establish a new connection",
    "NewConnectionError",
    "Temporary failure in name resolution",
    "getaddrinfo failed",
    "Name or service not known",
    "nodename nor servname provided",
    "Network is unreachable",
    "No route to host",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "Connection refused",
    "Connection reset by peer",
)
BAD_CERTIFICATE = ("CERTIFICATE_VERIFY_FAILED", "SSLError", "SSLCertVerificationError")
DISK_FULL = ("No space left on device", "[Errno 28]", "Disk quota exceeded", "[WinError 112]", "[Errno 122]")
NO_WHEEL = re.compile(r"No matching distribution found for ([^\s;(]+)")
NOTHING_OFFERED = "(from versions: none)"

#: Windows' ERROR_DISK_FULL, and the quota's twin of ENOSPC, which Windows' errno module lacks.
WINDOWS_DISK_FULL = 112
DISK_FULL_NUMBERS = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


class SetupFailed(Exception):
    """The set-up cannot go on; the message is one line for a person."""


def from_pip(output: str, exit_code: int, log: Path) -> SetupFailed:
    """The reason behind a failed pip run, from what it wrote (stdout and stderr together)."""
    if _any_of(DISK_FULL, output):
        return disk_full(log.parent)
    if _any_of(BAD_CERTIFICATE, output):
        return SetupFailed(
            "The package index's certificate is not trusted here: on a company network, name its certificate file in PIP_CERT "
            f"and start again (details: {log})."
        )
    if _any_of(NO_NETWORK, output):
        return SetupFailed(
            "No network: the package index cannot be reached. Connect (or name your proxy in HTTPS_PROXY) and start again; "
            "the set-up carries on where it stopped."
        )
    if found := NO_WHEEL.search(output):
        return _no_wheel(found.group(1), log, nothing_offered=NOTHING_OFFERED in output)
    if "Permission denied" in output or "Access is denied" in output:
        return cannot_write(log.parent)
    if exit_code < 0:
        return SetupFailed(
            f"pip was stopped by signal {-exit_code}, perhaps for lack of memory: close other programs and start again."
        )
    return SetupFailed(f"pip could not install the packages: {_last_error(output)} (details: {log})")


def _no_wheel(requirement: str, log: Path, *, nothing_offered: bool) -> SetupFailed:
    here = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    # How pip ends, too, when its index does not answer and its settings allow no second try.
    network = "Check the network and pip's settings. " if nothing_offered else ""
    return SetupFailed(
        f"pip finds no ready-made {requirement} for {here}. {network}Keepsight runs on 64-bit Python 3.11 to 3.13, on Linux "
        f"(from Debian 12 and Ubuntu 22.04 on), macOS 14 on Apple silicon, and Windows (details: {log})."
    )


def from_os(error: OSError, folder: Path) -> SetupFailed | None:
    """The reason behind a failed file operation in ``folder``, or None for one that is a mistake of ours."""
    if error.errno in DISK_FULL_NUMBERS or getattr(error, "winerror", None) == WINDOWS_DISK_FULL:
        return disk_full(folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return cannot_write(folder)
    return None


def disk_full(folder: Path) -> SetupFailed:
    """The disk, or the temporary folder's, has no room left."""
    return SetupFailed(
        f"The disk is full: Keepsight's packages take about 2 GB in {folder} (8 GB with CUDA), and as much for a moment in the "
        "temporary folder. Make room, or name another temporary folder in TMPDIR, and start again."
    )


def cannot_write(folder: Path) -> SetupFailed:
    """The checkout belongs to someone else, or is on a read-only disk."""
    return SetupFailed(
        f"Keepsight sets itself up in {folder}, which you may not write to: copy the checkout to a folder of yours."
    )


def no_venv_support() -> SetupFailed:
    """Debian and Ubuntu split this part off their Python."""
    return SetupFailed(
        "This Python has neither ensurepip nor pip, so it cannot fill a virtual environment: "
        f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv (on Debian or Ubuntu; elsewhere reinstall Python)."
    )


def _any_of(phrases: tuple[str, ...], output: str) -> bool:
    return any(phrase in output for phrase in phrases)


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it gave no reason"])[-1].removeprefix("ERROR:").strip()
