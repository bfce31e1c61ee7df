"""The first words of a mail, for its row in a list."""

from __future__ import annotations

import re
from typing import Final

from tuimail.text.safe import SafeText, clean

LONGEST: Final = 200
_MOST_SOURCE: Final = 20_000
_ATTRIBUTION = re.compile(
    r"(?:On|Am|Le|El|Il|Den|Op|Em|W dniu)\b.{4,200}(?:wrote|schrieb|écrit|escribió|scritto|skrev"
    r"|schreef|escreveu|pisze)\b.{0,80}:\s*\Z|-{2,} ?(?:Original|Ursprüngliche|Forwarded)\b.*",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\W_]*\Z")
_URL = re.compile(r"<?\[?https?://\S{40,}")


def snippet(text: str) -> SafeText:
    """Return at most 200 characters of what the author wrote.

    Quotes, the lines that introduce them, rules of dashes, long web addresses and everything from
    the signature on are skipped; where nothing is left, the quote itself is better than nothing.
    """
    lines = str(clean(text[:_MOST_SOURCE], multiline=True)).split("\n")
    own = []
    length = 0
    for line in lines:
        if line.rstrip() == "--" or length > LONGEST:
            break
        words = _URL.sub("", line).strip()
        if line.startswith(">") or _ATTRIBUTION.match(words) or _RULE.match(words):
            continue
        own.append(words)
        length += len(words)
    found = own or [line.lstrip("> ") for line in lines]
    return clean(" ".join(" ".join(found).split())[:LONGEST])
