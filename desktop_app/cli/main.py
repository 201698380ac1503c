"""Run one command and turn its end into an exit code."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context, Openers
from desktop_app.cli.output import Output
from desktop_app.cli.parser import command_names, command_parser, window_parser

DONE, FAILED, USAGE = 0, 1, 2

_log = logging.getLogger(__name__)


def run(arguments: list[str], openers: Openers) -> int:
    """Run the command the arguments name, or the window when they name none; return the exit code."""
    try:
        return _run_command(arguments, openers) if _names_command(arguments) else _run_window(arguments, openers)
    except SystemExit as ended:  # argparse: 2 for usage, 0 after --help
        return ended.code if isinstance(ended.code, int) else USAGE


def _names_command(arguments: list[str]) -> bool:
    """True when the first word that is no option (nor an option's value) is a command; else it is a folder."""
    words = iter(arguments)
    for word in words:
        if word == "--library":
            next(words, None)
        elif not word.startswith("-"):
            return word in command_names()
    return False


def _run_window(arguments: list[str], openers: Openers) -> int:
    options = window_parser().parse_args(arguments)

    def open_window() -> int:
        openers.log(options.library, debug=options.debug)
        return openers.window(options.library, folders=options.folders, device=options.device)

    return _guarded(open_window, debug=options.debug)


def _run_command(arguments: list[str], openers: Openers) -> int:
    options = command_parser().parse_args(arguments)
    context = Context(options, Output(as_json=options.json), openers)

    def run_command() -> int:
        needs_library = options.command != "classify"
        openers.log(options.library if needs_library else None, debug=options.debug)
        options.run(context)
        return DONE

    return _guarded(run_command, debug=options.debug)


def _guarded(work: Callable[[], int], *, debug: bool) -> int:
    try:
        return work()
    except UserFacingError as error:
        if debug:
            traceback.print_exc()
        sys.stderr.write(f"keepsight: {error}\n")
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`). Python would complain at exit when it flushes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        sys.stderr.write("keepsight: stopped.\n")
    except Exception as error:  # noqa: BLE001 - the last place that can log a bug and tell the person
        _log.exception("A command failed")
        if debug:
            traceback.print_exc()
        sys.stderr.write(
            f"keepsight: an internal error ({type(error).__name__}). The log file has the details; --debug shows them.\n"
        )
    return FAILED
