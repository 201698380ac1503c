"""The grammar of the commands about albums, stars, titles, and what other programs read and write."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from desktop_app.cli import albums, curation, metadata
from desktop_app.cli.context import Command
from desktop_app.domain.sidecar import SidecarNaming

# argparse gives the object that `add_parser` belongs to no public name.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
AddCommand = Callable[[Commands, str, Command, str], argparse.ArgumentParser]

NAMES = frozenset({"albums", "rate", "favourite", "title", "describe", "metadata"})
"""Words that start these commands."""


def add_curation_commands(commands: Commands, command: AddCommand) -> None:
    """Add the commands; `command` adds a single one with the options that all have."""
    _add_albums(_group(commands, "albums", "make, fill and list albums"), command)
    _add_curation(commands, command)
    _add_metadata(_group(commands, "metadata", "exchange tags and stars with other programs through sidecars"), command)


def _group(commands: Commands, name: str, summary: str) -> Commands:
    parser = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
    return parser.add_subparsers(dest="action", required=True, metavar="ACTION")


def _add_albums(inner: Commands, command: AddCommand) -> None:
    command(inner, "list", albums.list_albums, "show the albums")
    for name, run, summary in (
        ("make", albums.make, "make an empty album"),
        ("delete", albums.delete, "delete an album; its photos stay"),
    ):
        command(inner, name, run, summary).add_argument("album", metavar="ALBUM")
    parser = command(inner, "rename", albums.rename, "give an album another name")
    parser.add_argument("album", metavar="ALBUM")
    parser.add_argument("name", metavar="NAME")
    for name, run, summary in (
        ("add", albums.add, "put photos into an album, which is made when it is new"),
        ("remove", albums.remove, "take photos out of an album"),
    ):
        parser = command(inner, name, run, summary)
        parser.add_argument("album", metavar="ALBUM")
        _add_paths(parser)


def _add_curation(commands: Commands, command: AddCommand) -> None:
    parser = command(commands, "rate", curation.rate, "give photos 1 to 5 stars, or 0 for none")
    parser.add_argument("stars", metavar="STARS", type=int, choices=range(6))
    _add_paths(parser)
    parser = command(commands, "favourite", curation.favourite, "make photos favourites")
    parser.add_argument("--off", action="store_true", help="no longer favourites")
    _add_paths(parser)
    for name, run, summary in (
        ("title", curation.title, "give photos a title"),
        ("describe", curation.describe, "give photos a description"),
    ):
        parser = command(commands, name, run, summary)
        parser.add_argument("text", metavar="TEXT", help="empty: none")
        _add_paths(parser)


def _add_metadata(inner: Commands, command: AddCommand) -> None:
    write = command(inner, "write", metadata.write, "write accepted tags, stars, titles and places into XMP sidecars")
    write.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")
    write.add_argument(
        "--naming", choices=list(SidecarNaming), metavar="NAMING", help="for this time, see `metadata naming`"
    )
    read = command(inner, "read", metadata.read, "read again what other programs wrote, embedded and in sidecars")
    for parser in (write, read):
        parser.set_defaults(usage_error=parser.error)
        parser.add_argument("--all", action="store_true", help="every photo in the library")
        parser.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="photos, or folders with all in them")
    parser = command(inner, "naming", metadata.naming, "show or choose what new sidecars are called")
    parser.add_argument(
        "name",
        metavar="NAMING",
        nargs="?",
        choices=list(SidecarNaming),
        help=f"{', '.join(SidecarNaming)}; auto: as most sidecars there are",
    )


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="photos, or folders with all in them")
