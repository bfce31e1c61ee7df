"""Which parts are read and which are files, in the shapes that real programs send."""

from __future__ import annotations

import pytest

from tuimail.model.bodystructure import (
    BodyPart,
    BodyStructure,
    MultiPart,
    attachments,
    leaves,
    text_part,
    text_parts,
)
from tuimail.text.safe import SafeText


def _part(
    section: str,
    content_type: str,
    *,
    disposition: str | None = None,
    filename: str | None = None,
    cid: str | None = None,
    size: int = 1_000,
) -> BodyPart:
    kind, _, subtype = content_type.partition("/")
    return BodyPart(
        section,
        kind,
        subtype,
        content_id=cid,
        size=size,
        disposition=disposition,
        filename=None if filename is None else SafeText(filename),
    )


def _multi(subtype: str, *parts: BodyStructure) -> MultiPart:
    return MultiPart("", subtype, parts)


PLAIN = _part("1", "text/plain")
HTML = _part("2", "text/html")
CID_IMAGE = _part("3", "image/png", disposition="inline", filename="image001.png", cid="<a@b>")
PDF = _part("4", "application/pdf", disposition="attachment", filename="a.pdf")

SHAPES: dict[str, tuple[BodyStructure, list[str], list[str]]] = {
    "plain": (PLAIN, ["1"], []),
    "html": (HTML, ["2"], []),
    "file only": (PDF, [], ["4"]),
    "alternative": (_multi("alternative", PLAIN, HTML), ["1"], []),
    "alternative, html first": (_multi("alternative", HTML, PLAIN), ["1"], []),
    "outlook": (
        _multi("mixed", _multi("related", _multi("alternative", PLAIN, HTML), CID_IMAGE), PDF),
        ["1"],
        ["4"],
    ),
    "outlook, related inside": (
        _multi("mixed", _multi("alternative", PLAIN, _multi("related", HTML, CID_IMAGE)), PDF),
        ["1"],
        ["4"],
    ),
    "html with embedded image, no disposition": (
        _multi("related", HTML, _part("3", "image/png", cid="<a@b>")),
        ["2"],
        [],
    ),
    "html with image that is a file": (
        _multi("related", HTML, _part("3", "image/png", disposition="attachment", cid="<a@b>")),
        ["2"],
        ["3"],
    ),
    "apple: texts around a picture": (
        _multi(
            "mixed", PLAIN, _part("2", "image/jpeg", filename="a.jpg"), _part("3", "text/plain")
        ),
        ["1", "3"],
        ["2"],
    ),
    "apple: files inside the html form": (
        _multi("alternative", PLAIN, _multi("mixed", HTML, PDF, _part("5", "text/html"))),
        ["1"],
        ["4"],
    ),
    "list footer": (_multi("mixed", HTML, _part("3", "text/plain")), ["2", "3"], []),
    "invitation": (
        _multi("alternative", PLAIN, HTML, _part("3", "text/calendar")),
        ["1"],
        ["3"],
    ),
    "stub beside html": (
        _multi(
            "alternative", _part("1", "text/plain", size=30), _part("2", "text/html", size=9_000)
        ),
        ["2"],
        [],
    ),
    "short text beside short html": (
        _multi("alternative", _part("1", "text/plain", size=30), _part("2", "text/html", size=300)),
        ["1"],
        [],
    ),
    "text file": (
        _multi("mixed", PLAIN, _part("2", "text/plain", filename="notes.txt")),
        ["1"],
        ["2"],
    ),
    "text file alone": (_part("1", "text/plain", filename="notes.txt"), ["1"], []),
    "attached text alone": (_part("1", "text/plain", disposition="attachment"), [], ["1"]),
    "inline text with a name": (
        _multi("mixed", PLAIN, _part("2", "text/plain", disposition="inline", filename="a.patch")),
        ["1", "2"],
        [],
    ),
    "forwarded message": (
        _multi("mixed", PLAIN, _part("2", "message/rfc822")),
        ["1"],
        ["2"],
    ),
    "bounce": (
        _multi(
            "report", PLAIN, _part("2", "message/delivery-status"), _part("3", "message/rfc822")
        ),
        ["1"],
        ["3"],
    ),
    "report as a file": (
        _multi("mixed", PLAIN, _part("2", "message/delivery-status", disposition="attachment")),
        ["1"],
        ["2"],
    ),
    "signed": (
        _multi("signed", PLAIN, _part("2", "application/pkcs7-signature", filename="smime.p7s")),
        ["1"],
        ["2"],
    ),
    "enriched only": (_multi("alternative", _part("1", "text/enriched")), ["1"], []),
    "nothing": (_multi("mixed"), [], []),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_read_and_what_is_a_file(shape: str) -> None:
    structure, read, files = SHAPES[shape]
    assert [part.section for part in text_parts(structure)] == read
    assert [part.section for part in attachments(structure)] == files
    first = text_part(structure)
    assert (None if first is None else first.section) == (read[0] if read else None)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_part_is_read_and_listed_at_once(shape: str) -> None:
    structure, _, _ = SHAPES[shape]
    assert not set(text_parts(structure)) & set(attachments(structure))
    assert set(attachments(structure)) <= set(leaves(structure))


def test_many_texts_are_read_up_to_a_limit() -> None:
    many = _multi("mixed", *[_part(str(number), "text/plain") for number in range(1, 500)])
    assert len(text_parts(many)) == 20
