"""The outbox: every state in words, the story, and what can be done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.ui.screen_text import assert_exact_rows, rows, text
from tests.ui.stage import SIZES, Stage, open_stage
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.model.notice import Notice, Severity
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.text.safe import clean
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.drawing.story import command_lines
from tuimail.ui.screens.outbox import OutboxScreen
from tuimail.ui.writing.outbox_words import state_word

COMMAND = "Set-CASMailbox -Identity anna@contoso.com -SmtpClientAuthenticationDisabled $false"
REFUSED = Notice(
    Severity.ERROR,
    "SMTP AUTH is switched off for this mailbox.",
    happened="SMTP AUTH is switched off for this mailbox (535 5.7.139).",
    now="It stays here unchanged; tuimail tries again every 30 minutes.",
    command=COMMAND,
    url="https://aka.ms/smtp_auth_disabled",
)
RAW = (
    b"From: anna@contoso.com\r\nTo: Kim Chu <kim@fabrikam.example>\r\nSubject: Contract\r\n"
    b"Message-ID: <1@contoso.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Kim,\r\n\r\nthank you.\r\n\r\n> quoted\r\n"
)


def queue(stage: Stage, subject: str, *states: OutboxState, problem: Notice | None = None) -> int:
    """Store a message and take it through states."""
    message = OutgoingMessage(
        account_id=stage.account,
        raw=RAW,
        message_id=f"<{subject}@contoso.com>",
        mail_from="anna@contoso.com",
        rcpt_to=("kim@fabrikam.example", "secret@contoso.com"),
        to_text=clean("Kim Chu"),
        subject=clean(subject),
    )
    number = stage.store.write(lambda tx: tx.queue_message(message)).result()
    for state in states:
        if state is OutboxState.SENDING:
            stage.store.write(lambda tx: tx.set_outbox(number, state=OutboxState.SENDING)).result()
        else:
            stage.store.write(
                lambda tx, state=state: tx.set_outbox(number, state=state, problem=problem)  # type: ignore[misc]
            ).result()
    return number


def state(stage: Stage, number: int) -> OutboxState:
    item = stage.store.read.outbox_item(number)
    assert item is not None
    return item.state


async def open_outbox(stage: Stage) -> None:
    stage.app.open_outbox()
    await until(lambda: isinstance(stage.app.screen, OutboxScreen) and stage.app.focused)
    await stage.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_exact_and_harmless_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_stage(tmp_path, size) as stage:
        queue(stage, "見積書\x1b[31m\u202e " * 9, OutboxState.FAILED, problem=REFUSED)
        queue(stage, "Waiting")
        await open_outbox(stage)
        for _ in range(2):
            assert_exact_rows(stage.app)
            assert rows(stage.app)[-1].startswith(" ? help")
            await stage.press("j")


async def test_an_empty_outbox_says_so(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await open_outbox(stage)
        assert "Nothing waits, and nothing was sent yet." in text(stage.app)
        await stage.press("t", "u", "e", "d", "y", "q")
        assert not isinstance(stage.app.screen, OutboxScreen)


async def test_each_state_has_its_word_and_the_refused_one_the_exact_line(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        queue(stage, "Minutes", OutboxState.SENDING, OutboxState.SENT)
        queue(stage, "Alerts", OutboxState.SENDING, OutboxState.UNCERTAIN)
        queue(stage, "On its way", OutboxState.SENDING)
        queue(stage, "Booking", OutboxState.FAILED, problem=REFUSED)
        await open_outbox(stage)
        shown = text(stage.app)
        for words in ("▌ × refused     Kim Chu", "↑ sending", "! not certain", "√ sent"):
            assert words in shown
        assert "Happened  SMTP AUTH is switched off for this mailbox (535 5.7.139)." in shown
        assert "Now       It stays here unchanged; tuimail tries again every 30 minutes." in shown
        assert "             Set-CASMailbox -Identity anna@contoso.com `" in shown
        assert "               -SmtpClientAuthenticationDisabled $false" in shown
        assert "https://aka.ms/smtp_auth_disabled" in shown
        assert rows(stage.app)[0].rstrip().endswith("3 waiting   online")


async def test_y_copies_the_line_in_one_piece(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        queue(stage, "Booking", OutboxState.FAILED, problem=REFUSED)
        await open_outbox(stage)
        await stage.press("y")
        assert stage.app.clipboard == COMMAND
        assert "√ The line is copied." in rows(stage.app)[-1]


async def test_u_stops_a_message_and_e_opens_it_with_everything_it_had(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Contract")
        await open_outbox(stage)
        assert "u stop, back to draft" in rows(stage.app)[-1]
        await stage.press("u")
        await until(lambda: state(stage, number) is OutboxState.CANCELLED)
        await stage.shows("· draft")
        await stage.press("j")  # what was done is said until the next key
        assert "stop" not in rows(stage.app)[-1]  # nothing of it is under way
        assert "Contract" in rows(stage.app)[1]
        await stage.press("e")
        draft = (await stage.composer()).current()
        assert draft.to == "Kim Chu <kim@fabrikam.example>"
        assert draft.bcc == "secret@contoso.com"
        assert draft.body.rstrip() == "Kim,\n\nthank you.\n\n> quoted"


async def test_what_is_being_sent_cannot_be_stopped(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Contract", OutboxState.SENDING)
        await open_outbox(stage)
        for key in ("u", "e", "d"):
            await stage.press(key)
            await stage.shows("It is being handed over")
            assert state(stage, number) is OutboxState.SENDING


async def test_t_tries_a_refused_message_now(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Contract", OutboxState.FAILED, problem=REFUSED)
        await open_outbox(stage)
        await stage.press("t")
        await until(lambda: state(stage, number) is OutboxState.QUEUED)
        await until(lambda: stage.engine.wakes == 1)


async def test_what_may_have_been_sent_is_sent_again_only_after_a_question(
    tmp_path: Path,
) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Alerts", OutboxState.SENDING, OutboxState.UNCERTAIN)
        await open_outbox(stage)
        assert "tuimail looks for the message in Sent Items" in text(stage.app)
        for answer in ("k", "escape"):
            await stage.press("t")
            await stage.asks()
            assert rows(stage.app)[-1].startswith(" It may arrive twice. Send it again?")
            await stage.press(answer)
            assert state(stage, number) is OutboxState.UNCERTAIN
        await stage.press("t")
        await stage.asks()
        await stage.press("y")
        await until(lambda: state(stage, number) is OutboxState.QUEUED)


async def test_discarding_is_asked(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Contract")
        stage.store.write(lambda tx: tx.save_draft(Draft(stage.account, subject="Old"))).result()
        await open_outbox(stage)
        await until(lambda: "d discard …" in text(stage.app))
        await stage.press("d")
        await stage.asks()
        await stage.press("escape")
        assert len(stage.store.read.drafts()) == 1
        await stage.press("d")
        await stage.asks()
        await stage.press("y")
        await until(lambda: stage.store.read.drafts() == [])
        await until(lambda: "Old" not in text(stage.app))
        await stage.press("d")
        await stage.asks()
        await stage.press("y")
        await until(lambda: state(stage, number) is OutboxState.CANCELLED)


async def test_the_cursor_stays_on_its_message_when_others_come(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        queue(stage, "First")
        await open_outbox(stage)
        queue(stage, "Second")
        await stage.shows("Second")
        assert "▌" in next(row for row in rows(stage.app) if "First" in row and "──" not in row)


async def test_a_waiting_message_counts_down_in_words(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Contract")
        item = stage.store.read.outbox_item(number)
        assert item is not None
        due = item.not_before
        assert state_word(item, due - timedelta(seconds=8), UNICODE).word == "in 8 s"
        assert state_word(item, due + timedelta(seconds=1), UNICODE).word == "waiting"
        later = state_word(item, due - timedelta(days=1), UNICODE).word
        assert later.split(" ")[0] in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def test_a_command_is_broken_before_a_parameter_and_joined_by_backticks() -> None:
    assert command_lines(COMMAND, 200) == [COMMAND]
    lines = command_lines(COMMAND, 60)
    assert lines == [
        "Set-CASMailbox -Identity anna@contoso.com `",
        "  -SmtpClientAuthenticationDisabled $false",
    ]
