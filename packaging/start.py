#!/usr/bin/env python3
"""Set Keepsight up on the first run, then start it: ``python3 packaging/start.py [ARGUMENTS]``.

Needs nothing but Python 3.11 or newer. Arguments are Keepsight's own: none opens the window, a folder is added and indexed,
``index``, ``search``, ``status`` and the like run without a window.
"""

import sys

import python_version


def main() -> int:
    """Run Keepsight with this command line and give its exit code."""
    python_version.require_new_enough()
    import bootstrap

    return bootstrap.start(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
