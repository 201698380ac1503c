"""Python packages that only some models need."""

from __future__ import annotations

import sys

from desktop_app.base.errors import UserFacingError

KNOWN_TO_WORK = {"transformers": "5.23.0"}
"""Versions in packaging/lock/multilingual.txt: what these models were tried with."""


def missing_package(model: str, package: str) -> UserFacingError:
    """The error that names a package and the command that installs it for the Python that runs Keepsight."""
    version = KNOWN_TO_WORK.get(package)
    wanted = package if version is None else f"{package}=={version}"
    return UserFacingError(
        f"{model} needs the Python package {package}, which is not installed.",
        f'Install it with: "{sys.executable}" -m pip install {wanted}',
    )
