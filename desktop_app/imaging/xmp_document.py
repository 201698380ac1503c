"""An XMP packet as elements that know where in the text they stand, so that it can be read, and changed in place.

XMP is RDF in XML (ISO 16684-1). What is parsed comes from anywhere: a document type (the way to entities that explode or
that fetch files) is refused, and so is what is cut off, too large or too deep. Nothing is repaired silently.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"

MAX_BYTES = 32 << 20
"""Depth maps in extended XMP have some megabytes, the longest editing histories one or two."""

# Far beyond any real packet: each element costs about a kilobyte of memory, and each level a call when it is read.
_MAX_ELEMENTS = 300_000
_MAX_DEPTH = 100

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_ATTRIBUTE = re.compile(rb"""([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")


class XmpProblem(Exception):
    """A packet cannot be used, and why: a sentence for a person, without a full stop."""


class Name(NamedTuple):
    """A qualified name."""

    namespace: str
    local: str


@dataclass(slots=True)
class Attribute:
    """One attribute; its span covers name, equals sign and quotes."""

    name: Name
    value: str
    start: int
    end: int
    value_start: int
    """Just after the opening quote."""


@dataclass(slots=True)
class Element:
    """One element and where it stands: byte offsets into `XmpDocument.data`."""

    raw_name: str
    name: Name
    attributes: list[Attribute]
    scope: Mapping[str, str]
    """Namespaces by prefix, as they hold inside it; the default namespace under ""."""
    start: int
    open_end: int
    """After the start tag's ">"."""
    self_closing: bool
    close_start: int = 0
    """Where the end tag begins; `open_end` for a self-closing one."""
    end: int = 0
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without its children's."""
        return "".join(self.texts)

    def attribute(self, name: Name) -> Attribute | None:
        """The attribute of that name."""
        return next((each for each in self.attributes if each.name == name), None)

    def child(self, name: Name) -> Element | None:
        """The first child of that name."""
        return next((each for each in self.children if each.name == name), None)


@dataclass(frozen=True, slots=True)
class XmpDocument:
    """A well-formed packet."""

    data: bytes
    """The text in UTF-8, without a byte order mark: what the elements' offsets count in."""
    encoding: str
    mark: bytes
    """The byte order mark that stood first, or empty."""
    rdf: Element
    """The rdf:RDF element."""

    @property
    def descriptions(self) -> list[Element]:
        """The rdf:Description elements that hold the properties."""
        return [each for each in self.rdf.children if each.name == Name(RDF, "Description")]

    def properties(self, name: Name) -> Iterator[tuple[Element, Element | Attribute]]:
        """Every place where a property is stated, with the description that it is of."""
        for description in self.descriptions:
            attribute = description.attribute(name)
            if attribute is not None:
                yield description, attribute
            for child in description.children:
                if child.name == name:
                    yield description, child

    def encoded(self, data: bytes) -> bytes:
        """Changed text as the file had it: the same encoding, the same byte order mark."""
        return self.mark + (
            data if self.encoding == "utf-8" else data.decode().encode(self.encoding, "xmlcharrefreplace")
        )


def parse_xmp(packet: bytes) -> XmpDocument:
    """Parse a packet. Raises XmpProblem for whatever is wrong with it."""
    if len(packet) > MAX_BYTES:
        raise XmpProblem(f"its XMP is too large: {len(packet) >> 20:,} MB")
    mark, encoding = next(((mark, name) for mark, name in _BYTE_ORDER_MARKS if packet.startswith(mark)), (b"", ""))
    encoding = encoding or _encoding_without_mark(packet)
    body = packet[len(mark) :]
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise XmpProblem("its XMP holds bytes that are no text") from error
    except LookupError as error:  # Python has codecs for other things than text
        raise XmpProblem("its XMP is in an unknown encoding") from error
    if text.encode(encoding) != body:
        raise XmpProblem("its XMP holds bytes that are no text")
    data = body if encoding == "utf-8" else text.encode()
    root = _Builder(data).build()
    rdf = _find_rdf(root)
    if rdf is None:
        raise XmpProblem("there is no XMP in it")
    return XmpDocument(data, encoding, mark, rdf)


def _encoding_without_mark(packet: bytes) -> str:
    """XML's own rule: the first character is "<", and how many zero bytes stand around it tells the encoding."""
    if packet.startswith(b"<\x00"):
        return "utf-16-le"
    if packet.startswith(b"\x00<"):
        return "utf-16-be"
    declared = re.match(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""", packet)
    if declared is None or declared[1].lower() in {b"utf-8", b"utf8", b"us-ascii"}:
        return "utf-8"
    try:
        codec = codecs.lookup(declared[1].decode())
    except LookupError as error:
        raise XmpProblem("its XMP is in an unknown encoding") from error
    # What can be read as ASCII up to here is no UTF-16, whatever it says.
    return "utf-8" if codec.name.startswith(("utf-16", "utf-32")) else codec.name


def _find_rdf(element: Element) -> Element | None:
    """The rdf:RDF element: the root, or in x:xmpmeta, or in whatever wraps that."""
    waiting = deque([element])
    while waiting:
        current = waiting.popleft()
        if current.name == Name(RDF, "RDF"):
            return current
        waiting.extend(current.children)
    return None


class _Builder:
    """Turns expat's events into elements. Namespaces are resolved here, since expat would hide the prefixes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[Element] = []
        self._root: Element | None = None
        self._elements = 0
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse_document_type

    def build(self) -> Element:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise XmpProblem(_what_is_wrong(error)) from error
        assert self._root is not None  # expat refuses a document without one
        return self._root

    def _start(self, raw_name: str, attributes: list[str]) -> None:
        self._elements += 1
        if self._elements > _MAX_ELEMENTS or len(self._open) >= _MAX_DEPTH:
            raise XmpProblem("its XMP is too large to read safely")
        start = self._parser.CurrentByteIndex
        open_end = _end_of_tag(self._data, start)
        scope = self._scope(attributes)
        element = Element(
            raw_name=raw_name,
            name=_resolved(raw_name, scope, is_attribute=False),
            attributes=_attributes(self._data, start, open_end, attributes, scope),
            scope=scope,
            start=start,
            open_end=open_end,
            self_closing=self._data[open_end - 2 : open_end] == b"/>",
        )
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _raw_name: str) -> None:
        element = self._open.pop()
        if element.self_closing:
            element.close_start = element.end = element.open_end
        else:
            element.close_start = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.close_start) + 1

    def _text(self, text: str) -> None:
        self._open[-1].texts.append(text)

    def _scope(self, attributes: list[str]) -> Mapping[str, str]:
        outer: Mapping[str, str] = self._open[-1].scope if self._open else {"xml": XML}
        declared = {
            name.partition(":")[2]: value
            for name, value in zip(attributes[::2], attributes[1::2], strict=True)
            if name == "xmlns" or name.startswith("xmlns:")
        }
        return {**outer, **declared} if declared else outer


def _refuse_document_type(*_: object) -> None:
    raise XmpProblem("its XMP declares entities, which is not safe to read")


def _what_is_wrong(error: expat.ExpatError) -> str:
    ended_early = {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    }
    if error.code in ended_early:
        return "its XMP ends too early"
    return f"its XMP is damaged at line {error.lineno}"


def _end_of_tag(data: bytes, start: int) -> int:
    """Where the start tag that begins here ends: the first ">" that stands in no quotes."""
    at = start
    quote = 0
    while True:
        byte = data[at]
        if quote:
            if byte == quote:
                quote = 0
        elif byte in b"\"'":
            quote = byte
        elif byte == 0x3E:
            return at + 1
        at += 1


def _attributes(data: bytes, start: int, open_end: int, given: list[str], scope: Mapping[str, str]) -> list[Attribute]:
    """The attributes with their places, namespace declarations left out."""
    if not given:
        return []
    found = []
    values = dict(zip(given[::2], given[1::2], strict=True))
    for match in _ATTRIBUTE.finditer(data, start, open_end):
        raw = match[1].decode()
        if raw != "xmlns" and not raw.startswith("xmlns:"):
            name = _resolved(raw, scope, is_attribute=True)
            found.append(Attribute(name, values[raw], match.start(), match.end(), match.start(2) + 1))
    return found


def _resolved(raw_name: str, scope: Mapping[str, str], *, is_attribute: bool) -> Name:
    prefix, colon, local = raw_name.rpartition(":")
    if not colon and is_attribute:
        return Name("", local)  # the default namespace is for elements only
    if prefix and prefix not in scope:
        raise XmpProblem(f"its XMP does not declare the prefix “{prefix}”")
    return Name(scope.get(prefix, ""), local)
