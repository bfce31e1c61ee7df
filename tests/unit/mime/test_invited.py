"""A message with a meeting in it, read whole: card, links, text, and Exchange's placeholders."""

from __future__ import annotations

import pytest

from tests.unit.mime.calendars import EXCHANGE
from tests.unit.mime.odd_mail import stored
from tuimail.exchange.placeholders import PLACEHOLDER
from tuimail.mime.invited import with_join_link
from tuimail.mime.reading import read_message
from tuimail.mime.render import Renderer
from tuimail.model.invitation import Invitation, Method
from tuimail.text.safe import SafeText

HEAD = b"From: Board <board@contoso.example>\r\nSubject: Board prep\r\nMIME-Version: 1.0\r\n"
CALENDAR = (
    b'Content-Type: text/calendar; charset="utf-8"; method=REQUEST\r\n\r\n' + EXCHANGE.encode()
)
JOIN = b"https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0"


def alternative(text: bytes) -> bytes:
    return (
        HEAD + b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/html\r\n\r\n" + text + b"\r\n--b\r\n" + CALENDAR + b"\r\n--b--\r\n"
    )


@pytest.mark.parametrize(
    ("text", "links", "number"),
    [
        (b"<p>Agenda <a href='https://a.example/'>here</a>", 2, 2),
        # The text has the link too, with another query: it is not listed twice.
        (b"<p><a href='" + JOIN + b"?x=1'>Join</a>, <a href='https://a.example/'>here</a>", 2, 1),
    ],
)
def test_the_calendar_part_becomes_the_invitation_and_its_join_link_is_one_of_the_links(
    renderer: Renderer,
    text: bytes,
    links: int,
    number: int,
) -> None:
    message, part = stored(alternative(text))
    reading = read_message(message, part, renderer)
    assert reading.invitation is not None
    assert (reading.invitation.method, reading.invitation.title) == (Method.REQUEST, "Board prep")
    assert (len(reading.links), reading.invitation.join_link) == (links, number)
    assert reading.links[number - 1].host == "teams.microsoft.com"
    assert reading.lines[0].text
    assert (reading.notices, reading.attachments, reading.absent) == ((), (), False)
    assert reading.trust is not None


@pytest.mark.parametrize(
    ("join", "target", "is_hidden"),
    [
        # A browser takes the backslash for a slash.
        ("https://evil.example\\@teams.microsoft.com/meet/1",
         "https://evil.example/@teams.microsoft.com/meet/1", False),
        ("https://teams.microsoft.com@evil.example/meet/1",
         "https://teams.microsoft.com@evil.example/meet/1", True),
        # It undoes percent signs in a host.
        ("https://evil%2Eexample/meet/1", "https://evil%2Eexample/meet/1", True),
        ("https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2F1&data=1",
         "https://evil.example/1", False),
    ],
)  # fmt: skip
def test_a_join_link_leads_where_a_browser_would_go_and_names_that_host(
    join: str, target: str, is_hidden: bool
) -> None:
    """Mutations seen red: the host, or the target, as the calendar has it; `hides_host` unasked.

    So is the host that `urlsplit` finds in the target.
    """
    given = Invitation(Method.REQUEST, join=SafeText(join))
    invitation, (link,) = with_join_link(given, ())
    assert (link.number, link.target, link.host) == (1, target, "evil.example")
    assert link.suspicious is is_hidden
    assert invitation is not None
    assert invitation.join_link == 1


def test_a_meeting_without_text_shows_its_description(renderer: Renderer) -> None:
    message, part = stored(HEAD + CALENDAR)
    reading = read_message(message, part, renderer)
    assert reading.invitation is not None
    assert [line.text for line in reading.lines][:1] == ["Agenda"]
    assert reading.notices == ()


def test_what_is_not_here_of_an_invitation_is_asked_for(renderer: Renderer) -> None:
    message, part = stored(alternative(b"<p>Agenda"))
    without = {"2", "2.MIME"}
    reading = read_message(message, lambda name: None if name in without else part(name), renderer)
    assert (reading.invitation, reading.absent) == (None, True)
    header = read_message(message, lambda name: None if name == "HEADER" else part(name), renderer)
    assert (header.trust, header.absent) == (None, True)


def test_a_placeholder_of_exchange_is_said_in_plain_words(renderer: Renderer) -> None:
    raw = (
        b"From: Microsoft Exchange Server\r\nSubject: Retrieval using the IMAP4 protocol failed"
        b" for the following message: 270198\r\n\r\nThe server couldn't retrieve the following"
        b' message:\r\n\r\nSubject: "Board prep"\r\n'
    )
    message, part = stored(raw)
    assert read_message(message, part, renderer).notices == (PLACEHOLDER,)
    quoted = raw.replace(b"Microsoft Exchange Server", b"Kim <kim@fabrikam.example>")
    message, part = stored(quoted)
    assert read_message(message, part, renderer).notices == ()
