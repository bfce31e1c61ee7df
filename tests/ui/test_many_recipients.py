"""A list of recipients that was pasted: all of them get it, once, and no key waits for it."""

from __future__ import annotations

from pathlib import Path

from textual import events

from tests.ui.stage import open_stage
from tests.ui.test_compose import settings
from tests.waiting import until
from tuimail.mime.parser import parse
from tuimail.model.draft import Draft
from tuimail.model.outbox import OutboxState
from tuimail.text.address import parse_addresses
from tuimail.ui.screens.compose import ComposeScreen

COUNT = 1_100


def _people(count: int) -> str:
    return ", ".join(f"Person {n} <person{n}@host{n % 7}.example>" for n in range(count))


def test_ten_thousand_typed_recipients_are_all_read() -> None:
    """They were cut off at 200,000 characters, in the middle of an address."""
    found = parse_addresses(_people(10_000))
    assert len(found) == 10_000
    assert found[-1].address == f"person9999@host{9999 % 7}.example"


async def test_many_recipients_get_it_in_several_messages_once_each(tmp_path: Path) -> None:
    """Red where the portions overlap, name each other's people, or bear one Message-ID; where
    taking it back leaves one of them; and where the list is read while a key waits.
    """
    async with open_stage(tmp_path, settings=settings()) as stage:
        stage.app.open_composer(Draft(stage.account, subject="News", body="Hi"))
        await until(lambda: isinstance(stage.app.screen, ComposeScreen) and stage.app.focused)
        screen = stage.app.screen
        assert isinstance(screen, ComposeScreen)
        stage.app.post_message(events.Paste(f"{_people(COUNT)}, PERSON3@host3.example"))
        await until(lambda: screen.current().to.endswith("PERSON3@host3.example"))
        await stage.shows("Write to Person 0")
        await stage.shows(f"{COUNT} recipients outside contoso.com")
        await stage.press("ctrl+s")
        await stage.asks()
        assert "Send to 1,100 in 3 messages" in stage.text
        await stage.press("y")
        await stage.shows("Sending in 10 s to Person 0 and 1099 others")
        items = stage.store.read.outbox()
        got = [name for item in items for name in item.rcpt_to]
        assert sorted(map(len, (item.rcpt_to for item in items))) == [100, 500, 500]
        assert sorted(got) == sorted(one.address for one in parse_addresses(_people(COUNT)))
        assert len({item.message_id for item in items}) == 3
        for item in items:
            named = parse(stage.store.read.outbox_raw(item.id)).envelope.to
            assert tuple(one.address for one in named) == item.rcpt_to
        await stage.press("u")
        await until(lambda: isinstance(stage.app.screen, ComposeScreen))
        assert isinstance(stage.app.screen, ComposeScreen)
        assert stage.app.screen.current().to == screen.current().to
        assert {item.state for item in stage.store.read.outbox()} == {OutboxState.CANCELLED}
