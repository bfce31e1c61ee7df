"""Every odd mail is read, quoted and answered, and nothing of it but clean text comes out.

TUIMAIL_CORPUS=directory adds real mails; without it the made ones stand alone.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.mime.odd_mail import corpus, is_clean, stored
from tuimail.mime.builder import build, check, make_message_id
from tuimail.mime.filename import attachment_name
from tuimail.mime.parser import decode_part, parse
from tuimail.mime.quoting import reply_to
from tuimail.mime.reading import (
    attachment_content,
    message_snippet,
    read_message,
)
from tuimail.mime.render import Renderer
from tuimail.mime.sources import WHOLE, sections_to_fetch
from tuimail.model.account import AccountId
from tuimail.model.draft import Writing
from tuimail.text.address import make_address

MAILS = dict(corpus())
ME = "anna.lindqvist@contoso.example"


@pytest.mark.parametrize("with_structure", [True, False], ids=["parts", "whole"])
@pytest.mark.parametrize("name", MAILS)
def test_any_mail_is_read_and_answered_with_clean_text(
    name: str, with_structure: bool, renderer: Renderer
) -> None:
    message, section = stored(MAILS[name], with_structure=with_structure)
    reading = read_message(message, section, renderer)
    assert reading.missing is None
    shown = [line.text for line in reading.lines]
    shown += [word for link in reading.links for word in (link.target, link.host, link.text)]
    shown += [attachment_name(part) for part in reading.attachments]
    shown += [*reading.notices, message.envelope.subject, message_snippet(message, section)]
    shown += [address.display for address in message.envelope.from_[:100]]
    assert [text for text in shown if not is_clean(text)] == []

    draft = reply_to(
        message, reading.lines, own=[ME], writing=Writing.REPLY_ALL, account=AccountId(1)
    )
    assert all(is_clean(line) for line in draft.body.split("\n"))
    if not check(draft):
        sender = make_address("Anna Lindqvist", ME)
        built = build(
            draft,
            sender=sender,
            message_id=make_message_id("contoso.example"),
            date=datetime.now(UTC),
        )
        assert parse(built.raw).problems == ()
        assert max(map(len, built.raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", MAILS)
def test_every_part_of_any_mail_decodes(name: str) -> None:
    parsed = parse(MAILS[name])
    message, section = stored(MAILS[name])
    for part in parsed.parts:
        body = parsed.section(part.section)
        assert body is not None
        assert isinstance(decode_part(body, part), bytes)
        assert attachment_content(message, part, section) is not None
        assert part.size == len(body)
    assert set(sections_to_fetch(message)) - {WHOLE} <= {
        name for part in parsed.parts for name in (part.section, f"{part.section}.MIME", "HEADER")
    }
