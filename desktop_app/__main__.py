"""Start the window, or one headless command: `keepsight [FOLDER…]`, `keepsight index FOLDER`, `keepsight search …`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from desktop_app.cli.main import run
from desktop_app.compose import Composition


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Keepsight with command-line arguments; return the exit code (0 done, 1 failed, 2 usage)."""
    return run(list(sys.argv[1:] if arguments is None else arguments), Composition())


if __name__ == "__main__":
    sys.exit(main())
