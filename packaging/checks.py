"""The stages of check.py: the quick ones first, the tests last, so that pytest's closing line closes the output.

All tests run in two processes beside each other, a file at a time, in the order of tests/conftest.py: about twice as fast, and
what is quick still fails first. A choice of tests runs in one process, so that pytest's own options (--pdb, -x) do as they say.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import bootstrap
import failures
import qt_libraries
from environment import Environment

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stage(NamedTuple):
    """One tool and what it is run with, after ``python``."""

    name: str
    command: tuple[str, ...]


#: Modules rather than the scripts beside Python: a script's first line cannot hold a path with spaces in it.
QUICK = (
    Stage("ruff check", ("-m", "ruff", "check", ".")),
    Stage("ruff format", ("-m", "ruff", "format", "--check", ".")),
    Stage(
        "import contracts", ("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    ),
    Stage("mypy", ("-m", "mypy")),
)

#: Enough for two cores. Each process holds a model, and more of them would starve the windows that tests look at.
PROCESSES = 2

SIDE_BY_SIDE = ("-n", str(PROCESSES), "--dist=loadfile", "--no-loadscope-reorder")

#: What a tool that Ctrl-C interrupted may take to end its own processes and to say what it found so far.
LAST_WORDS_SECONDS = 20.0


def run(pytest_arguments: Sequence[str]) -> int:
    """Set up, run every stage, and give the exit code for the lot."""
    try:
        environment = bootstrap.prepare(Environment(bootstrap.CHECKOUT), bootstrap.WITH_TESTS)
        if missing := qt_libraries.missing_for_tests():
            raise failures.SetupFailed(qt_libraries.missing_message(missing))
    except failures.SetupFailed as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return bootstrap.INTERRUPTED
    try:
        return _run_stages(str(environment.python), pytest_arguments)
    except KeyboardInterrupt:
        return bootstrap.INTERRUPTED


def _run_stages(python: str, pytest_arguments: Sequence[str]) -> int:
    failed = [stage.name for stage in QUICK if not _passes(python, stage)]
    verdict = (
        f"Failed before the tests: {', '.join(failed)}" if failed else "Linters, types and import contracts: all passed"
    )
    print(f"\n{verdict}", flush=True)
    tests_passed = _passes(python, _tests(pytest_arguments))
    if failed and sys.stdout.isatty():  # a person sees only the end; CI's last line stays pytest's
        print(verdict)
    return 0 if tests_passed and not failed else 1


def _tests(arguments: Sequence[str]) -> Stage:
    # A choice of tests cannot reach the floor that all of them stand on.
    options = ("--cov-fail-under=0", *arguments) if arguments else SIDE_BY_SIDE
    return Stage("tests", ("-m", "pytest", "--cov", "--cov-report=term", *options))


def _passes(python: str, stage: Stage) -> bool:
    print(f"\n== {stage.name}", flush=True)
    began = time.monotonic()
    passed = _exit_code([python, *stage.command]) == 0
    if stage in QUICK:
        print(f"{'passed' if passed else 'FAILED'} in {time.monotonic() - began:.1f} s", flush=True)
    return passed


def _exit_code(command: Sequence[str]) -> int:
    """Run a tool to its end. Ctrl-C reaches the tool as well as this process: let it end in order, for a while."""
    with subprocess.Popen(command, cwd=bootstrap.CHECKOUT, env=_settings()) as tool:
        try:
            return tool.wait()
        except KeyboardInterrupt:
            with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                tool.wait(LAST_WORDS_SECONDS)
            tool.kill()
            raise


def _settings() -> dict[str, str]:
    """This process's environment, less what would make the tools look at other packages than the locked ones."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
