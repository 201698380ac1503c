#!/usr/bin/env python3
"""Run everything that CI runs: ``python3 packaging/check.py [PYTEST ARGUMENTS]``.

Sets up like start.py, with the test tools on top, then runs ruff, mypy, the import contracts, and pytest with coverage. Every
stage runs whatever the earlier ones found; the exit code is 0 only if all of them passed. With arguments pytest runs what they
choose, for instance ``tests/store -x``, and the floor under the coverage is not applied.
"""

import sys

import python_version


def main() -> int:
    """Set up, run all the checks, and give the exit code."""
    python_version.require_new_enough()
    import checks

    return checks.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
