"""Say in one line that this Python is too old.

This module, start.py and check.py keep to syntax that Python 3.6 can parse: a SyntaxError would tell a person nothing.
"""

import sys

OLDEST = (3, 11)


def require_new_enough() -> None:
    """Leave with a message if this Python cannot run Keepsight."""
    if sys.version_info >= OLDEST:
        return
    sys.stderr.write(too_old_message() + "\n")
    sys.exit(1)


def too_old_message() -> str:
    """One line: what is needed, what this is, and how to get there from here."""
    script = sys.argv[0]
    newer = _newer_python()
    if newer:
        advice = "This machine has one: run  {} {}".format(newer, script)
    else:
        advice = (
            "Get it from python.org/downloads or your system's packages (Debian, Ubuntu: sudo apt install python3.11)."
        )
    return "Keepsight needs Python {} or newer; this is {} ({}). {}".format(
        _dotted(OLDEST), _dotted(sys.version_info[:3]), sys.executable, advice
    )


def _newer_python() -> str:
    """The command of a Python on the PATH that would do, or nothing."""
    import subprocess

    for minor in range(OLDEST[1] + 2, OLDEST[1] - 1, -1):
        command = "python{}.{}".format(OLDEST[0], minor)
        try:  # being there is not enough: a version switcher's stand-in fails
            if subprocess.call([command, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
                return command
        except OSError:
            continue
    return ""


def _dotted(version: tuple) -> str:  # type: ignore[type-arg]  # tuple[int, ...] cannot be evaluated by Python 3.6
    return ".".join(str(part) for part in version)
