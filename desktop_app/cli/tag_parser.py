"""Arguments of the commands that shape and review tags."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from desktop_app.cli import tag_editing, tag_files, tag_review
from desktop_app.cli.context import Command

AddCommand = Callable[[str, Command, str], argparse.ArgumentParser]


def add_tag_commands(add: AddCommand, *, probability: Callable[[str], float], count: Callable[[str], int]) -> None:
    """Add the commands by `add(name, command, summary)`."""
    _add_defining(add, probability)
    _add_editing(add, probability)
    _add_reviewing(add, probability, count)
    add("export", tag_files.export, "write all tags to a .json or .csv file").add_argument(
        "file", metavar="FILE", type=Path
    )
    add("import", tag_files.take_in, "take in the tags of a .json or .csv file").add_argument(
        "file", metavar="FILE", type=Path
    )


def _add_defining(add: AddCommand, probability: Callable[[str], float]) -> None:
    define = add("define", tag_editing.define, "make a tag in your own words and look for it in all photos")
    define.add_argument("name", metavar="NAME")
    define.add_argument("--parent", metavar="P", help="the wider tag it belongs under")
    define.add_argument(
        "--prompt",
        action="append",
        default=[],
        metavar="TEXT",
        help="how a model is asked for it: a sentence, with {} for the name; may be repeated",
    )
    define.add_argument("--alias", action="append", default=[], metavar="WORD", help="another word for it")
    define.add_argument("--colour", metavar="#RRGGBB", help="its colour in the window")
    define.add_argument("--threshold", type=probability, metavar="0..1", help="accept it from this probability on")
    define.add_argument("--sensitive", action="store_true", help="its photos can be blurred until asked for")
    define.add_argument("--mine", action="store_true", help="only you give it: no model looks for it")


def _add_editing(add: AddCommand, probability: Callable[[str], float]) -> None:
    rename = add("rename", tag_editing.rename, "give a tag another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new_name", metavar="NEW_NAME")
    move = add("move", tag_editing.move, "put a tag under another, or to the top")
    move.add_argument("name", metavar="NAME")
    move.add_argument("parent", metavar="PARENT", nargs="?")
    merge = add("merge", tag_editing.merge, "make one tag of two; the first name becomes another word for the second")
    merge.add_argument("name", metavar="NAME")
    merge.add_argument("into", metavar="INTO")
    add("delete", tag_editing.delete, "delete a tag").add_argument("name", metavar="NAME")
    threshold = add("threshold", tag_editing.threshold, "accept a tag from a probability on (none: the library's rule)")
    threshold.add_argument("name", metavar="NAME")
    threshold.add_argument("probability", metavar="0..1", nargs="?", type=probability)
    threshold.add_argument("--preview", action="store_true", help="only show which photos it would add and remove")
    add("undo", tag_editing.undo, "take the latest edit of tags back")
    add("redo", tag_editing.redo, "do again what was undone last")


def _add_reviewing(add: AddCommand, probability: Callable[[str], float], count: Callable[[str], int]) -> None:
    for name, run, summary in (
        ("suggest", tag_review.suggest, "list photos that a tag is suggested for, the most probable first"),
        ("review", tag_review.review, "go through a tag's photos, the most uncertain first"),
    ):
        parser = add(name, run, summary)
        parser.add_argument("name", metavar="TAG")
        parser.add_argument("--limit", type=count, metavar="N", help="at most N photos")
    for name, run, summary, option, meaning in (
        ("accept", tag_review.accept, "say that a tag is true of photos", "--from", "and all suggested from P on"),
        ("reject", tag_review.reject, "say that a tag is not true of photos", "--below", "and all suggested below P"),
    ):
        parser = add(name, run, summary)
        parser.add_argument("name", metavar="TAG")
        parser.add_argument("paths", metavar="PATH", nargs="*", type=Path)
        parser.add_argument(option, dest="from_probability", type=probability, metavar="P", help=meaning)
