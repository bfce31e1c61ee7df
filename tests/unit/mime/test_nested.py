"""Messages in messages, digests, and texts whose links are counted through."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.mime.odd_mail import MIXED, nested_messages, stored
from tuimail.mime.plan import NESTED_LIMIT
from tuimail.mime.reading import attachment_content, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.sources import body_state, cut_texts, limits
from tuimail.model.message import BodyState

INNER = (
    b"From: Kim Chu <kim@fabrikam.example>\r\nTo: Anna <anna@contoso.example>, b@c.example\r\n"
    b"Date: Mon, 23 Nov 2026 09:32:00 +0000\r\nSubject: The draft\r\n"
    b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nWhat do you think?\r\n"
    b"--i\r\nContent-Type: application/pdf; name=draft.pdf\r\n\r\n%PDF\r\n--i--\r\n"
)
OUTER = MIXED + b"--x\r\n\r\nSee below.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n" + INNER
CLOSED = OUTER + b"\r\n--x--\r\n"


def test_an_attached_message_has_a_head_of_its_own_and_is_a_file(renderer: Renderer) -> None:
    message, part = stored(CLOSED)
    reading = read_message(message, part, renderer)
    lines = [line.text for line in reading.lines]
    assert lines[:3] == ["See below.", "", "Attached message: The draft"]
    assert lines[3].startswith("From Kim Chu <kim@fabrikam.example>, Mon 23 Nov 2026 at ")
    assert lines[4:] == [
        "To Anna, b@c.example",
        "Files in it: draft.pdf",
        "",
        "What do you think?",
    ]
    (file,) = reading.attachments
    assert attachment_content(message, file, part) == INNER


def test_a_digest_shows_its_messages(renderer: Renderer) -> None:
    parts = b"".join(
        b"--d\r\n\r\nFrom: p%d@x.example\r\nSubject: Point %d\r\n\r\nWords %d\r\n" % (n, n, n)
        for n in range(40)
    )
    raw = b"Content-Type: multipart/digest; boundary=d\r\n\r\n" + parts + b"--d--\r\n"
    message, part = stored(raw)
    reading = read_message(message, part, renderer)
    lines = [line.text for line in reading.lines]
    assert [line for line in lines if line.startswith("Attached")] == [
        f"Attached message: Point {n}" for n in range(30)
    ]
    assert "Words 29" in lines
    assert any("10 more parts are not shown" in notice for notice in reading.notices)
    assert len(reading.attachments) == 40


def test_messages_in_messages_end_somewhere(renderer: Renderer) -> None:
    message, part = stored(nested_messages(3_000))
    reading = read_message(message, part, renderer)
    assert sum(line.text.startswith("Attached message") for line in reading.lines) == 4


def test_links_of_several_texts_are_counted_through(renderer: Renderer) -> None:
    """Guards against two links with one number, of which the first would be opened."""
    html = b"--x\r\nContent-Type: text/html\r\n\r\n<p>go <a href=https://%b.example>there</a>\r\n"
    message, part = stored(MIXED + html % b"a" + html % b"b" + b"--x--\r\n")
    reading = read_message(message, part, renderer)
    assert [line.text for line in reading.lines] == ["go there [1]", "", "go there [2]"]
    assert [(link.number, link.host) for link in reading.links] == [
        (1, "a.example"),
        (2, "b.example"),
    ]


def test_a_cut_message_counts_only_if_its_text_goes_on() -> None:
    """Guards "load all" offered for the files of an attached message, and not for its text."""
    message, part = stored(CLOSED)
    here = {name: part(name) for name in limits(message)}
    assert limits(message)["2"] == NESTED_LIMIT
    assert cut_texts(message, here.get, {"2"}) == set()
    assert body_state(message, here.get, {"2"}) is BodyState.COMPLETE
    here["2"] = INNER[: INNER.index(b"you")]
    assert cut_texts(message, here.get, {"2"}) == {"2"}
    assert body_state(message, here.get, {"2"}) is BodyState.PARTIAL
    assert body_state(message, here.get, {"1"}) is BodyState.PARTIAL
    assert body_state(message, {"2": b""}.get, set()) is BodyState.ABSENT


def test_what_is_absent_beside_the_text_does_not_hold_it_up(renderer: Renderer) -> None:
    message, part = stored(CLOSED)
    reading = read_message(message, lambda name: part(name) if name == "1" else None, renderer)
    assert reading.missing is None
    assert reading.absent
    assert [line.text for line in reading.lines] == ["See below."]


def test_a_beginning_is_not_called_damaged(renderer: Renderer) -> None:
    """A text whose rest is still to come ends anywhere; only a whole one can be damaged."""
    raw = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZ"
    message, part = stored(raw)
    assert any("damaged" in notice for notice in read_message(message, part, renderer).notices)
    summary = replace(message.summary, body=BodyState.PARTIAL)
    begun = read_message(replace(message, summary=summary), part, renderer)
    assert begun.is_cut
    assert not any("damaged" in notice for notice in begun.notices)


def test_enriched_text_is_read(renderer: Renderer) -> None:
    raw = (
        b"Content-Type: text/enriched\r\n\r\n<bold>Now</bold> is the\r\ntime"
        b"<param>x</param>\r\n\r\na <<b> c\r\n"
    )
    message, part = stored(raw)
    lines = [line.text for line in read_message(message, part, renderer).lines]
    assert lines == ["Now is the time", "a <b> c"]
