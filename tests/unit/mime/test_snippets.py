"""First words: the author's own."""

from __future__ import annotations

import pytest

from tuimail.mime.snippets import LONGEST, snippet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi both,\n\nThe numbers are final.\n", "Hi both, The numbers are final."),
        ("On Mon 23 Nov 2026 at 09:32 Kim Chu wrote:\n> old\n\nNew words", "New words"),
        ("Am 23.11.2026 um 09:32 schrieb Kim:\n> alt\nNeu", "Neu"),
        ("-----Original Message-----\nText", "Text"),
        ("==========\nText\n----------", "Text"),
        ("Text\n-- \nKim Chu, Fabrikam", "Text"),
        ("> only\n> a quote", "only a quote"),
        ("https://x.example/" + "a" * 60 + " then words", "then words"),
        ("\x1b[31mred\u202e\ttext", "[31mred text"),
        ("", ""),
        ("\n\n \n", ""),
    ],
)
def test_the_snippet_is_what_the_author_wrote(text: str, expected: str) -> None:
    assert snippet(text) == expected


def test_the_snippet_is_short_and_cheap() -> None:
    assert len(snippet("word " * 1_000_000)) <= LONGEST
    assert len(snippet("On " + "x" * 1_000_000)) <= LONGEST
