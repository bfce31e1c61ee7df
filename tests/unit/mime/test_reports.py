"""What programs report is said in a sentence, with the server's own words below."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import is_clean, stored
from tuimail.mime.bounce_words import cause_of
from tuimail.mime.reading import read_message
from tuimail.mime.render import Renderer
from tuimail.mime.reports import delivery_cards, disposition_cards
from tuimail.sandbox.delivery import Delivery
from tuimail.sandbox.delivery_reports import REASONS, undelivered

ORIGINAL = b"From: a@contoso.example\r\nTo: bem@contoso.example\r\nSubject: Lunch?\r\n\r\nSoup?\r\n"


def test_a_report_of_exchange_is_one_sentence(renderer: Renderer) -> None:
    delivery = Delivery(ORIGINAL, "a@contoso.example", ("bem@contoso.example",))
    message, part = stored(undelivered(delivery, {"bem@contoso.example": "not-found"}))
    reading = read_message(message, part, renderer)
    failed, about = reading.cards
    assert failed.title == "Not delivered to bem@contoso.example: the address does not exist."
    assert failed.facts[0][0] == "You can"
    assert failed.facts[1][1].startswith("550 5.1.10 RESOLVER.ADR.RecipientNotFound;")
    assert about.facts[0] == ("Subject", "Lunch?")
    assert reading.attachments == ()
    assert reading.lines[0].text == "Delivery has failed to these recipients or groups:"


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("mailbox-full", "the mailbox is full"),
        ("too-large", "the message is too large"),
        ("not-authorized", "only certain people may write to that address"),
        ("insiders-only", "only certain people may write to that address"),
        ("forwarding-blocked", "your organisation does not forward mail to the outside by rule"),
        ("no-such-domain", "there is no mail server of that name"),
        ("expired", "their server did not answer for too long"),
    ],
)
def test_the_reasons_of_exchange_in_plain_words(reason: str, why: str) -> None:
    known = REASONS[reason]
    assert cause_of(known.status, known.diagnostic).why == why


@pytest.mark.parametrize(
    ("status", "words", "why"),
    [
        ("5.0.0", "550 User unknown", "the address does not exist"),
        ("5.3.0", "553 <e@z.example>... Unknown E-Mail Address", "the address does not exist"),
        ("5.1.1", "", "the address does not exist"),
        ("5.7.1", "554 5.7.1 rejected by Spamhaus", "the receiving server accepts nothing from"),
        ("5.7.26", "Unauthenticated email is not accepted", "the receiving server does not"),
        ("5.2.2", "", "the mailbox is full"),
        ("5.4.6", "", "it went round in circles"),
        ("", "something nobody ever said", "their server does not accept it"),
        ("9.9.9", "", "their server does not accept it"),
    ],
)  # fmt: skip
def test_other_servers_in_plain_words(status: str, words: str, why: str) -> None:
    assert cause_of(status, words).why.startswith(why)


def test_outcomes_are_told_apart_and_failures_come_first() -> None:
    """Guards against one failure hidden behind ninety-nine deliveries."""
    good = "".join(
        f"Final-Recipient: rfc822; p{n}@x.example\nAction: delivered\nStatus: 2.0.0\n\n"
        for n in range(99)
    )
    bad = "Final-Recipient: rfc822;q@x.example\nAction: failed\nStatus: 5.2.2\n"
    slow = "Final-Recipient: rfc822;r@x.example\nAction: delayed\nStatus: 4.4.1\n"
    cards = delivery_cards(f"Reporting-MTA: dns;m.example\n\n{good}{slow}\n{bad}".encode())
    assert [card.title for card in cards] == [
        "Not delivered to q@x.example: the mailbox is full.",
        "Not delivered to r@x.example yet: their server did not answer for too long.",
        "Delivered to p0@x.example, p1@x.example and 97 others.",
    ]
    assert cards[1].facts[0][1].startswith("Nothing has to be done")


@pytest.mark.parametrize(
    ("disposition", "title"),
    [
        ("manual-action/MDN-sent-manually; displayed", "k@x.example has opened your message."),
        (
            "automatic-action/MDN-sent-automatically; deleted",
            "k@x.example has deleted your message without opening it (a rule did).",
        ),
        ("manual-action/MDN-sent-manually; new/error", "k@x.example did something with your"),
    ],
)
def test_receipts_are_one_sentence(disposition: str, title: str) -> None:
    fields = f"Final-Recipient: rfc822;k@x.example\nDisposition: {disposition}\n"
    (card,) = disposition_cards(fields.encode())
    assert card.title.startswith(title)


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_fields_make_it_raise(noise: bytes) -> None:
    for body in (noise, b"Final-Recipient: rfc822;" + noise + b"\nAction: failed\n" + noise):
        for card in (*delivery_cards(body), *disposition_cards(b"Disposition: ;" + body)):
            assert all(map(is_clean, (card.title, *(text for fact in card.facts for text in fact))))
