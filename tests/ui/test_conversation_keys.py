"""The keys of the reader in a conversation: on the message at the cursor, as if it stood alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ui.screen_text import assert_exact_rows, rows
from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.ui.test_invitation import MEETING
from tests.unit.mime.test_trusting import DKIM, LIST, PASS, header
from tests.waiting import until
from tuimail.model.bodystructure import BodyPart
from tuimail.model.message import BodyState, MessageKey
from tuimail.model.status import ALL_TEXT
from tuimail.text.safe import SafeText, clean
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.screens.source import SourceScreen
from tuimail.ui.widgets.attachment_list import AttachmentSheet
from tuimail.ui.widgets.conversation_view import ConversationView
from tuimail.ui.widgets.link_sheet import LinkSheet

_PROSE = (
    "This line is too long for a pane of eighty cells, so it is broken behind one of its words."
)
_TALK = f"""Look at https://contoso.example/model before Thursday.

{_PROSE}

On Mon, 23 Nov 2026 at 08:00, Ben Okafor <ben@contoso.com> wrote:
{"".join(f"> quoted line {number}{chr(10)}" for number in range(12))}"""
_CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Olu Adeyemi\r\nTEL:+44 20 7946 0958\r\nEND:VCARD\r\n"
_FILES = (
    BodyPart("2", "text", "plain", size=18, encoding="7bit", disposition="attachment",
             filename=SafeText("notes.txt")),
    BodyPart("3", "text", "vcard", size=len(_CARD), encoding="7bit"),
)  # fmt: skip


def view(stage: Stage) -> ConversationView:
    screen = stage.app.screen_stack[0]
    assert isinstance(screen, MailboxScreen)
    return screen.conversation


def heads(stage: Stage) -> int:
    return sum(row[1:2] in "►▼" for row in rows(stage.app) if row.strip())


def put_conversation(stage: Stage) -> list[MessageKey]:
    """Talk with a quote and a link, a file and a card, an invitation, a beginning; oldest first."""
    talk = record(stage.store, stage.account, 9001, subject="Model", body=_TALK.encode())
    bring_text(
        stage.store,
        talk,
        header(PASS, sender="From: Kim Chu <kim@fabrikam.example>\n"
               + DKIM.format(d="fabrikam.example", h="") + LIST),
        "HEADER",
    )  # fmt: skip
    files = record(
        stage.store, stage.account, 9002, subject="Re: Model", body=b"With a file.\r\n",
        parts=_FILES, answers=9001,
    )  # fmt: skip
    bring_text(stage.store, files, b"what is in notes\r\n", "2")
    bring_text(stage.store, files, _CARD, "3")
    content = MEETING.format(sequence=0, day=6).encode()
    part = BodyPart(
        "2", "text", "calendar", params=(("method", "REQUEST"),), size=len(content), encoding="7bit"
    )
    meeting = record(
        stage.store, stage.account, 9003, subject="Re: Model", body=b"Agenda.\r\n", parts=(part,),
        answers=9001,
    )  # fmt: skip
    bring_text(stage.store, meeting, content, "2")
    cut = record(
        stage.store, stage.account, 9004, subject="Re: Model", body=None, octets=90_000,
        answers=9001,
    )  # fmt: skip

    def arrive(tx: object) -> None:
        tx.store_part(cut, "1", b"It begins so.\r\n", cut=True)  # type: ignore[attr-defined]
        tx.set_body(cut, BodyState.PARTIAL, clean("It begins so."))  # type: ignore[attr-defined]

    stage.store.write(arrive).result()
    return [talk, files, meeting, cut]


@asynccontextmanager
async def conversation(directory: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Stage]:
    """Read the conversation; the cursor stands on its last message."""
    async with open_stage(directory, size) as stage:
        keys = put_conversation(stage)
        await stage.finds(keys[-1])
        await stage.shows("Model")
        await stage.press("g", "v")
        await until(lambda: view(stage).has_focus and view(stage).is_open, describe="the text")
        assert [member.key for member in view(stage).members] == keys
        await stage.pilot.pause()
        yield stage


async def on(stage: Stage, number: int) -> None:
    """Go to a message of the conversation, counted from 1, and wait for its text."""
    key = view(stage).members[number - 1].key
    await stage.press("g", "g", *["j"] * (number - 1))
    assert view(stage).current.key == key  # type: ignore[union-attr]
    await until(lambda: view(stage).is_open, describe=f"the text of message {number}")


async def back(stage: Stage) -> None:
    """Wait until the conversation has the keys again."""
    conversation = view(stage)
    await until(lambda: stage.app.focused is conversation, describe="the conversation again")


async def test_each_key_of_the_reader_is_about_the_message_at_the_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation seen red: `shown` that returns the last member's."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    async with conversation(tmp_path / "data", (80, 40)) as stage:
        cut = view(stage).members[-1].key
        await stage.shows("Only the beginning is here: 0 of 88 KB.")
        assert "L the rest" in rows(stage.app)[-1]
        await stage.press("z")
        await stage.shows("not answered yet")
        await stage.shows("│ Phone  +44 20 7946 0958")
        await stage.shows("@ 1 notes.txt 18 B   2 text-3 75 B")
        assert_exact_rows(stage.app)
        for number, hints, missing in (
            (1, "z all  l links  r reply", "attachments"),
            (2, "z all  v attachments  r reply", "links"),
            (3, "y accept  t tentative  n decline", "links"),
        ):
            await on(stage, number)
            await stage.shows(hints)
            assert missing not in rows(stage.app)[-1]
        await stage.press("G", "L")
        await until(lambda: (cut, ALL_TEXT) in stage.engine.wanted, describe="the rest")

        await on(stage, 1)
        await stage.shows("√ fabrikam.example confirmed")
        await stage.press("l")
        await until(lambda: isinstance(stage.app.screen, LinkSheet), describe="the links")
        await stage.press("y")
        assert stage.app.clipboard == "https://contoso.example/model"
        assert "quoted line 11" not in stage.text
        await stage.press("Z")
        await stage.shows("> quoted line 11")
        await stage.press("Z")
        await until(lambda: "quoted line 11" not in stage.text, describe="it folded")
        await _look_at_header_and_source(stage)
        await _give_away(stage)

        shown = rows(stage.app)
        (y,) = (at for at, row in enumerate(shown) if "@ 1 notes.txt" in row)
        await stage.pilot.click(offset=(shown[y].index("1 notes"), y))
        await stage.shows("what is in notes")
        await stage.press("q")
        await back(stage)

        await on(stage, 3)
        await stage.press("y")
        await stage.shows("↑ accepted")
        assert [item.subject for item in stage.store.read.outbox()] == ["Accepted: Board prep"]
        await stage.press("u")
        await stage.shows("not answered yet")
        # A folded message has files, and no text that a key could be about.
        await stage.press("k", "enter", "l")
        await stage.shows("The message is folded: Enter unfolds it.")
        await stage.press("v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet), describe="the files")


async def _look_at_header_and_source(stage: Stage) -> None:
    await stage.press("H")
    await stage.shows("Message-ID  <9001@fabrikam.example>")
    await stage.press("H")
    await stage.shows("Authentication-Results:")
    await stage.press("H")
    await until(lambda: "Authentication-Results:" not in stage.text, describe="the text alone")
    await stage.press("g", "u")
    await stage.shows("by one request to")
    await stage.press("escape", "S")
    await until(lambda: isinstance(stage.app.screen, SourceScreen), describe="the source")
    await stage.press("q")
    await back(stage)
    await stage.press("right")
    await stage.shows("Nothing here is wider than the pane.")


async def _give_away(stage: Stage) -> None:
    await stage.press("vertical_line", *"cat", "enter")
    await stage.shows("The command is done.")
    await stage.press("X")
    await stage.asks()
    await stage.press("t")
    await stage.shows("Written: 2026-11-23 Model.txt")


async def test_one_folded_part_is_unfolded_by_a_key_and_the_others_are_not(tmp_path: Path) -> None:
    """Mutation seen red: the key bound to `fold_parts`."""
    text = f"{_TALK}\r\nAnd.\r\n\r\nOn Mon, 23 Nov 2026 at 07:00, Olu <olu@contoso.com> wrote:\r\n"
    text += "".join(f"> older line {number}\r\n" for number in range(12))
    async with open_stage(tmp_path, (120, 70)) as stage:
        record(stage.store, stage.account, 9001, subject="Model", body=b"Whole.\r\n")
        last = record(
            stage.store, stage.account, 9002, subject="Re: Model", body=text.encode(), answers=9001
        )
        await stage.finds(last)
        await stage.press("g", "v")
        await until(lambda: view(stage).has_focus and view(stage).is_open, describe="the text")
        await until(lambda: "i inside" in rows(stage.app)[-1], describe="its hint")
        assert "line 11" not in stage.text
        await stage.press("i")
        await stage.shows("> quoted line 11")
        assert "older line 11" not in stage.text
        await stage.press("i")  # the next folded one in view
        await stage.shows("> older line 11")
        await stage.press("i")  # none is folded: the first folds again
        await until(lambda: "quoted line 11" not in stage.text, describe="it folded")
        assert "older line 11" in stage.text
        await stage.press("k", "enter")
        await stage.shows("Whole.")
        await until(lambda: "i inside" not in rows(stage.app)[-1], describe="no hint")
        await stage.press("i")
        await stage.shows("Nothing is folded here.")
        await stage.press("enter", "i")
        await stage.shows("The message is folded: Enter unfolds it.")


async def test_a_passage_is_searched_selected_copied_and_quoted_in_whole_lines(
    tmp_path: Path,
) -> None:
    """Neither the breaks of the pane nor the blanks before the text are of the text."""
    async with conversation(tmp_path) as stage:
        # What is selected stays so while rows above it grow; `passage_follows` left out is red.
        await stage.press("slash", *"begins", "enter", "V", "v", "w", "w")
        first = view(stage).members[0]
        first.is_open = True
        view(stage).settle()
        await until(lambda: first.rows is not None, describe="the first text")
        await stage.pilot.pause()
        passage = view(stage).passage
        assert passage is not None
        assert view(stage).rows[passage.caret.row].text.strip() == "It begins so."
        await stage.press("y")
        assert stage.app.clipboard == "It begins s"
        await stage.press("escape", "g", "g")
        await stage.shows("is too long for a pane")
        await stage.press("slash", *"this line", "enter", "V", "V", "j", "y")
        assert stage.app.clipboard == _PROSE
        await stage.shows("Copied 1 line.")
        await stage.press("V", "V", "j", "r")
        await stage.shows("> This line is too long")
        assert "> Look at" not in stage.text
