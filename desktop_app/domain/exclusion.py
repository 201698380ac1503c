"""Which files of a watched folder are none of the library's business: patterns in gitignore's language.

The rules are those of gitignore(5): the last pattern that matches decides, `!` brings back, a trailing `/` means folders
only, a `/` inside ties the pattern to the root, `**` spans folders, and nothing below an excluded folder can be brought
back. Case never counts, since one library may live on file systems of both kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

DEFAULT_PATTERNS = (
    # Thumbnails and previews that other programs made of the same photos.
    ".thumbnails/",
    "@eaDir/",
    "*.lrdata/",
    "*.photoslibrary/",
    "*.cocatalog/",
    # Trash, and what systems keep on every drive.
    ".Trash-*/",
    ".Trashes/",
    "#recycle/",
    "$RECYCLE.BIN/",
    "System Volume Information/",
    "lost+found/",
    "__MACOSX/",
    # Files that another program has not finished yet, or keeps beside the one it edits.
    "*.part",
    "*.partial",
    "*.crdownload",
    "*.tmp",
    "*~",
)
"""What a new library leaves out. The person may change every one of them."""


@dataclass(frozen=True, slots=True)
class _Rule:
    expression: re.Pattern[str]
    folders_only: bool
    negated: bool
    name: str = ""
    """The pattern, where it is about names alone and the same for every place: `*.tmp` but not `trips/*.tmp`."""


@dataclass(frozen=True, slots=True)
class _QuickLook:
    """Tells of nearly every file, without an expression, that no rule is about it: five times as fast as with one."""

    names: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    others: re.Pattern[str] | None
    """Any of the rules that are more than a name, its beginning or its end."""
    any: re.Pattern[str]
    """Any rule at all, for names that are not ASCII: their case is less simple."""

    @classmethod
    def for_rules(cls, rules: tuple[_Rule, ...]) -> _QuickLook:
        names, starts, ends = set[str](), set[str](), set[str]()
        others = []
        for rule in rules:
            text = rule.name.lower()
            body = text.strip("*")
            if not text.isascii() or not body or len(text) - len(body) > 1 or set(body) & set("*?[\\"):
                others.append(rule)
            elif text == body:
                names.add(text)
            else:
                (ends if text.startswith("*") else starts).add(body)
        return cls(
            frozenset(names), tuple(starts), tuple(ends), _either(others) if others else None, _either(list(rules))
        )

    def may_match(self, relative: str, name: str) -> bool:
        """False when no rule matches, for certain."""
        if not name.isascii():
            return self.any.match(relative) is not None
        lower = name.lower()
        return (
            lower in self.names
            or lower.startswith(self.starts)
            or lower.endswith(self.ends)
            or (self.others is not None and self.others.match(relative) is not None)
        )


def _either(rules: list[_Rule]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule.expression.pattern})" for rule in rules) or r"(?!)", _FLAGS)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a scan leaves out. Paths are relative to the root, with forward slashes."""

    patterns: tuple[str, ...] = DEFAULT_PATTERNS
    hidden: bool = False
    """True takes in files and folders whose name starts with a dot."""
    _rules: tuple[_Rule, ...] = field(init=False, repr=False, compare=False)
    _quick: _QuickLook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile once: a scan asks a hundred thousand times."""
        rules = tuple(rule for pattern in self.patterns if (rule := _rule(pattern)) is not None)
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_quick", _QuickLook.for_rules(rules))

    def leaves_out(self, relative: str, *, is_folder: bool) -> bool:
        """Whether this file or folder itself is left out; its parents are taken to be entered."""
        name = relative[relative.rfind("/") + 1 :]
        if not self.hidden and name.startswith("."):
            return True
        # Nearly every file matches nothing at all, which shows at once.
        if not self._quick.may_match(relative, name):
            return False
        for rule in reversed(self._rules):
            if (is_folder or not rule.folders_only) and rule.expression.match(relative) is not None:
                return not rule.negated
        return False

    def leaves_out_below(self, relative: str, *, is_folder: bool) -> bool:
        """Whether a place is left out, by itself or because a folder on the way to it is."""
        names = relative.split("/")
        above = ("/".join(names[:depth]) for depth in range(1, len(names)))
        return any(self.leaves_out(folder, is_folder=True) for folder in above) or self.leaves_out(
            relative, is_folder=is_folder
        )


# "s": a name may hold a line break.
_FLAGS = re.IGNORECASE | re.DOTALL


def clean_patterns(lines: Iterable[str]) -> tuple[str, ...]:
    """The patterns of a text, one a line: no empty lines, no comments, none twice."""
    stripped = (line.rstrip("\r\n") for line in lines)
    return tuple(dict.fromkeys(line for line in stripped if _rule(line) is not None))


def _rule(pattern: str) -> _Rule | None:
    """One line of the language; None for an empty one, a comment, or one that can match nothing."""
    text = _without_trailing_spaces(pattern)
    # gitignore would have "\#recycle/"; nobody writes that for a folder which many network drives have.
    if not text or (text.startswith("#") and text != "#recycle/"):
        return None
    negated = text.startswith("!")
    text = text[1:] if negated else text
    folders_only = text.endswith("/")
    text = text[:-1] if folders_only else text
    if not text:
        return None
    tied = "/" in text
    body = _translated(text.removeprefix("/"))
    if body is None:
        return None
    expression = re.compile(f"{'' if tied else '(?:.*/)?'}{body}\\Z", _FLAGS)
    return _Rule(expression, folders_only, negated, "" if tied else text)


def _without_trailing_spaces(pattern: str) -> str:
    text = pattern.rstrip("\r\n")
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    return text


def _translated(text: str) -> str | None:
    """A pattern as a regular expression of the path; None when it ends in the middle of something."""
    parts = []
    names = text.split("/")
    for position, name in enumerate(names):
        last = position == len(names) - 1
        if name == "**" and len(names) > 1:
            parts.append(".+" if last else "(?:.*/)?")
            continue
        expression = _name_expression(name)
        if expression is None:
            return None
        parts.append(expression if last else f"{expression}/")
    return "".join(parts)


def _name_expression(name: str) -> str | None:
    """One name between slashes, with `*`, `?`, `[…]` and backslashes."""
    between, at = [""], 0
    while at < len(name):
        char = name[at]
        if char == "*":
            between.append("")
        elif char == "?":
            between[-1] += "[^/]"
        elif char == "[":
            end = _end_of_class(name, at)
            if end is None:
                return None
            between[-1] += _class_expression(name[at + 1 : end])
            at = end
        elif char == "\\":
            at += 1
            if at == len(name):
                return None
            between[-1] += re.escape(name[at])
        else:
            between[-1] += re.escape(char)
        at += 1
    return _with_stars(between)


def _with_stars(between: list[str]) -> str:
    """Join what stands between stars. All but the last take the first place that fits and never another: without this,
    which `fnmatch.translate` does too, a pattern with many stars would try all ways for ever.
    """
    first, *rest = between
    middle = "".join(f"(?>[^/]*?{part})" for part in rest[:-1] if part)
    return first + middle + (f"[^/]*{rest[-1]}" if rest else "")


def _end_of_class(name: str, start: int) -> int | None:
    at = start + 1
    if name[at : at + 1] in {"!", "^"}:
        at += 1
    at += 1  # a "]" that comes first is one of the characters
    while at < len(name) and name[at] != "]":
        at += 2 if name[at] == "\\" else 1
    return at if at < len(name) else None


def _class_expression(inner: str) -> str:
    negated = inner[:1] in {"!", "^"}
    body = inner[1:] if negated else inner
    literal = re.sub(r"([\[\]&~|^])", r"\\\1", body.replace("\\", ""))
    try:
        re.compile(f"[{literal}]")
    except re.error:
        return "(?!)"  # a range that runs backwards matches nothing
    return f"(?:(?!/)[{'^' if negated else ''}{literal}])"
