"""A list of recipients that was pasted: all of them get it, once, and no key waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets.input import Selection

from tests.ui.stage import open_stage
from tests.ui.test_compose import settings
from tests.waiting import until
from tuimail.mime.parser import parse
from tuimail.model.draft import Draft
from tuimail.model.outbox import OutboxState
from tuimail.text.address import parse_addresses
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.address_input import AddressInput

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


async def test_a_long_field_is_painted_as_a_short_one_and_only_where_it_is_in_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters of two cells, letters that join, a selection, and the cursor anywhere.

    Turned red by: `left` without what stands before the view, and by `render_line` that leaves a
    long text to Textual.
    """
    people = ", ".join(
        f"J\u00f6rg \u5c71\u7530 e\u0301 {n} <person{n}@host.example>" for n in range(900)
    )
    async with open_stage(tmp_path, settings=settings()) as stage:
        stage.app.open_composer(Draft(stage.account, to=people, subject="News", body="Hi"))
        screen = await stage.composer()
        field = screen.query_one("#to", AddressInput)
        field.focus()
        await until(lambda: field.has_focus)
        end = len(people)
        # Step by step, so that the view begins in the middle of a wide letter too.
        places = [0, 1, 7, 10, 5_000, *range(5_001, 5_110), end - 30, end - 1, end]
        for begin, place in [
            *((at, at) for at in places),
            (4_990, 5_001),
            (5_030, 5_001),
            (0, end),
        ]:
            field.selection = Selection(begin, place)
            await stage.pilot.pause()
            assert list(field.render_line(0)) == list(Input.render_line(field, 0)), (begin, place)

        def never(*_: object) -> Strip:
            raise AssertionError("the whole text was laid out")

        field.selection = Selection(end, end)
        await stage.pilot.pause()
        monkeypatch.setattr(Input, "render_line", never)
        await stage.press("z")
        await stage.shows("<person899@host.example>z")
