"""The line about the sender, as the design has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tuimail.model.envelope import Envelope
from tuimail.model.trust import (
    MOST_COUNTED,
    Authentication,
    Confirmation,
    Protection,
    Seal,
    SealState,
    SenderHistory,
    Trust,
    Unsubscribing,
)
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.drawing.rows import plain_text
from tuimail.ui.reading.head_layout import HeadFacts, full_head, short_head
from tuimail.ui.reading.trust_words import TrustLines, facts_row, trust_lines

OWN = {"contoso.com"}
NOW = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def trust(domain: str, confirmation: Confirmation = Confirmation.CONFIRMED) -> Trust:
    return Trust(Authentication(confirmation, SafeText(domain)))


def facts(lines: TrustLines, width: int = 78) -> str:
    return plain_text(facts_row(lines.facts, width))


def said(known: Trust, received: int | None = None, own: set[str] = OWN) -> str:
    history = None if received is None else SenderHistory(received)
    return facts(trust_lines(known, own, history, UNICODE))


def test_the_lines_of_the_design() -> None:
    assert said(trust("contoso.com"), 300) == "√ contoso.com confirmed  your organisation"
    outside = trust("fabrikam.example")
    assert (
        said(outside, 14)
        == "! outside contoso.com   √ fabrikam.example confirmed   14 mails before"
    )
    failed = trust_lines(
        replace(
            trust("contoso.com", Confirmation.FAILED), replies_to=SafeText("help@quota.example")
        ),
        OWN,
        SenderHistory(),
        UNICODE,
    )
    assert failed.facts == ()
    assert [run.role for run in failed.warnings[0]] == ["error"]
    assert [plain_text(row) for row in failed.warnings] == [
        "× not confirmed: the mail says contoso.com, the sender could not prove it",
        "! Reply would go to help@quota.example, a different address.",
    ]


@pytest.mark.parametrize(
    ("domain", "confirmation", "received", "own", "expected"),
    [
        ("fabrikam.example", Confirmation.UNKNOWN, 1, OWN, "! outside contoso.com   1 mail before"),
        ("fabrikam.example", Confirmation.UNKNOWN, 0, OWN,
         "! outside contoso.com   first mail from this address"),
        ("contoso.com", Confirmation.CONFIRMED, 0, OWN,
         "√ contoso.com confirmed  your organisation   first mail from this address"),
        ("contoso.com", Confirmation.UNKNOWN, 4, OWN, ""),
        # A private mailbox is in no organisation.
        ("fabrikam.example", Confirmation.CONFIRMED, MOST_COUNTED, {"outlook.com"},
         "√ fabrikam.example confirmed   25 mails before, or more"),
        ("", Confirmation.UNKNOWN, None, OWN, ""),
    ],
)  # fmt: skip
def test_what_is_not_known_is_left_out(
    domain: str, confirmation: Confirmation, received: int | None, own: set[str], expected: str
) -> None:
    assert said(trust(domain, confirmation), received, own) == expected


def test_whom_one_wrote_to_is_no_stranger() -> None:
    lines = trust_lines(trust("fabrikam.example"), OWN, SenderHistory(0, written_to=True), UNICODE)
    assert facts(lines) == "! outside contoso.com   √ fabrikam.example confirmed"


def test_facts_that_do_not_fit_are_left_out_whole() -> None:
    lines = trust_lines(trust("fabrikam.example"), OWN, SenderHistory(14), UNICODE)
    assert facts(lines, 55) == "! outside contoso.com   √ fabrikam.example confirmed"
    assert facts(lines, 30) == "! outside contoso.com"
    assert facts(lines, 10) == ""


def test_a_list_answers_elsewhere_without_a_warning_and_a_false_name_never() -> None:
    known = replace(trust("fabrikam.example"), replies_to=SafeText("list@fabrikam.example"))
    assert (
        trust_lines(replace(known, unsubscribing=Unsubscribing()), OWN, None, UNICODE).warnings
        == ()
    )
    posed = replace(known, posed_as=SafeText("ceo@contoso.com"), unsubscribing=Unsubscribing())
    assert [plain_text(row) for row in trust_lines(posed, OWN, None, UNICODE).warnings] == [
        "! The name looks like ceo@contoso.com, which is not the sender."
    ]


def test_signatures_are_said_in_rows_of_their_own() -> None:
    seals = (
        Seal(Protection.PGP, SealState.GOOD, SafeText("signed by Kim Chu")),
        Seal(Protection.SMIME, SealState.BAD, SafeText("changed after it was signed")),
    )
    lines = trust_lines(replace(trust("fabrikam.example"), seals=seals), OWN, None, UNICODE)
    assert [plain_text(row) for row in lines.warnings] == [
        "√ PGP: signed by Kim Chu",
        "× S/MIME: changed after it was signed",
    ]


def head(name: str, lines: TrustLines, *, is_posed: bool = False) -> HeadFacts:
    envelope = Envelope(
        date=NOW,
        subject=SafeText("Numbers"),
        from_=(make_address(name, "anna.lindqvist@contoso.com"),),
        to=(make_address("", "me@contoso.com"),),
    )
    return HeadFacts(
        envelope, NOW, NOW, {"me@contoso.com"}, (), (), UNICODE, lines, names_address=is_posed
    )


def test_that_a_sender_is_not_confirmed_is_said_however_long_his_domain_is() -> None:
    """Left out whole like a fact, the one line that warns would be missing."""
    failed = trust(f"{'long-' * 12}name.example", Confirmation.FAILED)
    lines = trust_lines(failed, OWN, SenderHistory(), UNICODE)
    rows = [plain_text(row).strip() for row in full_head(head("IT", lines), 40, 38)]
    at = next(index for index, row in enumerate(rows) if row.startswith("× not confirmed"))
    assert "".join(rows[at : at + 5]).replace(" ", "").count("long-") == 12
    assert all(len(row) <= 39 for row in rows[:-1])


def test_the_head_has_the_line_below_the_recipients_and_the_short_one_its_fact() -> None:
    lines = trust_lines(trust("contoso.com"), OWN, SenderHistory(5), UNICODE)
    rows = [plain_text(row).rstrip() for row in full_head(head("Anna", lines), 80, 78)]
    assert rows[2:4] == [" to you", " √ contoso.com confirmed  your organisation"]
    short = plain_text(short_head(head("Anna", lines), 80)[1])
    assert short.startswith(" Anna  to you")
    assert short.endswith(" √ contoso.com ")
    assert "√" not in plain_text(short_head(head("Anna", lines), 21)[1])


def test_a_name_that_looks_like_an_address_never_hides_the_address() -> None:
    """`- beside` taken out of `head_layout._sender_row` turns it red."""
    name = "The chief executive of everything, ceo@contoso.com, personally"
    rows = full_head(head(name, TrustLines(), is_posed=True), 80, 78)
    assert "anna.lindqvist@contoso.com" in plain_text(rows[1])
    assert "anna.lindqvist" not in plain_text(full_head(head(name, TrustLines()), 80, 78)[1])
    short = short_head(head(name, TrustLines(), is_posed=True), 60)
    assert "anna.lindqvist@contoso.com" in plain_text(short[1])
