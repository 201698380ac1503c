"""The command line's grammar."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from desktop_app import __version__
from desktop_app.base.paths import default_library_folder
from desktop_app.cli import (
    classify,
    delete,
    exclude,
    health,
    index,
    library,
    model_download,
    model_evaluate,
    models,
    recovery,
    saved,
    search,
    tag_figures,
    tags,
)
from desktop_app.cli.context import Command
from desktop_app.cli.curation_parser import NAMES as CURATION_COMMANDS
from desktop_app.cli.curation_parser import add_curation_commands
from desktop_app.cli.tag_parser import add_tag_commands
from desktop_app.domain.question import DEFAULT_WEIGHT

DEVICES = ("auto", "cpu", "cuda", "mps")

_WINDOW_EPILOG = """commands (keepsight COMMAND --help tells more):
  index FOLDER…    bring folders into the library     status       the library in numbers
  search QUERY     find photos by plain language      skipped      files that are not in it, and why
  classify PHOTO…  labels of pictures, no library     tags         define, give, review and reshape tags
  models           list, choose, download and measure models
  saved            keep searches and run them         exclude      files and folders to leave out
  relink OLD NEW   say where a folder is now          missing      photos whose files are gone
  verify           check library and photos           delete       move photos to the trash
  backup           copy the library file              restore      put such a copy back
  albums           make, fill and list albums         metadata     exchange tags with other programs
  places           where photos were taken
  rate, favourite, title, describe                    what you say of photos beside tags"""


def window_parser() -> argparse.ArgumentParser:
    """Arguments of the window: folders to add."""
    parser = argparse.ArgumentParser(
        prog="keepsight",
        description="Find and tag your photos by what is in them, on your own machine. Without a command the window opens.",
        epilog=_WINDOW_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="*", type=Path, help="folder of photos to add and index")
    parser.add_argument("--version", action="version", version=f"Keepsight {__version__}")
    _add_common(parser, default=True)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")
    return parser


def command_parser() -> argparse.ArgumentParser:
    """Arguments of the headless commands."""
    parser = argparse.ArgumentParser(prog="keepsight")
    _add_common(parser, default=True)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_index(commands)
    _add_search(commands)
    _add_saved(commands)
    _add_classify(commands)
    _command(commands, "status", library.status, "show the library in numbers")
    skipped = _command(commands, "skipped", library.skipped, "list files that are not in the library, and why")
    skipped.add_argument("--retry", nargs="+", type=Path, metavar="FILE", help="read these again first")
    _command(commands, "places", library.places, "list the places where photos were taken")
    _add_exclude(commands)
    _add_recovery(commands)
    _add_health(commands)
    _add_delete(commands)
    _add_tags(commands)
    _add_models(commands)
    add_curation_commands(commands, _command)
    return parser


def command_names() -> frozenset[str]:
    """Words that start a headless command."""
    return _COMMANDS | CURATION_COMMANDS


_COMMANDS = frozenset(
    "index search saved classify status skipped places exclude relink missing verify backup restore delete tags models".split()
)

# argparse gives the object that `add_parser` belongs to no public name.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def _add_common(parser: argparse.ArgumentParser, *, default: bool) -> None:
    """Options that stand before or after the command; the inner parser must not overwrite what the outer one read."""
    absent = argparse.SUPPRESS
    parser.add_argument(
        "--library",
        type=Path,
        metavar="DIR",
        default=default_library_folder() if default else absent,
        help="library folder (default: %(default)s)" if default else "library folder",
    )
    parser.add_argument(
        "--json", action="store_true", default=False if default else absent, help="print one JSON value"
    )
    parser.add_argument(
        "--debug",
        action="store_true",
        default=False if default else absent,
        help="show tracebacks and log to the terminal",
    )


def _command(commands: Commands, name: str, run: Command, summary: str) -> argparse.ArgumentParser:
    # Not `capitalize`, which would make "xmp" of "XMP".
    parser = commands.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
    _add_common(parser, default=False)
    parser.set_defaults(run=run)
    return parser


def _add_index(commands: Commands) -> None:
    parser = _command(commands, "index", index.index, "bring folders into the library")
    parser.add_argument(
        "folders", metavar="FOLDER", nargs="*", type=Path, help="folders to add (default: all of the library)"
    )
    parser.set_defaults(usage_error=parser.error)
    parser.add_argument("--watch", action="store_true", help="stay and take up changes until Ctrl-C")
    parser.add_argument("--retry-skipped", action="store_true", help="read files again that were skipped before")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")


def _add_search(commands: Commands) -> None:
    parser = _command(commands, "search", search.search, "find photos by plain language")
    parser.add_argument(
        "query",
        metavar="QUERY",
        nargs="?",
        default="",
        help='what the photo shows, "exact words", AND, OR, -term, brackets, and filters such as tag:beach date:2023 rating:>=4',
    )
    parser.add_argument("--image", type=Path, metavar="FILE", help="find photos like this picture")
    parser.add_argument("--limit", type=_positive, default=50, metavar="N", help="at most N results (default 50)")
    parser.add_argument(
        "--all", action="store_true", help="do not end the list where matches end: every photo, best first"
    )
    for name, default, meaning in (
        ("sensitivity", None, "where matches end; 0: only the surest, 1: whatever might match"),
        ("words-weight", DEFAULT_WEIGHT, "0: only what photos show counts, 1: only what is written about them"),
        ("picture-weight", DEFAULT_WEIGHT, "with --image and QUERY: 0: the words decide, 1: the picture does"),
    ):
        parser.add_argument(f"--{name}", type=_probability, default=default, metavar="0..1", help=meaning)
    for name, meaning in (("tag", "must have"), ("any-tag", "must have at least one of"), ("not-tag", "must not have")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="TAG", help=f"a tag that photos {meaning}"
        )
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")


def _add_saved(commands: Commands) -> None:
    group = commands.add_parser("saved", help="keep searches and run them", description="Keep searches and run them.")
    inner = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _command(inner, "list", saved.list_saved, "show the saved searches")
    parser = _command(inner, "add", saved.add, "keep a search under a name")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("query", metavar="QUERY")
    _command(inner, "remove", saved.remove, "keep a search no longer").add_argument("name", metavar="NAME")
    parser = _command(inner, "export", saved.export, "write the list of a saved search's photos to a file")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("file", metavar="FILE", type=Path, help="its suffix says how: .csv, .json, or .txt")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")
    parser = _command(inner, "run", saved.run, "search for what was saved")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--limit", type=_positive, default=50, metavar="N", help="at most N results (default 50)")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")


def _add_classify(commands: Commands) -> None:
    parser = _command(commands, "classify", classify.classify, "label pictures without a library")
    parser.add_argument("photos", metavar="PHOTO", nargs="+", type=Path)
    parser.add_argument("--labels", default="", metavar="A,B,…", help="labels to look for, separated by commas")
    parser.add_argument("--labels-file", type=Path, metavar="FILE", help="a file with one label a line")
    parser.add_argument(
        "--template", action="append", default=[], metavar="TEXT", help="prompt with {} for the label; may be repeated"
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--threshold", type=_probability, metavar="P", help="present from this probability on (default 0.5)"
    )
    choice.add_argument("--top", type=_positive, metavar="K", help="present are the K most probable labels")
    parser.add_argument("--model", default="", metavar="NAME", help="a model of `keepsight models list`")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")


def _add_exclude(commands: Commands) -> None:
    summary = "say which files and folders to leave out, in the language of .gitignore"
    group = commands.add_parser("exclude", help=summary, description=summary.capitalize() + ".")
    inner = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _command(inner, "list", exclude.list_patterns, "show what is left out")
    for name, run, what in (("add", exclude.add, "leave out more"), ("remove", exclude.remove, "take in again")):
        _command(inner, name, run, what).add_argument("patterns", metavar="PATTERN", nargs="+")
    _command(inner, "defaults", exclude.defaults, "go back to the patterns of a new library")
    parser = _command(inner, "hidden", exclude.hidden, "take in hidden files (on), or leave them out (off)")
    parser.add_argument("state", choices=("on", "off"))


def _add_recovery(commands: Commands) -> None:
    parser = _command(commands, "relink", recovery.relink, "say where a folder of the library is now")
    parser.add_argument("old", metavar="OLD", type=Path, help="where the library believes it to be")
    parser.add_argument("new", metavar="NEW", type=Path, help="where it is")
    summary = "list photos whose files are gone, and what they may have become"
    group = commands.add_parser("missing", help=summary, description=summary.capitalize() + ".")
    inner = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _command(inner, "list", recovery.list_missing, "show the missing photos")
    _command(inner, "same", recovery.same, "show missing photos beside later ones that are probably the same, edited")
    for name, run, what in (
        ("join", recovery.join, "a missing photo became another: that one takes over its tags"),
        ("apart", recovery.apart, "a missing photo and another are different photos"),
    ):
        parser = _command(inner, name, run, what)
        parser.add_argument("old", metavar="MISSING", type=Path)
        parser.add_argument("new", metavar="FOUND", type=Path)
    parser = _command(inner, "forget", recovery.forget, "take missing photos off the list")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("paths", metavar="PATH", nargs="*", type=Path, default=[])
    which.add_argument("--all", action="store_true", help="all of them")


def _add_health(commands: Commands) -> None:
    parser = _command(commands, "verify", health.verify, "check that the library is sound")
    parser.add_argument("--hashes", action="store_true", help="read every photo again, for damage on the disk")
    parser.add_argument(
        "--repair", action="store_true", help="have the next `keepsight index` make anew what is damaged"
    )
    parser = _command(commands, "backup", health.backup, "back the library file up")
    parser.add_argument("target", metavar="FILE", nargs="?", type=Path, help="where to (default: among the daily ones)")
    parser.add_argument("--list", action="store_true", help="list the backups instead")
    parser = _command(commands, "restore", health.restore, "put a backup in the library's place")
    parser.add_argument("backup", metavar="FILE", nargs="?", type=Path, help="which one (default: the newest)")


def _add_delete(commands: Commands) -> None:
    parser = _command(commands, "delete", delete.delete, "move photos to the system's trash")
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path)
    parser.add_argument("--yes", action="store_true", help="do not ask first")
    parser.set_defaults(usage_error=parser.error)


def _add_tags(commands: Commands) -> None:
    group = commands.add_parser(
        "tags", help="define, give, review and reshape tags", description="Define, give, review and reshape tags."
    )
    _add_common(group, default=False)
    inner = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _command(inner, "photo", tags.of_photo, "show one photo's tags").add_argument("path", metavar="PATH", type=Path)
    _command(inner, "list", tags.list_tags, "show all tags with their counts")
    for name, run, summary in (
        ("add", tags.add, "give photos a tag"),
        ("remove", tags.remove, "take a tag off photos"),
    ):
        parser = _command(inner, name, run, summary)
        parser.add_argument("tag", metavar="TAG")
        parser.add_argument("paths", metavar="PATH", nargs="+", type=Path)
    add_tag_commands(
        lambda name, run, summary: _command(inner, name, run, summary), probability=_probability, count=_positive
    )
    _add_tag_figures(inner)


def _add_tag_figures(inner: Commands) -> None:
    parser = _command(inner, "teach", tag_figures.teach, "learn a tag from photos it was accepted and rejected for")
    parser.add_argument("tag", metavar="NAME")
    parser.add_argument("--forget", action="store_true", help="go by its words alone again")
    parser = _command(inner, "similar", tag_figures.similar, "propose photos for a tag; nothing is tagged")
    parser.add_argument("tag", metavar="NAME")
    parser.add_argument("--limit", type=_positive, default=50, metavar="N", help="at most N photos (default 50)")
    parser = _command(inner, "quality", tag_figures.quality, "show how right the tags are, by your own decisions")
    parser.add_argument("--beside", metavar="MODEL", default="", help="another model on this machine, to compare")
    parser = _command(inner, "choose", tag_figures.choose, "show or change how sure suggested tags must be")
    parser.add_argument("choice", nargs="?", default="", metavar="cautious|balanced|generous|top-N")
    parser = _command(inner, "evaluate", tag_figures.evaluate, "measure tags against photos with known labels")
    parser.epilog, parser.formatter_class = tag_figures.EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--truth", metavar="FILE", type=Path, action="append", required=True, help="a table, see below; may be repeated"
    )
    parser.add_argument(
        "--held-out", action="store_true", help="only the half of the labels that no calibration was fitted on"
    )
    for name in ("teach", "similar", "quality", "evaluate"):
        inner.choices[name].add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")


def _add_models(commands: Commands) -> None:
    group = commands.add_parser(
        "models",
        help="list, choose, download and measure models",
        description="List, choose, download and measure models.",
    )
    inner = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _command(inner, "list", models.list_models, "show the models to choose from")
    for name, run, summary in (
        ("use", models.use, "choose a model, downloading it when needed"),
        ("download", model_download.download, "download a model, going on from where an earlier try stopped"),
        ("remove", models.remove, "remove a model's files and embeddings; tags stay"),
        ("measure", models.measure, "measure a model's speed on this machine"),
        ("evaluate", model_evaluate.evaluate, "measure a model against photos with known labels or captions"),
    ):
        parser = _command(inner, name, run, summary)
        parser.add_argument("name", metavar="NAME", help="a model of `keepsight models list`")
    _command(inner, "cancel", models.cancel, "stay with the model that serves")
    parser = _command(inner, "add", models.add, "offer a model from this disk")
    parser.add_argument("path", metavar="FOLDER_OR_FILE", type=Path)
    parser.add_argument("--arch", metavar="NAME", help="open_clip architecture of a weights file, e.g. ViT-B-32")
    parser.add_argument("--name", metavar="NAME", help="what to call it")
    _add_model_options(inner.choices)


def _add_model_options(parsers: Mapping[str, argparse.ArgumentParser]) -> None:
    parsers["download"].add_argument("--discard", action="store_true", help="delete what an unfinished download left")
    only = parsers["remove"]
    only.add_argument("--weights", action="store_true", help="remove the downloaded files only")
    only.add_argument("--embeddings", action="store_true", help="remove what it embedded in this library only")
    for name in ("measure", "evaluate"):
        parsers[name].add_argument("--device", choices=DEVICES, default="auto", help="where the model runs")
    evaluate = parsers["evaluate"]
    evaluate.epilog, evaluate.formatter_class = model_evaluate.EPILOG, argparse.RawDescriptionHelpFormatter
    evaluate.add_argument("--photos", metavar="FOLDER", type=Path, required=True, help="the folder of photos")
    evaluate.add_argument(
        "--truth", metavar="FILE.tsv", type=Path, required=True, help="what is true of them, see below"
    )
    evaluate.add_argument(
        "--classes", metavar="FILE", type=Path, help="one class a line (default: the labels that occur)"
    )
    evaluate.add_argument(
        "--captions", action="store_true", help="the texts are captions, even with one for each photo"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _probability(text: str) -> float:
    number = float(text)
    if not 0.0 <= number <= 1.0:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return number
