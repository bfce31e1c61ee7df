"""Whatever happened to a mail on its way, reading it ends in clean text."""

from __future__ import annotations

import base64
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import MIXED, is_clean, stored
from tests.unit.mime.test_nested import CLOSED
from tests.unit.mime.test_tnef import WINMAIL
from tests.unit.mime.test_uuencode import CONTENT, uuencoded
from tests.unit.mime.test_vcard import VERSION_3
from tuimail.mime.filename import attachment_name
from tuimail.mime.reading import attachment_content, message_snippet, read_message
from tuimail.mime.render import Renderer
from tuimail.model.message import BodyState
from tuimail.sandbox.delivery import Delivery
from tuimail.sandbox.delivery_reports import undelivered

SEEDS = (
    CLOSED,
    MIXED
    + b"--x\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(WINMAIL)
    + b"--x\r\nContent-Type: text/vcard\r\n\r\n"
    + VERSION_3.encode()
    + b"--x--\r\n",
    b"Content-Type: text/plain; charset=koi8-r; format=flowed; delsp=yes\r\n\r\n"
    + uuencoded(CONTENT[:90]),
    undelivered(
        Delivery(b"Subject: x\r\n\r\ny", "a@b.example", ("c@d.example",)),
        {"c@d.example": "mailbox-full"},
    ),
    b"Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: a\r\n\r\nb\r\n--d--",
)
PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"\r\n\r\n",
            b"--x\r\n",
            b"--x--",
            b"Content-Type: message/rfc822\r\n",
            b"Content-Type: multipart/report; boundary=x\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b"begin 644 x\n",
            b"; charset=utf-16",
        ]
    ),
)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), PIECES), max_size=4),
    st.sampled_from([BodyState.PARTIAL, BodyState.COMPLETE]),
    st.sampled_from([None, "koi8-r", "utf-16"]),
    st.booleans(),
)
def test_a_damaged_mail_is_read_and_nothing_raises(
    renderer: Renderer,
    seed: bytes,
    damages: list[tuple[float, int, bytes]],
    body: BodyState,
    charset: str | None,
    lies: bool,
) -> None:
    raw = seed
    for place, dropped, piece in damages:
        at = round(place * len(raw))
        raw = raw[:at] + piece + raw[at + dropped :]
    for with_structure in (True, False):
        message, part = stored(raw, with_structure=with_structure, body=body)
        if lies and with_structure:  # a structure that belongs to another message
            message = replace(message, structure=stored(SEEDS[0])[0].structure)
        reading = read_message(message, part, renderer, charset=charset)
        shown = [line.text for line in reading.lines]
        shown += [text for card in reading.cards for fact in card.facts for text in fact]
        shown += [card.title for card in reading.cards]
        shown += [*reading.notices, *map(attachment_name, reading.attachments)]
        shown.append(message_snippet(message, part))
        assert [text for text in shown if not is_clean(text)] == []
        for file in reading.attachments:
            content = attachment_content(message, file, part)
            assert content is None or isinstance(content, bytes)
