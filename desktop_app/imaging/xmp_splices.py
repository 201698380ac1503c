"""Changes to an XMP packet, gathered as splices into its text: what no splice covers stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from desktop_app.imaging.xmp_document import RDF, Attribute, Element, Name, XmpDocument
from desktop_app.imaging.xmp_reading import (
    DC,
    DEFAULT_LANGUAGE,
    DIGIKAM,
    EXIF,
    LIGHTROOM,
    XMP,
    is_list,
    item_text,
    language_of,
    list_items,
)

_PREFIXES = {DC: "dc", XMP: "xmp", LIGHTROOM: "lr", DIGIKAM: "digiKam", EXIF: "exif"}
_WHITE = b" \t\r\n"

# What XML 1.0 cannot hold at all.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Rule = Callable[[str], bool]
"""Whether an item that is there stays."""


@dataclass(slots=True)
class XmpEdit:
    """Splices gathered for one document."""

    document: XmpDocument
    splices: list[tuple[int, int, str]] = field(default_factory=list)
    """(start, end, what stands there instead), never overlapping."""
    added: list[tuple[Name, Callable[[str], str]]] = field(default_factory=list)
    """New properties: name, and from the indentation to the content."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.splices or self.added)

    def result(self) -> bytes:
        """The changed text."""
        self._place_added()
        data = bytearray(self.document.data)
        for start, end, text in sorted(self.splices, reverse=True):
            data[start:end] = text.encode()
        return bytes(data)

    def add(self, name: Name, content: Callable[[str], str]) -> None:
        """A property that is not there yet; `content` is given its indentation, from the line break on."""
        self.added.append((name, content))

    def remove(self, name: Name) -> None:
        """Take a property out, wherever it is stated."""
        for _, stated in self.document.properties(name):
            self._cut(stated.start, stated.end)

    def set_simple(self, name: Name, value: str) -> None:
        """State one plain value, in the form that is there already."""
        stated = list(self.document.properties(name))
        for _, place in stated:
            if isinstance(place, Attribute):
                self._set_attribute(place, value)
            else:
                self._set_content(place, escape(value))
        if not stated:
            self.add(name, lambda _indent: escape(value))

    def set_text(self, name: Name, value: str) -> None:
        """State a text in the default language; translations stay."""
        stated = list(self.document.properties(name))
        for _, place in stated:
            if isinstance(place, Attribute):
                self._set_attribute(place, value)
            elif (item := _default_item(place)) is not None:
                self._set_content(item, escaped(value))
            elif is_list(place):
                self._set_content(place, self._alternatives(value, place, self._indent_of(place)))
            else:
                self._set_content(place, escaped(value))
        if not stated:
            self.add(name, lambda indent: self._alternatives(value, None, indent))

    def change_list(self, name: Name, place: Element | Attribute, stays: Rule, new: Sequence[str], kind: str) -> None:
        """Drop what must not stay in a list and append what is new."""
        if isinstance(place, Attribute) or not list_items(place):
            self._rewrite_list(name, place, stays, new, kind)
            return
        items = list_items(place)
        gone = [item for item in items if not stays(item_text(item))]
        if len(gone) == len(items) and not new:
            self._cut(place.start, place.end)
            return
        for item in gone:
            self._cut(item.start, item.end)
        if new:
            last = items[-1]
            lead = self._lead(last.start)
            texts = (f"{lead}<{last.raw_name}>{escaped(text)}</{last.raw_name}>" for text in new)
            self.splices.append((last.end, last.end, "".join(texts)))

    def list_text(self, texts: Sequence[str], kind: str, indent: str) -> str:
        """A container of texts as the content of a property."""
        rdf = self._rdf_prefix()
        deeper, deepest = (indent + " " if indent else "", indent + "  " if indent else "")
        items = "".join(f"{deepest}<{rdf}li>{escaped(text)}</{rdf}li>" for text in texts)
        return f"{deeper}<{rdf}{kind}>{items}{deeper}</{rdf}{kind}>{indent}"

    def _rewrite_list(self, name: Name, place: Element | Attribute, stays: Rule, new: Sequence[str], kind: str) -> None:
        """A list in a form that holds one text only, or none."""
        text = place.value if isinstance(place, Attribute) else "" if is_list(place) else item_text(place)
        before = [text] if text.strip() else []
        after = [*(text for text in before if stays(text)), *new]
        if after == before:
            return
        if after and isinstance(place, Element):
            self._set_content(place, self.list_text(after, kind, self._indent_of(place)))
            return
        self._cut(place.start, place.end)
        if after:
            self.add(name, lambda indent: self.list_text(after, kind, indent))

    def _alternatives(self, value: str, place: Element | None, indent: str) -> str:
        rdf = self._rdf_prefix()
        deeper, deepest = (indent + " " if indent else "", indent + "  " if indent else "")
        item = f'{deepest}<{rdf}li xml:lang="{DEFAULT_LANGUAGE}">{escaped(value)}</{rdf}li>'
        others = "" if place is None else self._slices(list_items(place))
        return f"{deeper}<{rdf}Alt>{item}{others}{deeper}</{rdf}Alt>{indent}"

    def _slices(self, elements: Sequence[Element]) -> str:
        data = self.document.data
        return "".join(self._lead(each.start) + data[each.start : each.end].decode() for each in elements)

    def _set_attribute(self, place: Attribute, value: str) -> None:
        """Between the quotes that are there."""
        quote = chr(self.document.data[place.value_start - 1])
        escapes = {quote: "&quot;" if quote == '"' else "&apos;", "\n": "&#10;", "\t": "&#9;"}
        self.splices.append((place.value_start, place.end - 1, escape(value, escapes)))

    def _set_content(self, element: Element, content: str) -> None:
        data = self.document.data
        if element.self_closing or any(each.name.namespace == RDF for each in element.attributes):
            # Also for a value in an attribute (rdf:resource, rdf:value, rdf:parseType), which would contradict the content.
            kept = "".join(
                f" {data[each.start : each.end].decode()}" for each in element.attributes if each.name.namespace != RDF
            )
            declared = "".join(f" {text}" for text in _declarations(data[element.start : element.open_end]))
            text = f"<{element.raw_name}{declared}{kept}>{content}</{element.raw_name}>"
            self.splices.append((element.start, element.end, text))
        else:
            self.splices.append((element.open_end, element.close_start, content))

    def _cut(self, start: int, end: int) -> None:
        """Out, with the white space before it."""
        self.splices.append((start - len(self._lead(start).encode()), end, ""))

    def _lead(self, at: int) -> str:
        """The white space before a place."""
        start = at
        while start and self.document.data[start - 1] in _WHITE:
            start -= 1
        return self.document.data[start:at].decode()

    def _indent_of(self, element: Element) -> str:
        lead = self._lead(element.start)
        return lead if "\n" in lead or "\r" in lead else ""

    def _rdf_prefix(self) -> str:
        prefix = _prefix_for(RDF, self.document.rdf)
        return f"{prefix}:" if prefix else ""

    def _place_added(self) -> None:
        if not self.added:
            return
        descriptions = self.document.descriptions
        if not descriptions:
            self._add_description()
            return
        target = descriptions[0]
        if target.children:
            indent = self._indent_of(target.children[-1])
            end = target.children[-1].end
            self.splices.append((end, end, self._properties(target, indent)))
            return
        indent = self._indent_of(target)
        properties = self._properties(target, indent + " " if indent else "")
        if target.self_closing:
            end = target.open_end
            self.splices.append((end - 2, end, f">{properties}{indent}</{target.raw_name}>"))
        else:
            self.splices.append((target.open_end, target.open_end, properties))

    def _add_description(self) -> None:
        rdf, element = self._rdf_prefix(), self.document.rdf
        indent = self._indent_of(element)
        deeper = indent + " " if indent else ""
        about = f"{rdf}about" if rdf else "about"
        description = (
            f'{deeper}<{rdf}Description {about}="">{self._properties(element, deeper + " " if deeper else "")}'
            f"{deeper}</{rdf}Description>"
        )
        if element.self_closing:
            end = element.open_end
            self.splices.append((end - 2, end, f">{description}{indent}</{element.raw_name}>"))
        else:
            self.splices.append((element.open_end, element.open_end, description))

    def _properties(self, holder: Element, indent: str) -> str:
        return "".join(self._property(holder, name, content, indent) for name, content in self.added)

    @staticmethod
    def _property(holder: Element, name: Name, content: Callable[[str], str], indent: str) -> str:
        prefix = _prefix_for(name.namespace, holder)
        declared = ""
        if not prefix:
            # Declared at the property itself, so that nothing around it changes.
            prefix = _PREFIXES[name.namespace]
            declared = f' xmlns:{prefix}="{name.namespace}"'
        return f"{indent}<{prefix}:{name.local}{declared}>{content(indent)}</{prefix}:{name.local}>"


def _default_item(place: Element) -> Element | None:
    """The item that holds the text in the default language, or the only one without a language; None when there is none."""
    items = list_items(place)
    default = next((item for item in items if language_of(item) == DEFAULT_LANGUAGE), None)
    if default is None and len(items) == 1 and not language_of(items[0]):
        return items[0]
    return default


def _prefix_for(namespace: str, element: Element) -> str:
    """The prefix that stands for a namespace inside an element; empty when none does."""
    return next((prefix for prefix, known in element.scope.items() if known == namespace and prefix), "")


def _declarations(tag: bytes) -> list[str]:
    return [match[0].decode() for match in re.finditer(rb"""xmlns(?::[^\s=]+)?\s*=\s*(?:"[^"]*"|'[^']*')""", tag)]


def escaped(value: str) -> str:
    """Text as the content of an element."""
    return escape(UNWRITABLE.sub("", value), {"\r": "&#13;"})
