"""Quoted history: what is folded in each language, with which words, and what is not."""

from __future__ import annotations

import pytest

from tests.unit.mime.noise.written import ATTRIBUTIONS, BLOCKS
from tuimail.mime.noise.folding import folds_for
from tuimail.mime.plain import plain
from tuimail.mime.rendered import Fold, FoldKind


def folds(text: str) -> tuple[Fold, ...]:
    return plain(text).folds


def told(text: str) -> list[tuple[FoldKind, str]]:
    return [(fold.kind, fold.words) for fold in folds(text)]


@pytest.mark.parametrize("program", BLOCKS)
def test_a_block_of_header_lines_begins_the_history(program: str) -> None:
    text = f"Thanks!\n\nAnna\n\n{BLOCKS[program]}\n\nHello,\n\nhere it is.\n"
    (fold,) = folds(text)
    assert fold.kind is FoldKind.HISTORY
    assert fold.first == 4
    assert fold.end == len(plain(text).lines)
    assert fold.words.endswith("earlier lines: Ben Okafor, 20 Nov")


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_the_line_above_a_quote_says_whose_it_is(program: str) -> None:
    quoted = "".join(f"> line {number}\n" for number in range(1, 11))
    (fold,) = folds(f"Thanks!\n\n{ATTRIBUTIONS[program]}\n\n{quoted}")
    assert fold.kind is FoldKind.QUOTE
    assert fold.words == "4 earlier lines: Ben Okafor, 20 Nov"


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_a_quote_without_marks_is_history_too(program: str) -> None:
    """Outlook for the web and some phones quote without any mark."""
    (fold,) = folds(f"Thanks!\n\n{ATTRIBUTIONS[program]}\n\nHello,\n\nhere it is.\n")
    assert fold.kind is FoldKind.HISTORY
    assert fold.words == "2 earlier lines: Ben Okafor, 20 Nov"


def test_six_lines_of_a_quote_are_shown_and_authors_and_days_are_collected() -> None:
    text = (
        "See below.\n\nOn Fri 20 Nov 2026 at 16:12 Ben Okafor wrote:\n"
        + "> a\n" * 6
        + ">> On 12 Nov 2026 at 10:00, Lena Fischer <lena@x.example> wrote:\n>>> b\n>>> c\n"
    )
    (fold,) = folds(text)
    assert fold.first == 9
    assert fold.words == "3 earlier lines: Ben Okafor, Lena Fischer, 12 to 20 Nov"


def test_each_quote_between_answers_is_folded_for_itself() -> None:
    text = ("answer\n\n" + "> quoted\n" * 10 + "\n") * 2
    assert [(fold.first, fold.end) for fold in folds(text)] == [(8, 12), (21, 25)]


@pytest.mark.parametrize(
    "text",
    [
        "Hi\n\nOn Monday Ben wrote:\n\nthe printer is broken again.\n\nI do not believe it.\n",
        "Hi\n\nThis is what he wrote on 20 Nov 2026:\n\nnothing at all.\n",
        "Hi\nthe trip\n\nFrom: Oslo\nTo: Bergen\nDate: Friday\n\nSee you.\n",
        "Hi\n\nFrom: the beginning, it was clear.\n\nTo: all of us.\n",
        "Hi\n\nDate: Friday\nFrom: Oslo\nTo: Bergen\n\nSee you.\n",
        "Hi\n\nSubject: physics\nDate: 20 Nov 2026\nRoom: 12\n\nSee you.\n",
        "Fields\n\nFrom: who sent it\nSubject: what about\n\nDate is missing.\n",
        "> all\n> of\n> it\n> is\n> a\n> quote\n> and\n> nothing\n> else\n> here\n",
        "Hi\n\n" + "> a short quote\n" * 8,
        "Termine:\n\nVon: 9 Uhr\nAn: alle\n\nBis: 10 Uhr\n",
        "He was there from 10:00 to 12:00, 20.11.2026:\n\nI saw him.\n",
    ],
)
def test_what_only_looks_like_history_is_shown(text: str) -> None:
    assert folds(text) == ()


def test_what_was_passed_on_without_a_word_is_shown() -> None:
    """Otherwise a forwarded mail would be one line that says it is folded."""
    assert folds(f"{BLOCKS['en Outlook']}\n\nHello\n") == ()
    (fold,) = folds(f"{BLOCKS['en Outlook']}\n\nHello\n\n{BLOCKS['de Outlook']}\n\nHallo\n")
    assert fold.first == 8


def test_a_forward_is_shown_up_to_the_history_in_it() -> None:
    text = f"FYI\n\n---------- Forwarded message ---------\n{BLOCKS['en Apple Mail']}\n\nHello\n"
    assert folds(text) == ()
    (fold,) = folds(f"{text}\n{BLOCKS['fr Outlook']}\n\nBonjour\n")
    assert fold.first == 10


def test_a_rule_above_a_block_belongs_to_it() -> None:
    (fold,) = folds(f"Hi\n\n{'_' * 32}\n{BLOCKS['en Outlook']}\n\nHello\n")
    assert fold.first == 2


def test_what_a_mail_passes_on_is_shown() -> None:
    found = folds(f"Hi\n\n{BLOCKS['en Outlook']}\n\nHello\n")
    assert folds_for(found, "WG: Zahlen") == ()
    assert folds_for(found, "转发：数字") == ()
    assert folds_for(found, "RE: FW: numbers") == found


@pytest.mark.parametrize(
    "line",
    ["From: x\n", "On 20 Nov 2026, 10:00, a@b.example wrote:\n", "> x\nown\n", "> x\n" * 9 + "y\n"],
)
def test_folds_of_a_hostile_text_do_not_overlap_and_lose_nothing(line: str) -> None:
    rendered = plain(line * 3000)
    end = 0
    for fold in rendered.folds:
        assert end <= fold.first < fold.end <= len(rendered.lines)
        end = fold.end
