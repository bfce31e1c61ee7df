"""What a mailto link asks to be written (RFC 6068): people, subject and text, and nothing else.

Fields such as `attach` or `In-Reply-To` are not taken: a page must not choose what is sent.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote

from tuimail.text.safe import SafeText, clean

_MOST_FIELDS: Final = 50
_LONGEST: Final = 8_000


class Wanted(NamedTuple):
    """What the composer begins with."""

    to: SafeText
    cc: SafeText
    subject: SafeText
    body: SafeText


def read_mailto(target: str) -> Wanted:
    """Read a link that begins with `mailto:`."""
    place, _, query = target.partition(":")[2][:_LONGEST].partition("?")
    fields: dict[str, list[str]] = {}
    for pair in query.split("&")[:_MOST_FIELDS]:
        name, _, value = pair.partition("=")
        fields.setdefault(unquote(name).lower(), []).append(unquote(value))
    to = [unquote(place), *fields.get("to", ())]
    return Wanted(
        to=clean(", ".join(one for one in to if one.strip())),
        cc=clean(", ".join(fields.get("cc", ()))),
        subject=clean(" ".join(fields.get("subject", ()))),
        body=clean("\n".join(fields.get("body", ())), multiline=True),
    )
