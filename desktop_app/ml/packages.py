"""Python packages that only some models need."""

from __future__ import annotations

import sys

from desktop_app.base.errors import UserFacingError


def missing_package(model: str, package: str) -> UserFacingError:
    """The error that names a package and the command that installs it for the Python that runs Keepsight."""
    return UserFacingError(
        f"{model} needs the Python package {package}, which is not installed.",
        f"Install it with: {sys.executable} -m pip install {package}",
    )
