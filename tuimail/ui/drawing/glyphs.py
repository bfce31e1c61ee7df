"""The two sets of signs that tuimail draws with, and which of them a terminal can show.

Every sign is one cell in both sets, so no layout depends on the choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuimail.records import record


@record
class Glyphs:
    """One sign for each meaning, each exactly one cell wide."""

    cursor: str
    unread: str
    marked: str
    flagged: str
    answered: str
    forwarded: str
    both: str
    attachment: str
    pending: str
    absent: str
    folded: str
    unfolded: str
    done: str
    failed: str
    look: str
    nothing: str
    cut: str
    rule: str
    bar: str
    branch: str
    last_branch: str
    block: str
    ascii: bool

    def own(self, text: str) -> str:
        """Return a sentence of tuimail's own in this set: only ASCII when the set is ASCII.

        Text from mail does not pass here; it is never transliterated.
        """
        if not self.ascii or text.isascii():
            return text
        return text.translate(_TO_ASCII).encode("ascii", "replace").decode("ascii")


UNICODE: Final = Glyphs(
    cursor="▌",
    unread="●",
    marked="■",
    flagged="¶",
    answered="←",
    forwarded="→",
    both="↔",
    attachment="@",
    pending="↑",
    absent="↓",
    folded="►",
    unfolded="▼",
    done="√",
    failed="×",
    look="!",
    nothing="·",
    cut="…",
    rule="─",
    bar="│",
    branch="├",
    last_branch="└",
    block="█",
    ascii=False,
)

ASCII: Final = Glyphs(
    cursor=">",
    unread="N",
    marked="*",
    flagged="!",
    answered="r",
    forwarded="f",
    both="b",
    attachment="@",
    pending="^",
    absent="_",
    folded="+",
    unfolded="v",
    done="+",
    failed="x",
    look="!",
    nothing="-",
    cut="~",
    rule="-",
    bar="|",
    branch="|",
    last_branch="`",
    block="#",
    ascii=True,
)

_NAMES: Final = tuple(
    name for name in Glyphs.__annotations__ if isinstance(getattr(UNICODE, name), str)
)
_TO_ASCII: Final = str.maketrans(
    {getattr(UNICODE, name): getattr(ASCII, name) for name in _NAMES}
    | {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"}
)


def choose_glyphs(setting: str, environ: Mapping[str, str]) -> Glyphs:
    """Return the set for `glyphs = "auto" | "unicode" | "ascii"`.

    `auto` takes ASCII when the locale is not UTF-8 and for terminals whose fonts lack the signs:
    the Linux console, `dumb`, and the `vt` family.
    """
    if setting in ("unicode", "ascii"):
        return UNICODE if setting == "unicode" else ASCII
    term = environ.get("TERM", "")
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    utf8 = "utf-8" in locale.lower() or "utf8" in locale.lower()
    plain = term in ("", "dumb", "linux") or term.startswith("vt")
    return ASCII if plain or not utf8 else UNICODE
