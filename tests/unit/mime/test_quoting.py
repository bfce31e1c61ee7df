"""Answers: recipients, subject, references, quoted text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.unit.mime.odd_mail import stored
from tuimail.mime.plain import plain
from tuimail.mime.quoting import attribution, quote, reply_references, reply_subject, reply_to
from tuimail.mime.rendered import Link, TextLine
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, Writing
from tuimail.model.message import Message
from tuimail.text.safe import SafeText

ME = "Anna.Lindqvist@contoso.example"
OWN = ["anna.lindqvist@contoso.example", "al@contoso.example"]


def _message(header: str, text: str = "") -> Message:
    message, _ = stored((header.strip() + "\n\n" + text).encode())
    return message


def _reply(message: Message, *, everyone: bool = False, text: str = "") -> Draft:
    writing = Writing.REPLY_ALL if everyone else Writing.REPLY
    return reply_to(message, plain(text).lines, own=OWN, writing=writing, account=AccountId(1))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Budget", "Re: Budget"),
        ("Re: Budget", "Re: Budget"),
        ("RE: re: Aw: SV: Budget", "Re: Budget"),
        ("Re[2]: Budget", "Re: Budget"),
        ("回复：预算", "Re: 预算"),
        ("Fwd: Re: Budget", "Re: Fwd: Re: Budget"),
        ("Reply: needed", "Re: Reply: needed"),
        ("", "Re:"),
    ],
)
def test_the_subject_has_one_re(subject: str, expected: str) -> None:
    assert reply_subject(subject) == expected


def test_a_reply_goes_where_reply_to_says() -> None:
    message = _message("From: kim@x.example\nReply-To: Team <team@x.example>\nTo: " + ME)
    assert _reply(message).to == "Team <team@x.example>"


def test_a_reply_goes_to_the_sender_alone() -> None:
    message = _message(f"From: Kim <kim@x.example>\nTo: {ME}, ben@x.example\nCc: carla@x.example")
    draft = _reply(message)
    assert (draft.to, draft.cc) == ("Kim <kim@x.example>", "")


def test_a_reply_to_all_keeps_the_others_and_drops_oneself() -> None:
    message = _message(
        f"From: Kim <kim@x.example>\nTo: {ME}, ben@x.example, KIM@x.example\n"
        "Cc: al@contoso.example, Carla <carla@x.example>, ben@x.example"
    )
    draft = _reply(message, everyone=True)
    assert draft.to == "Kim <kim@x.example>, ben@x.example"
    assert draft.cc == "Carla <carla@x.example>"


def test_a_reply_to_ones_own_mail_goes_to_whom_it_was_sent() -> None:
    message = _message(f"From: {ME}\nTo: kim@x.example\nCc: ben@x.example")
    assert _reply(message).to == "kim@x.example"
    everyone = _reply(message, everyone=True)
    assert (everyone.to, everyone.cc) == ("kim@x.example", "ben@x.example")


def test_a_note_to_oneself_can_be_answered() -> None:
    assert _reply(_message(f"From: {ME}\nTo: {ME}"), everyone=True).to == ME
    assert _reply(_message(f"From: {ME}")).to == ME


def test_the_conversation_goes_on() -> None:
    draft = _reply(_message("Message-ID: <c@x>\nReferences: <a@x> <b@x>\nIn-Reply-To: <b@x>"))
    assert draft.in_reply_to == "<c@x>"
    assert draft.references == ("<a@x>", "<b@x>", "<c@x>")
    assert draft.in_reply_to_key == 7
    assert _reply(_message("Message-ID: <c@x>\nIn-Reply-To: <b@x>")).references == (
        "<b@x>",
        "<c@x>",
    )


def test_a_message_id_with_anything_odd_in_it_is_not_passed_on() -> None:
    message = _message("Message-ID: <c@x>")
    odd = replace(message, envelope=replace(message.envelope, message_id="<a\r\nBcc: x@y>"))
    draft = _reply(odd)
    assert draft.in_reply_to is None
    assert draft.references == ()


def test_a_long_chain_keeps_its_first_and_newest() -> None:
    chain = " ".join(f"<{n}@x>" for n in range(200))
    found = reply_references(_message(f"Message-ID: <last@x>\nReferences: {chain}"))
    assert len(found) == 30
    assert (found[0], found[-2], found[-1]) == ("<0@x>", "<199@x>", "<last@x>")


def test_the_text_is_quoted_one_level_deeper_without_the_signature() -> None:
    body = _reply(
        _message("From: Kim Chu <kim@x.example>\nDate: Mon, 23 Nov 2026 09:32:00 +0000"),
        text="Hi\n\n> before\n>> earlier\n\n-- \nKim Chu\nFabrikam",
    ).body
    lines = body.split("\n")
    assert lines[:2] == ["", ""]
    assert lines[2].startswith("On Mon 23 Nov 2026 at ")
    assert lines[2].endswith(" Kim Chu wrote:")
    assert lines[3:] == ["> Hi", ">", ">> before", ">>> earlier", ""]


def test_the_attribution_is_in_this_computers_time() -> None:
    message = _message("From: kim@x.example")
    zone = timezone(timedelta(hours=9))
    date = datetime(2026, 11, 23, 23, 59, tzinfo=zone)
    local = date.astimezone(UTC).astimezone()
    dated = replace(message, envelope=replace(message.envelope, date=date))
    assert f"{local:%d} Nov 2026 at {local:%H:%M}" in attribution(dated)
    assert "23 Nov 2026" in attribution(message), "without a date, when it arrived"
    nobody = replace(message, envelope=replace(message.envelope, from_=()))
    assert attribution(nobody).endswith("somebody wrote:")


def test_without_text_nothing_is_quoted() -> None:
    assert _reply(_message("From: kim@x.example")).body == ""


def test_links_that_are_quoted_are_listed() -> None:
    links = [
        Link(number, SafeText(f"https://{number}.example"), SafeText(""), False)
        for number in (1, 2)
    ]
    lines = [TextLine(SafeText("see the lease [2]"))]
    assert quote(lines, links) == "> see the lease [2]\n>\n> [2] https://2.example"
