"""vCards as cards: a name and what is known of it (RFC 6350, and 2.1 as old phones write it).

Only what a person would copy out is shown. Pictures, keys and the fields of programs are left in
the file, which is listed beside it. Nothing raises, whatever the lines are.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tuimail.mime.rendered import Card
from tuimail.mime.transfer import decode_transfer
from tuimail.text.safe import SafeText, clean
from tuimail.text.words import decode_charset

_MOST_CARDS: Final = 20
_MOST_LINES: Final = 5_000
_LONGEST_VALUE: Final = 400
_LONGEST: Final = 1_000_000

_LABELS: Final = {
    "title": "Title",
    "role": "Role",
    "org": "Organisation",
    "email": "Mail",
    "tel": "Phone",
    "adr": "Address",
    "url": "Web",
    "impp": "Chat",
    "bday": "Birthday",
    "note": "Note",
}
_KINDS: Final = ("home", "work", "cell", "fax")
_KIND_WORDS: Final = {"cell": "mobile"}
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_PARAMETER: Final = re.compile(r';([^;:="]+)(?:=("[^"]*"|[^;:"]*))?')
_DATE: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    parameters: tuple[tuple[str, str], ...]
    value: str

    def kinds(self) -> list[str]:
        """What TYPE says, in any of the forms of the three versions."""
        said = {name for name, value in self.parameters if not value}
        for name, value in self.parameters:
            if name == "type":
                said.update(value.lower().strip('"').split(","))
        return [_KIND_WORDS.get(kind, kind) for kind in _KINDS if kind in said]


def vcards(text: str) -> tuple[Card, ...]:
    """Return a card for each vCard of a text, at most 20; () when it is none."""
    cards: list[Card] = []
    lines: list[_Line] | None = None
    for line in _lines(text[:_LONGEST]):
        if line.name == "begin":
            lines = []
        elif line.name == "end" and lines is not None:
            cards.append(_card(lines))
            lines = None
        elif lines is not None:
            lines.append(line)
        if len(cards) == _MOST_CARDS:
            return tuple(cards)
    if lines:
        cards.append(_card(lines))  # cut before its end
    return tuple(cards)


def _lines(text: str) -> Iterator[_Line]:
    """Unfold (RFC 6350, 3.2; quoted-printable of 2.1 folds in its own way) and take apart."""
    unfolded: list[str] = []
    for raw in text.splitlines()[:_MOST_LINES]:
        if raw[:1] in (" ", "\t") and unfolded:
            unfolded[-1] += raw[1:]
        elif unfolded and unfolded[-1].endswith("=") and _is_quoted(unfolded[-1]):
            unfolded[-1] = unfolded[-1][:-1] + raw
        else:
            unfolded.append(raw)
    for one in unfolded:
        line = _parsed(one)
        if line is not None:
            yield line


def _is_quoted(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def _parsed(line: str) -> _Line | None:
    end = re.match(r"[A-Za-z0-9.-]{1,60}", line)
    if end is None:
        return None
    place, parameters = end.end(), []
    while (found := _PARAMETER.match(line, place)) is not None:
        parameters.append((found[1].strip().lower(), found[2] or ""))
        place = found.end()
    if line[place : place + 1] != ":":
        return None
    name = end[0].rpartition(".")[2].lower()
    return _Line(name, tuple(parameters), _value(line[place + 1 :], dict(parameters)))


def _value(value: str, parameters: dict[str, str]) -> str:
    encoding = parameters.get("encoding", "").lower()
    if encoding == "quoted-printable" or "quoted-printable" in parameters:
        octets = quopri.decodestring(value.encode("utf-8", "replace"))
        return decode_charset(octets, parameters.get("charset"))
    if encoding in ("b", "base64"):
        return decode_charset(decode_transfer(value.encode("ascii", "replace"), "base64"))
    return value


def _card(lines: list[_Line]) -> Card:
    title = _first(lines, "fn") or _name(_raw(lines, "n")) or _first(lines, "org")
    facts: list[tuple[SafeText, SafeText]] = []
    for name, label in _LABELS.items():
        for line in lines:
            if line.name == name and (text := _said(line)):
                kinds = ", ".join(line.kinds()) if name in ("tel", "email", "adr") else ""
                facts.append((clean(f"{label}, {kinds}" if kinds else label), text))
    return Card(title or _first(lines, "email") or SafeText("A vCard without a name"), tuple(facts))


def _raw(lines: list[_Line], name: str) -> str:
    return next((line.value for line in lines if line.name == name), "")


def _first(lines: list[_Line], name: str) -> SafeText:
    return _plain(_raw(lines, name).replace(";", ", ") if name == "org" else _raw(lines, name))


def _plain(value: str) -> SafeText:
    text = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return clean(" ".join(text.split())[:_LONGEST_VALUE])


def _name(value: str) -> SafeText:
    """`Chu;Kim;;Dr.;` is `Dr. Kim Chu`."""
    last, first, middle, before, after = (value.split(";") + [""] * 5)[:5]
    return _plain(" ".join(part for part in (before, first, middle, last, after) if part))


def _said(line: _Line) -> SafeText:
    value = line.value
    match line.name:
        case "adr" | "org":
            value = ", ".join(part for part in re.split(r"(?<!\\);", value) if part.strip())
        case "tel" | "impp":
            value = value.removeprefix("tel:")
        case "bday":
            found = _DATE.match(value)
            value = f"{found[1]}-{found[2]}-{found[3]}" if found else value
    return _plain(value)
