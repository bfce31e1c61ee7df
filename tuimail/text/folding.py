"""Text as it is compared: without case, diacritics and differences of width.

Searching and sorting fold what is stored and what is typed in the same way, so that "Ångström",
"ANGSTROM" and "ångstrom" are one word. Letters stay in their script: nothing is transliterated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

# Letters that no decomposition takes apart (Unicode has none for a stroke) and people type without.
_BASE: Final = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "ɨ": "i",
        "æ": "ae", "œ": "oe", "þ": "th", "ĸ": "k",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
        "ё": "е",
    }
)  # fmt: skip

# Marks that make another letter rather than an accent: voiced kana (8) and the virama (9).
_KEPT_MARKS: Final = frozenset({0, 8, 9})


def fold(text: str) -> str:
    """Return `text` for comparing: case folded, without accents, blanks made single.

    Folding what is folded changes nothing. Lone surrogates become question marks.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = text.encode("utf-8", "replace").decode("utf-8")
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = parts
    for one in set(parts):  # of which there are far fewer than characters
        if unicodedata.combining(one) not in _KEPT_MARKS:
            bare = bare.replace(one, "")
    # Capitals that were hidden in compatibility forms, such as mathematical letters.
    whole = unicodedata.normalize("NFC", bare.casefold()).translate(_BASE)
    return " ".join(whole.split())


def fold_each(text: str) -> str:
    """Return `text` folded character for character: every place in it stays what it was.

    A character that folds to several, or to none, is only put into lower case where that is one.
    """
    if text.isascii():
        return text.lower()
    table = {}
    for one in set(text):  # of which there are far fewer than characters
        folded = fold(one)
        if len(folded) != 1:
            folded = one.lower()
        if len(folded) == 1 and not one.isspace():
            table[ord(one)] = folded
    return text.translate(table)


# "Re:" and "Fwd:" as programs write them in the languages that most people use with Exchange, with
# the counters that some add: "Re[2]:", "AW (3):". Full-width colons come from Chinese and Japanese.
_REPLIES: Final = (
    "re", "aw", "antw", "antwort", "sv", "vs", "ref", "rif", "r", "res", "odp", "ynt", "atb", "ots",
    "ha", "bls", "rv", "tr", "wg", "fw", "fwd", "fs", "i", "vb", "vl", "enc", "doorst", "pd", "ilt",
    "tov", "отв", "на", "пересл", "отг", "препр", "απ", "σχετ", "πρθ", "השב", "הועבר", "רد", "رد",
    "إعادة توجيه", "回复", "回覆", "答复", "转发", "轉寄", "返信", "転送", "회신", "답장", "전달",
)  # fmt: skip


@cache
def _prefix() -> re.Pattern[str]:
    """Compiled when the first subject is compared: lists are shown without."""
    words = "|".join(sorted(map(re.escape, map(fold, _REPLIES)), key=len, reverse=True))
    return re.compile(
        rf"\s*(?:{words})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}}|\d{{1,3}})?\s*:"
    )


def fold_subject(subject: str) -> str:
    """Return a subject for comparing, without what replies and forwards put before it.

    A subject that is nothing else stays: "Re:" is better than nothing.
    """
    folded = fold(subject)
    match, at = _prefix().match, 0
    while (prefix := match(folded, at)) is not None:
        at = prefix.end()
    return folded[at:].strip() or folded


def found_in(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Return where folded words stand in a text that is not folded.

    Returns:
        (start, end) in characters of `text`, ascending, overlapping ones united.
    """
    folded, places = _with_places(text)
    spans = []
    for word in words:
        at = folded.find(word) if word else -1
        while at >= 0:
            spans.append((places[at], places[at + len(word) - 1] + 1))
            at = folded.find(word, at + len(word))
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each of its characters, the one it came from."""
    pieces: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        piece = " " if character.isspace() else fold(character)
        pieces.append(piece)
        places.extend([at] * len(piece))
    return "".join(pieces), places
