"""Broken ENVELOPE and BODYSTRUCTURE shapes that were seen of Exchange, on chosen messages.

A message gets a shape by the switch ``shapes`` of the server, or carries it in its own
``X-Sandbox-Shape`` field. Sources: the bug reports of MailKit (#919, #1415, #1446, #1451) and
Stack Overflow 33481604; the octets are those of the reports where they are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tuimail.sandbox.envelope import body_structure, envelope
from tuimail.sandbox.mime_structure import Part

SHAPE_FIELD = b"x-sandbox-shape"
_DISPOSITION = re.compile(rb'\("(?:inline|attachment)" (?:NIL|\([^()]*\))\)')
_LEAF_END = b" NIL NIL NIL NIL)"
_MULTIPART = re.compile(rb'("[a-z]+" \((?:"[^"]*" "[^"]*" ?)+\))(?= (?:NIL|\("))')
_CONTENT_ID = re.compile(rb'"<([^">]*)>"')
_FIRST_NIL = re.compile(rb'("[^"]*" "[^"]*" (?:NIL|\([^()]*\))) NIL')
_NIL_ENVELOPE = b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"
_EMPTY_MESSAGE = (
    b'("message" "rfc822" NIL NIL NIL "7BIT" 0 %s '
    b'(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL) 0 NIL NIL NIL NIL)' % _NIL_ENVELOPE
)
_FROM = 2
_NOBODY = b'(("Microsoft Exchange Server" NIL NIL ".MISSING-HOST-NAME."))'

Structure = Callable[[bytes], bytes]


def _with_disposition(text: bytes) -> Structure:
    def shaped(structure: bytes) -> bytes:
        if _DISPOSITION.search(structure):
            return _DISPOSITION.sub(text, structure)
        return structure.replace(_LEAF_END, b" NIL " + text + b" NIL NIL)", 1)

    return shaped


def _stray_description(structure: bytes) -> bytes:
    """A quoted string behind the parameters of a multipart, where the disposition belongs."""
    if not structure.startswith(b"(("):
        structure = b'(%s "mixed" ("boundary" "b1") NIL NIL)' % structure
    last = list(_MULTIPART.finditer(structure))[-1]
    return structure[: last.end()] + b' "A description"' + structure[last.end() :]


def _empty_part(structure: bytes) -> bytes:
    """An attached message of no octets whose body has neither type nor subtype."""
    return b'(%s%s "mixed" ("boundary" "b1") NIL NIL)' % (structure, _EMPTY_MESSAGE)


def _bare_content_id(structure: bytes) -> bytes:
    if _CONTENT_ID.search(structure):
        return _CONTENT_ID.sub(rb'"\1"', structure)
    return _FIRST_NIL.sub(rb'\1 "image001.png@01D9"', structure, count=1)


def _wrong_nesting(structure: bytes) -> bytes:
    return b"(%s)" % structure


_STRUCTURES: dict[str, Structure] = {
    # "inline" where ("inline" NIL) belongs
    "bare-disposition": _with_disposition(b'"inline"'),
    "nil-disposition": _with_disposition(b"(NIL NIL)"),
    "stray-description": _stray_description,
    "empty-part": _empty_part,
    "bare-content-id": _bare_content_id,
    # one pair of parentheses too many
    "wrong-nesting": _wrong_nesting,
}


def _missing_host(part: Part) -> bytes:
    """The ENVELOPE of a placeholder: a sender who is nobody, no date, no Message-ID."""
    plain = Part.of(
        b"".join(
            name.title() + b": " + value + b"\r\n"
            for name in (b"subject", b"to")
            if (value := part.field(name)) is not None
        )
        + b"\r\n"
    )
    before, after = envelope(plain).split(b" NIL NIL NIL ", 1)
    return before + b" " + _NOBODY + b" NIL NIL " + after


def _nil_host(part: Part) -> bytes:
    """Every address has NIL for a host, which the grammar keeps for groups."""
    return re.sub(rb'("[^"]*"|NIL) "[^"]*"\)(?=[()])', rb"\1 NIL)", envelope(part))


def _nil_envelope(_part: Part) -> bytes:
    return _NIL_ENVELOPE


_ENVELOPES: dict[str, Callable[[Part], bytes]] = {
    "missing-host": _missing_host,
    "nil-host": _nil_host,
    "nil-envelope": _nil_envelope,
}

SHAPES = (*_STRUCTURES, *_ENVELOPES)


def shaped_envelope(part: Part, shape: str) -> bytes:
    """ENVELOPE, broken when the shape is one that breaks it."""
    return _ENVELOPES.get(shape, envelope)(part)


def shaped_structure(part: Part, shape: str, *, extensible: bool) -> bytes:
    """BODYSTRUCTURE or BODY, broken when the shape is one that breaks it."""
    whole = body_structure(part, extensible=extensible)
    change = _STRUCTURES.get(shape)
    return whole if change is None else change(whole)
