"""What is asked of both servers, and every place where their answers are not the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.fidelity.corpus import Specimen
from tests.fidelity.structure import structure_differences
from tests.fidelity.wire import Value, Wire

FOLDER: Final = "Fidelity"
_COPIES: Final = "FidelityCopies"
_STEP: Final = 100

SECTIONS: Final = (
    "",
    "1",
    "2",
    "1.1",
    "1.MIME",
    "2.MIME",
    "2.HEADER",
    "HEADER",
    "HEADER.FIELDS (SUBJECT FROM DATE)",
    "HEADER.FIELDS.NOT (RECEIVED)",
    "TEXT",
)
_FETCHED: Final = (
    "FLAGS",
    "INTERNALDATE",
    "RFC822.SIZE",
    "ENVELOPE",
    "BODYSTRUCTURE",
    "BODY",
    *(f"BODY.PEEK[{section}]" for section in SECTIONS),
    "BODY.PEEK[]<10.100>",
)
_ENVELOPE: Final = (
    "date",
    "subject",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "in-reply-to",
    "message-id",
)
SEARCHES: Final = (
    "ALL",
    "1:100",
    "UID 2900:*",
    "SEEN",
    "UNSEEN FLAGGED",
    "DELETED",
    "NOT ANSWERED",
    "OR FLAGGED ANSWERED",
    "LARGER 9000",
    "SMALLER 600",
    "SUBJECT budget",
    'SUBJECT "Invoice 1"',
    "FROM contoso",
    "FROM alice",
    "TO fabrikam",
    "CC lists",
    "BODY compliance",
    "BODY MsoNormal",
    "BODY quarterly",
    "TEXT northwind",
    "TEXT latency",
    "HEADER Message-ID <01000.",
    "HEADER Message-ID contoso",
    "HEADER Message-ID nothing",
    "HEADER List-Id team",
    'HEADER References ""',
    "SINCE 1-Jun-2026",
    "BEFORE 1-Jan-2026",
    "ON 15-Mar-2026",
    "SENTSINCE 1-Jun-2026",
    "SENTBEFORE 1-Jan-2026",
    "SENTON 15-Mar-2026",
    "SINCE 1-Jan-2026 UNSEEN FROM contoso",
)
COPIES: Final = ("1", "5:7", "10,20,30:32", "9:8", "2990:*", "7,3,5", "100:199")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the servers do not agree.

    Attributes:
        item: What was asked: `ENVELOPE`, `BODY[1]`, `SEARCH SUBJECT`.
        place: Where in the answer; empty for the whole of it.
        specimen: The message, None where no single one is meant.
        sandbox: What the sandbox said.
        dovecot: What Dovecot said.
    """

    item: str
    place: str
    specimen: Specimen | None
    sandbox: object
    dovecot: object

    @property
    def kind(self) -> str:
        """The kind of the message, or nothing."""
        return self.specimen.kind if self.specimen is not None else ""


@dataclass
class Comparison:
    """The outcome.

    Attributes:
        compared: How many answers were compared, by item.
        differences: In the order in which they were found.
    """

    compared: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def compare(sandbox: Wire, dovecot: Wire, specimens: Sequence[Specimen]) -> Comparison:
    """Append the messages to both, ask both the same, and return what came of it."""
    comparison = Comparison()
    for wire in (sandbox, dovecot):
        for folder in (FOLDER, _COPIES):
            wire.ask(f"CREATE {folder}")
    _compare_appending(sandbox, dovecot, specimens, comparison)
    for wire in (sandbox, dovecot):
        wire.ask(f"SELECT {FOLDER}")
    _compare_fetching(sandbox, dovecot, specimens, comparison)
    _compare_searching(sandbox, dovecot, specimens, comparison)
    _compare_copying(sandbox, dovecot, comparison)
    return comparison


def _note(comparison: Comparison, item: str, sandbox: object, dovecot: object) -> None:
    comparison.compared[item] += 1
    if sandbox != dovecot:
        comparison.differences.append(Difference(item, "", None, sandbox, dovecot))


def _compare_appending(
    sandbox: Wire, dovecot: Wire, specimens: Sequence[Specimen], comparison: Comparison
) -> None:
    messages = [
        (each.flags, each.date.strftime("%d-%b-%Y %H:%M:%S %z"), each.raw) for each in specimens
    ]
    ours, theirs = (wire.append(FOLDER, messages) for wire in (sandbox, dovecot))
    for one, other in zip(ours, theirs, strict=True):
        _note(comparison, "APPENDUID", _appended(one), _appended(other))


def _appended(text: bytes) -> bytes | None:
    match = re.search(rb"\[APPENDUID \d+ (\d+)\]", text)
    return match[1] if match else None


def _compare_fetching(
    sandbox: Wire, dovecot: Wire, specimens: Sequence[Specimen], comparison: Comparison
) -> None:
    items = f"({' '.join(_FETCHED)})"
    for start in range(0, len(specimens), _STEP):
        some = specimens[start : start + _STEP]
        uids = f"{some[0].number}:{some[-1].number}"
        ours, theirs = (wire.fetch(uids, items) for wire in (sandbox, dovecot))
        for specimen in some:
            _compare_rows(ours[specimen.number], theirs[specimen.number], specimen, comparison)


def _compare_rows(
    ours: Mapping[str, Value],
    theirs: Mapping[str, Value],
    specimen: Specimen,
    comparison: Comparison,
) -> None:
    for item in theirs:
        comparison.compared[item] += 1
        if item not in ours:
            comparison.differences.append(Difference(item, "missing", specimen, None, theirs[item]))
            continue
        for place, one, other in _places(item, ours[item], theirs[item]):
            comparison.differences.append(Difference(item, place, specimen, one, other))


def _places(item: str, ours: Value, theirs: Value) -> Iterator[tuple[str, object, object]]:
    if item == "FLAGS":
        if _flags(ours) != _flags(theirs):
            yield "", ours, theirs
    elif ours == theirs:
        return
    elif item == "ENVELOPE" and isinstance(ours, list) and isinstance(theirs, list):
        for name, one_field, other_field in zip(_ENVELOPE, ours, theirs, strict=True):
            if one_field != other_field:
                yield name, one_field, other_field
    elif item in ("BODYSTRUCTURE", "BODY"):
        yield from structure_differences(ours, theirs)
    else:
        yield "", ours, theirs


def _flags(value: Value) -> list[Value]:
    """Return flags in an order, without the one that tells when they were first seen."""
    flags = {str(flag) for flag in value} if isinstance(value, list) else set()
    return [*sorted(flags - {"\\RECENT"})]


def _compare_searching(
    sandbox: Wire, dovecot: Wire, specimens: Sequence[Specimen], comparison: Comparison
) -> None:
    for criteria in SEARCHES:
        item = f"SEARCH {criteria.partition(' ')[0]}" if criteria[0].isalpha() else "SEARCH set"
        ours, theirs = sandbox.search(criteria), dovecot.search(criteria)
        comparison.compared[item] += len(specimens)
        for uid in sorted(ours ^ theirs):
            comparison.differences.append(
                Difference(item, criteria, specimens[uid - 1], uid in ours, uid in theirs)
            )


def _compare_copying(sandbox: Wire, dovecot: Wire, comparison: Comparison) -> None:
    for verb in ("COPY", "MOVE"):
        for uids in COPIES:
            command = f"UID {verb} {uids} {_COPIES}"
            ours, theirs = (_copied(wire, command) for wire in (sandbox, dovecot))
            _note(comparison, f"COPYUID of {verb}", ours, theirs)
    for wire in (sandbox, dovecot):
        wire.ask(f"SELECT {_COPIES}")
    ours_now, theirs_now = (
        wire.fetch("1:*", "(FLAGS INTERNALDATE BODY.PEEK[])") for wire in (sandbox, dovecot)
    )
    for uid, row in theirs_now.items():
        for each in (ours_now.get(uid, {}), row):
            each["FLAGS"] = _flags(each.get("FLAGS"))
        _note(comparison, "the copies", ours_now.get(uid), row)


def _copied(wire: Wire, command: str) -> dict[int, int]:
    """Return the new UID of each message, from the tagged or the untagged response."""
    responses, tagged = wire.ask(command)
    for line in (tagged, *(response.line for response in responses)):
        if match := re.search(rb"\[COPYUID \d+ (\S+) (\S+)\]", line):
            return dict(zip(_numbers(match[1]), _numbers(match[2]), strict=True))
    return {}


def _numbers(text: bytes) -> list[int]:
    numbers: list[int] = []
    for piece in text.decode("ascii").split(","):
        low, _, high = piece.partition(":")
        numbers += range(int(low), int(high or low) + 1)
    return numbers
