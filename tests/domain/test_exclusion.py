"""Exclude patterns mean what git means by them."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.exclusion import DEFAULT_PATTERNS, Exclusion, clean_patterns

NAMES = ("a", "b", "ab", "a.jpg", "B.JPG", "x y", "[a]", "a*b", "#c", "!d")
PATTERN_PARTS = ("a", "b", "*", "?", "**", "/", "/", "!", ".jpg", "[ab]", "[!a]", "[a-c]", "\\*", "\\[", "x y", "\\#c")
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
patterns = st.lists(
    st.lists(st.sampled_from(PATTERN_PARTS), min_size=1, max_size=5).map("".join), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def git_leaves_out(repository: Path, lines: list[str], asked: list[str]) -> set[str]:
    (repository / ".gitignore").write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["git", "-c", "core.ignorecase=true", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=repository,
        input="\0".join(asked) + "\0",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return set(done.stdout.split("\0")) - {""}


@settings(max_examples=40, deadline=None)
@given(lines=patterns, asked=st.lists(paths, min_size=1, max_size=8, unique=True))
def test_patterns_decide_as_git_does(repository: Path, lines: list[str], asked: list[str]) -> None:
    exclusion = Exclusion(clean_patterns(lines), hidden=True)
    mine = {path for path in asked if exclusion.leaves_out_below(path, is_folder=False)}
    assert mine == git_leaves_out(repository, lines, asked), lines


@settings(max_examples=15, deadline=None)
@given(lines=patterns, asked=st.lists(paths, min_size=1, max_size=8, unique=True))
def test_a_slash_at_the_end_means_folders(repository: Path, lines: list[str], asked: list[str]) -> None:
    lines = [f"{line}/" for line in lines]
    exclusion = Exclusion(clean_patterns(lines), hidden=True)
    mine = {f"{path}/" for path in asked if exclusion.leaves_out_below(path, is_folder=True)}
    assert mine == git_leaves_out(repository, lines, [f"{path}/" for path in asked]), lines


@pytest.mark.parametrize(
    "path",
    [
        ".thumbnails/a.jpg",
        "x/@eadir/a.jpg",
        "Photos.LRDATA/1/a.jpg",
        ".Trash-1000/files/a.jpg",
        "$recycle.bin/a.jpg",
        "#recycle/a.jpg",
        "a/b.jpg~",
        "download.jpg.part",
        ".hidden.jpg",
        "a/.git/b.jpg",
    ],
)
def test_what_a_new_library_leaves_out(path: str) -> None:
    assert Exclusion().leaves_out_below(path, is_folder=False)


@pytest.mark.parametrize("path", ["a.jpg", "thumbnails/a.jpg", "eaDir/a.jpg", "lrdata/a.jpg", "2023/#1/a.jpg"])
def test_what_a_new_library_takes_in(path: str) -> None:
    assert not Exclusion().leaves_out_below(path, is_folder=False)


def test_hidden_files_are_a_choice_and_patterns_still_count() -> None:
    exclusion = Exclusion(hidden=True)
    assert not exclusion.leaves_out_below(".private/a.jpg", is_folder=False)
    assert exclusion.leaves_out_below(".thumbnails/a.jpg", is_folder=False)


def test_lines_without_meaning_are_dropped() -> None:
    assert clean_patterns(["*.tmp", "", "# a remark", "  ", "*.tmp", "/", "[a"]) == ("*.tmp",)
    assert clean_patterns(DEFAULT_PATTERNS) == DEFAULT_PATTERNS


def test_no_pattern_takes_for_ever() -> None:
    started = time.process_time()
    assert not Exclusion(("*a*a*a*a*a*a*a*b",)).leaves_out("a" * 60, is_folder=False)
    assert Exclusion(("*a*b*",)).leaves_out("xaxbx", is_folder=False)
    assert not Exclusion(("*" * 40 + "b",)).leaves_out("a" * 200, is_folder=False)
    assert time.process_time() - started < 60


QUICK_PATTERNS = (
    *DEFAULT_PATTERNS,
    "K*",
    "*.Tmp",
    "desktop.ini",
    "a*b",
    "x/*.jpg",
    "*ß",
    "?.k",
    "\\*a",
    "straße/",
    "**",
    "!*~",
)
QUICK_NAMES = (
    "K",
    "\N{KELVIN SIGN}x",
    "a.tmp",
    "a.TMP",
    "Desktop.INI",
    "aXb",
    "x.jpg",
    "STRASSE",
    "Straße",
    "*a",
    ".Trash-1",
    "b~",
)


@given(
    lines=st.lists(st.sampled_from(QUICK_PATTERNS), max_size=6),
    relative=st.lists(st.sampled_from(QUICK_NAMES) | st.text("aKx.~", min_size=1), min_size=1, max_size=3).map(
        "/".join
    ),
    is_folder=st.booleans(),
)
def test_the_quick_look_never_hides_a_match(lines: list[str], relative: str, is_folder: bool) -> None:
    exclusion = Exclusion(tuple(lines), hidden=True)
    matching = [
        rule for rule in exclusion._rules if rule.expression.match(relative) and (is_folder or not rule.folders_only)
    ]
    assert exclusion.leaves_out(relative, is_folder=is_folder) == (bool(matching) and not matching[-1].negated)
