from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.annotations import Position, clean_text
from desktop_app.domain.sidecar import Detail, Statement
from desktop_app.imaging.xmp_document import XmpProblem, parse_xmp
from desktop_app.imaging.xmp_editing import packet_saying
from desktop_app.imaging.xmp_reading import annotations_of
from tests.fixtures.packets import NAMESPACES, alternatives, as_list, bag, exiftool_says, packet

EVERYTHING = frozenset(Detail)
FULL = Statement(
    tags=(("Animals", "Mammals", "Dog"), ("beach",), ("AC/DC",), ("a <b> & “c”",)),
    rating=4,
    title='A "title" & more',
    description="Two\nlines",
    position=Position(-33.8567844, 151.2152967, -12.5),
    decided=EVERYTHING,
)
OURS = {
    f"{{{NAMESPACES[prefix]}}}{name}"
    for prefix, name in (
        ("dc", "subject"), ("lr", "hierarchicalSubject"), ("digiKam", "TagsList"), ("xmp", "Rating"), ("dc", "title"),
        ("dc", "description"), ("exif", "GPSLatitude"), ("exif", "GPSLongitude"), ("exif", "GPSAltitude"),
        ("exif", "GPSAltitudeRef"),
    )
}  # fmt: skip


def foreign(data: bytes) -> str:
    """The packet without our properties, in a form that only says what there is: written by another parser."""
    root = ET.fromstring(data)
    for description in root.iter(f"{{{NAMESPACES['rdf']}}}Description"):
        for name in OURS & description.attrib.keys():
            del description.attrib[name]
        for child in [child for child in description if child.tag in OURS]:
            description.remove(child)
    return ET.canonicalize(ET.tostring(root, encoding="unicode"), strip_text=True)


def test_a_new_packet_says_it_all() -> None:
    found = annotations_of(parse_xmp(packet_saying(FULL)))
    assert set(found.tags) == set(FULL.tags)
    assert (found.rating, found.title, found.description) == (4, FULL.title, FULL.description)
    assert found.position is not None
    assert found.position.latitude == pytest.approx(-33.8567844, abs=1e-8)
    assert found.position.longitude == pytest.approx(151.2152967, abs=1e-8)
    assert found.position.altitude_m == pytest.approx(-12.5)


def test_exiftool_reads_the_same(tmp_path: Path, exiftool: str) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(packet_saying(FULL))
    [said] = exiftool_says(exiftool, path)
    assert as_list(said["XMP-dc:Subject"]) == ["Dog", "beach", "AC/DC", "a <b> & “c”"]
    assert as_list(said["XMP-lr:HierarchicalSubject"])[0] == "Animals|Mammals|Dog"
    assert as_list(said["XMP-digiKam:TagsList"])[0] == "Animals/Mammals/Dog"
    assert said["XMP-xmp:Rating"] == 4
    assert said["XMP-dc:Title"] == FULL.title
    assert said["XMP-dc:Description"] == FULL.description
    assert said["XMP-exif:GPSLatitude"] == pytest.approx(-33.8567844, abs=1e-7)
    assert said["XMP-exif:GPSLongitude"] == pytest.approx(151.2152967, abs=1e-7)
    assert said["Composite:GPSAltitude"] == pytest.approx(-12.5)


@pytest.mark.parametrize("name", ["digikam-example.xmp", "iso-value-array.xmp", "2000.xmp"])
def test_real_sidecars_keep_all_else(shared_nasty: Path, tmp_path: Path, exiftool: str, name: str) -> None:
    before = (shared_nasty / name).read_bytes()
    after = packet_saying(FULL, before)
    assert foreign(after) == foreign(before)
    # What is new was only put in: taking our lines out again leaves the old bytes, white space and all.
    encoding = "utf-16" if before[:2] == b"\xff\xfe" else "utf-8"
    assert set(before.decode(encoding).splitlines()) - set(after.decode(encoding).splitlines()) <= {
        '     <rdf:li xml:lang="x-default">                               </rdf:li>',
        '     <rdf:li xml:lang="x-default">2014-Drachenfest-Waterfront-Bremen</rdf:li>',
    }
    (tmp_path / name).write_bytes(after)
    then, now = exiftool_says(exiftool, shared_nasty / name, tmp_path / name)
    if then.get("File:MIMEEncoding") == "utf-16le":
        return  # ExifTool reads nothing of this file, before or after
    assert set(as_list(now["XMP-dc:Subject"])) >= {"Dog", "beach"}
    assert now["XMP-xmp:Rating"] == 4
    assert now.get("ExifTool:Warning") == then.get("ExifTool:Warning")


def test_nothing_to_say_changes_no_byte(shared_nasty: Path) -> None:
    for path in shared_nasty.glob("*.xmp"):
        before = path.read_bytes()
        assert packet_saying(Statement(), before) == before
        known = annotations_of(parse_xmp(before))
        assert packet_saying(Statement(tags=known.tags, position=known.position), before) == before


UNKNOWN = """<!-- a comment & more --><our:thing our:way='single "quoted"'><our:deep>text<![CDATA[<raw>]]></our:deep>
   </our:thing><?processing instruction?>
\t<our:list><rdf:Seq><rdf:li>1</rdf:li><rdf:li rdf:parseType="Resource"><our:x>2</our:x></rdf:li></rdf:Seq></our:list>"""


def test_unknown_properties_comments_and_instructions_stay_byte_for_byte() -> None:
    before = packet(UNKNOWN + bag("dc:subject", "old", "gone"), "our:plain='kept   as   is'")
    after = packet_saying(Statement(tags=(("new",),), dropped=frozenset({"gone"})), before)
    assert UNKNOWN.encode() in after
    assert b"our:plain='kept   as   is'" in after
    assert set(annotations_of(parse_xmp(after)).tags) == {("old",), ("new",)}
    start, end = before.index(b"<dc:subject>"), before.index(b"</dc:subject>")
    assert after.startswith(before[:start])
    assert before[end:].split(b"\n")[-1] == after.split(b"\n")[-1]


@pytest.mark.parametrize(
    ("properties", "attributes"),
    [
        ("", 'dc:subject="old"'),
        ("<dc:subject>old</dc:subject>", ""),
        (bag("dc:subject", "old", kind="Seq"), ""),
        (bag("dc:subject", "old", kind="Alt"), ""),
        ('<dc:subject rdf:parseType="Resource"><rdf:value>old</rdf:value></dc:subject>', ""),
        (bag("dc:subject", "old") + bag("dc:subject", "old"), ""),
    ],
)
def test_forms_of_lists(properties: str, attributes: str) -> None:
    before = packet(UNKNOWN + properties, attributes)
    more = annotations_of(parse_xmp(packet_saying(Statement(tags=(("new",),)), before)))
    assert set(more.tags) == {("old",), ("new",)}
    after = packet_saying(Statement(dropped=frozenset({"old"})), before)
    assert annotations_of(parse_xmp(after)).tags == ()
    assert foreign(after) == foreign(before)


@pytest.mark.parametrize(
    ("properties", "attributes"),
    [
        ("", "dc:title='old' xmp:Rating='1'"),
        ("<dc:title>old</dc:title><xmp:Rating>1</xmp:Rating>", ""),
        (alternatives("dc:title", x_default="old", de="alt") + "<xmp:Rating>1</xmp:Rating>", ""),
        (alternatives("dc:title", de="alt") + "<xmp:Rating/>", ""),
        ("<dc:title><rdf:Alt/></dc:title>", ""),
        ('<dc:title/><xmp:Rating rdf:resource="1"/>', ""),
        ("", ""),
    ],
)
def test_forms_of_single_values(properties: str, attributes: str) -> None:
    statement = Statement(rating=5, title='it\'s <new> & "quoted"', decided=EVERYTHING)
    after = packet_saying(statement, packet(UNKNOWN + properties, attributes))
    found = annotations_of(parse_xmp(after))
    assert (found.rating, found.title) == (5, statement.title)
    assert ("alt" in properties) == (b"alt<" in after)  # translations stay
    assert foreign(after) == foreign(packet(UNKNOWN + properties, attributes))
    cleared = packet_saying(Statement(decided=EVERYTHING), after)
    assert (annotations_of(parse_xmp(cleared)).rating, annotations_of(parse_xmp(cleared)).title) == (0, None)


def test_only_what_the_person_decided_outranks_the_sidecar() -> None:
    before = packet(alternatives("dc:title", x_default="theirs"), 'xmp:Rating="2"')
    statement = Statement(rating=5, title="ours", description="filled in")
    found = annotations_of(parse_xmp(packet_saying(statement, before)))
    assert (found.rating, found.title, found.description) == (2, "theirs", "filled in")


def test_a_keyword_that_moved_in_the_hierarchy_moves_and_unknown_ones_stay() -> None:
    before = packet(
        bag("dc:subject", "Dog", "theirs")
        + bag("lr:hierarchicalSubject", "Pets|Dog", "Elsewhere|theirs")
        + bag("digiKam:TagsList", "Pets/Dog", "Elsewhere/theirs")
    )
    moved = Statement(tags=(("Animals", "Dog"),), placed=frozenset({"dog"}))
    assert set(annotations_of(parse_xmp(packet_saying(moved, before))).tags) == {
        ("Animals", "Dog"),
        ("Elsewhere", "theirs"),
    }
    # Where the person did not put it there, it is one program's place against another's: theirs stays.
    assert packet_saying(Statement(tags=(("Animals", "Dog"),)), before) == before
    # A tag without a place of its own in the library keeps the one in the file.
    assert packet_saying(Statement(tags=(("Dog",),)), before) == before


@pytest.mark.parametrize(
    "before",
    [
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b'<x xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:RDF></r:RDF></x>',
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="taken"><r:Description r:about=""/></r:RDF>',
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about=""></r:Description></r:RDF>',
        b"",
        b" \r\n",
    ],
)
def test_packets_with_little_in_them(before: bytes) -> None:
    assert set(annotations_of(parse_xmp(packet_saying(FULL, before))).tags) == set(FULL.tags)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encoding_mark_and_line_breaks_stay(encoding: str, newline: str) -> None:
    text = packet(UNKNOWN).decode().replace("\n", newline)
    after = packet_saying(FULL, text.encode(encoding))
    assert after[:2] == text.encode(encoding)[:2]
    assert set(annotations_of(parse_xmp(after)).tags) == set(FULL.tags)
    assert UNKNOWN.replace("\n", newline) in after.decode(encoding)


def test_malformed_packets_are_refused() -> None:
    for damaged in (packet("<dc:subject>"), packet("")[:-80], b"<!DOCTYPE a []><a/>", b"no xmp at all"):
        with pytest.raises(XmpProblem):
            packet_saying(FULL, damaged)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYWORD = st.text(st.sampled_from("abcÄ |/<>&\"'\u4e2d🏖"), min_size=1, max_size=5).filter(lambda text: text.strip())
LEVEL = st.text(st.sampled_from("abcÄ <>&\"'\u4e2d🏖"), min_size=1, max_size=4).filter(lambda text: text.strip())
STATEMENTS = st.builds(
    Statement,
    tags=st.lists(st.one_of(st.tuples(KEYWORD), st.lists(LEVEL, min_size=2, max_size=3).map(tuple)), max_size=4).map(
        tuple
    ),
    dropped=st.frozensets(LEVEL.map(str.casefold), max_size=2),
    placed=st.frozensets(LEVEL.map(str.casefold), max_size=2),
    rating=st.integers(0, 5),
    title=st.none() | TEXT,
    description=st.none() | TEXT,
    position=st.none()
    | st.builds(
        Position,
        st.floats(-90, 90).filter(lambda degrees: abs(degrees) > 1e-6),
        st.floats(-180, 180),
        st.none() | st.floats(-500, 9000),
    ),
    decided=st.frozensets(st.sampled_from(Detail)),
)
PACKETS = st.builds(
    lambda subject, paths, title, rating, more: packet(
        more[0] + (bag("dc:subject", *subject) if subject else "") + more[1]
        + (bag("lr:hierarchicalSubject", *paths) if paths else "") + (alternatives("dc:title", x_default=title) if title else ""),
        f'xmp:Rating="{rating}"' if rating is not None else "",
    ),
    st.lists(st.sampled_from(["a", "b", "Ä", "c"]), max_size=3),
    st.lists(st.sampled_from(["a|b", "b|a", "c"]), max_size=2),
    st.sampled_from(["", "old title"]),
    st.none() | st.integers(-1, 5),
    st.permutations([UNKNOWN, ""]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(STATEMENTS, PACKETS | st.just(b""))
def test_what_is_written_is_read_back_and_nothing_else_changes(statement: Statement, before: bytes) -> None:
    after = packet_saying(statement, before)
    found = annotations_of(parse_xmp(after))
    flat = {name.casefold() for path in found.tags for name in path}
    for path in statement.tags:
        leaf = " ".join(path[-1].split()).casefold()
        assert leaf in flat or leaf in statement.dropped or "/" in leaf or "|" in leaf
    if Detail.RATING in statement.decided:
        assert (found.rating or 0) == statement.rating
    if Detail.TITLE in statement.decided:
        assert found.title == clean_text(statement.title)
    assert packet_saying(statement, after) == after
    if before:
        assert foreign(after) == foreign(before)
