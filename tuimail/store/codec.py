"""Model values as columns and back: JSON for what only the reader needs, plain columns for lists.

Nothing here trusts its input on the way in: what a server sent may hold lone surrogates, dates
beyond every calendar and structures nested without end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from tuimail.model.bodystructure import BodyPart, BodyStructure, MultiPart
from tuimail.model.envelope import Envelope
from tuimail.model.flags import Flags, SystemFlag
from tuimail.model.notice import Notice, Severity
from tuimail.text.address import Address
from tuimail.text.safe import SafeText

LATEST_SECONDS: Final = 9_214_646_400  # 2262-01-01T00:00:00Z
DOC_BITS: Final = 28
"""`search_text.doc` is INTERNALDATE * 2^28 + key: dates need 34 bits, keys do not reach 2^28."""

_DEEPEST_NESTING: Final = 50


def plain(text: str) -> str:
    """Return `text` with what SQLite cannot take, lone surrogates, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def readable_array(value: object, kind: type = str) -> str:
    """Return a JSON array of texts or numbers, an empty one for what is none."""
    with suppress(ValueError):
        found = json.loads(value) if isinstance(value, str) else None
        if isinstance(found, list) and all(type(one) is kind for one in found):
            return json.dumps(found)
    return "[]"


def to_seconds(moment: datetime) -> int:
    """Return whole Unix seconds, clamped to 1970-2262."""
    return max(0, min(LATEST_SECONDS, int(moment.timestamp())))


def to_moment(seconds: float) -> datetime:
    """Return an aware datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def to_moment_or_none(seconds: float | None) -> datetime | None:
    """Return an aware datetime in UTC, or None for None."""
    return None if seconds is None else to_moment(seconds)


def dump_ids(ids: Iterable[int]) -> list[int]:
    """Return a set of ids as [first, last, first, last, …], ascending."""
    ordered = sorted(set(ids))
    ends = []
    for place, number in enumerate(ordered):
        if place == 0 or ordered[place - 1] != number - 1:
            ends.append(number)
        if place == len(ordered) - 1 or ordered[place + 1] != number + 1:
            ends.append(number)
    return ends


def load_ids(ends: list[int]) -> Iterator[int]:
    """Read what `dump_ids` made."""
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return chain.from_iterable(range(first, last + 1) for first, last in pairs)


def dump_strings(strings: Iterable[str]) -> str:
    """Return a JSON array."""
    return json.dumps(list(strings))


def load_strings(text: str) -> tuple[str, ...]:
    """Read what `dump_strings` wrote."""
    return tuple(json.loads(text))


def dump_keywords(flags: Flags) -> str:
    """Return keywords as a list row holds them: sorted, separated by blanks."""
    return plain(" ".join(sorted(flags.keywords)))


@lru_cache(maxsize=1024)
def make_flags(system: int, keywords: str) -> Flags:
    """Return the flags of a row. A mailbox has few combinations, a window many rows."""
    return Flags(SystemFlag(system), frozenset(keywords.split()))


def dump_envelope(envelope: Envelope) -> str:
    """Return an envelope as JSON."""
    return json.dumps(_envelope_fields(envelope), separators=(",", ":"))


def load_envelope(text: str) -> Envelope:
    """Read what `dump_envelope` wrote."""
    return _make_envelope(json.loads(text))


def _envelope_fields(envelope: Envelope) -> dict[str, object]:
    fields: dict[str, object] = {
        name: [[a.name, a.mailbox, a.host] for a in getattr(envelope, name)]
        for name in _ADDRESS_FIELDS
        if getattr(envelope, name)
    }
    if envelope.date is not None:
        fields["date"] = envelope.date.isoformat()
    for name in ("subject", "in_reply_to", "message_id"):
        if getattr(envelope, name):
            fields[name] = getattr(envelope, name)
    return fields


_ADDRESS_FIELDS: Final = ("from_", "sender", "reply_to", "to", "cc", "bcc")


def _make_envelope(fields: dict[str, Any]) -> Envelope:
    date = fields.get("date")
    return Envelope(
        date=None if date is None else datetime.fromisoformat(date),
        subject=SafeText(fields.get("subject", "")),
        in_reply_to=fields.get("in_reply_to"),
        message_id=fields.get("message_id"),
        **{
            name: tuple(Address(*map(SafeText, parts)) for parts in fields.get(name, ()))
            for name in _ADDRESS_FIELDS
        },
    )


def dump_structure(structure: BodyStructure | None) -> str | None:
    """Return a structure as JSON, None for none. It passed `usable_structure`."""
    if structure is None:
        return None
    return json.dumps(_structure_fields(structure), separators=(",", ":"))


def load_structure(text: str | None) -> BodyStructure | None:
    """Read what `dump_structure` wrote."""
    return None if text is None else _make_structure(json.loads(text))


def usable_structure(structure: BodyStructure | None) -> BodyStructure | None:
    """Return a structure, None for one that is nested beyond what recursion can follow."""
    level: tuple[BodyStructure, ...] = () if structure is None else (structure,)
    for _ in range(_DEEPEST_NESTING):
        level = tuple(part for node in level if isinstance(node, MultiPart) for part in node.parts)
        if not level:
            return structure
    return None


def _structure_fields(structure: BodyStructure) -> dict[str, object]:
    if isinstance(structure, MultiPart):
        return {
            "section": structure.section,
            "subtype": structure.subtype,
            "parts": [_structure_fields(part) for part in structure.parts],
            "params": structure.params,
        }
    fields: dict[str, object] = {
        name: getattr(structure, name)
        for name in BodyPart.__dataclass_fields__
        if name not in ("message", "packed_in")
    }
    if structure.message is not None:
        fields["message"] = _envelope_fields(structure.message)
    return fields


def _make_structure(fields: dict[str, Any]) -> BodyStructure:
    params = tuple((name, value) for name, value in fields.pop("params"))
    if "parts" in fields:
        parts = tuple(_make_structure(part) for part in fields.pop("parts"))
        return MultiPart(parts=parts, params=params, **fields)
    message = fields.pop("message", None)
    return BodyPart(
        params=params, message=None if message is None else _make_envelope(message), **fields
    )


def dump_notice(notice: Notice) -> str:
    """Return a notice as JSON."""
    return json.dumps({name: getattr(notice, name) for name in Notice.__dataclass_fields__})


def load_notice(text: str) -> Notice:
    """Read what `dump_notice` wrote."""
    fields = json.loads(text)
    return Notice(severity=Severity(fields.pop("severity")), **fields)
