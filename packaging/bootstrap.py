"""What start.py and check.py share: an environment in ``.venv`` that holds what the lock files say, then the program in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import failures
from environment import Environment

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKOUT = Path(__file__).resolve().parent.parent
LOCKS = CHECKOUT / "packaging" / "lock"
RUNTIME = (LOCKS / "runtime.txt",)
WITH_TESTS = (LOCKS / "runtime.txt", LOCKS / "tests.txt")

#: Commands that open no window, and so need no display and no library of Qt's. (A test holds them against the program's own.)
HEADLESS = frozenset(
    {
        "albums",
        "backup",
        "classify",
        "delete",
        "describe",
        "exclude",
        "favourite",
        "index",
        "metadata",
        "missing",
        "models",
        "places",
        "rate",
        "relink",
        "restore",
        "saved",
        "search",
        "skipped",
        "status",
        "tags",
        "title",
        "verify",
        "-h",
        "--help",
        "--version",
    }
)

INTERRUPTED = 130  # 128 + SIGINT, as a shell has it


def start(arguments: Sequence[str]) -> int:
    """Set up what is missing, then become Keepsight with these arguments."""
    try:
        environment = prepare(Environment(CHECKOUT), RUNTIME)
        if opens_window(arguments):
            require_window()
    except failures.SetupFailed as reason:
        return _give_up(str(reason))
    except KeyboardInterrupt:
        return _interrupted()
    # -P keeps the person's folder off the import path: a numpy.py among their files must not become ours.
    return become([str(environment.python), "-P", "-m", "desktop_app", *arguments])


def prepare(environment: Environment, locks: Sequence[Path]) -> Environment:
    """Make sure that the environment holds what the locks say. Costs a few milliseconds when it does already.

    Raises:
        SetupFailed: with the reason, for a person.
    """
    if not environment.has(locks):
        try:
            _set_up(environment, locks)
        except OSError as error:
            if reason := failures.from_os(error, environment.folder):
                raise reason from error
            raise
    return environment


def _set_up(environment: Environment, locks: Sequence[Path]) -> None:
    """The slow path. Each step may be the last one before a kill: the next run finds no stamp and goes through all of it."""
    from pip_run import install, say
    from setup_lock import only_one

    with only_one(environment.folder, lambda: say("Another set-up is at work here; waiting for it.")) as lock:
        if environment.has(locks):
            return
        environment.forget()
        if not environment.works():
            say(f"Making a virtual environment in {environment.folder}")
            environment.make()
        if damaged := environment.drop_damaged():
            say(f"Mending what an interrupted set-up left: {', '.join(damaged)}")
        environment.add_checkout()
        say("Installing Keepsight's packages (about a minute, and a download the first time)")
        install(environment, locks, keep_open=lock)
        environment.remember(locks)
        say("Set-up is done.")


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments ask for the window rather than a command for the terminal."""
    return HEADLESS.isdisjoint(arguments)


def require_window() -> None:
    """Raise SetupFailed if this machine can open no window."""
    from qt_libraries import what_stops_a_window

    if reason := what_stops_a_window(os.environ):
        raise failures.SetupFailed(reason)


def become(command: list[str]) -> int:
    """Replace this process by another; on Windows, which cannot, run it and give its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    import subprocess

    with subprocess.Popen(command) as program:
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:  # Ctrl-C reaches the program too; it decides when to stop
                continue


def _give_up(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


def _interrupted() -> int:
    print("Set-up stopped; the next start carries on.", file=sys.stderr)
    return INTERRUPTED
