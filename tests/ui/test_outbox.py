"""The outbox: every state in words, the story, and what can be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.ui.sample_mail import NOW
from tests.ui.screen_text import assert_exact_rows, rows, text
from tests.ui.stage import SIZES, Stage, open_stage
from tests.waiting import until
from tuimail.model.account import SendVia
from tuimail.model.bodystructure import BodyPart, MultiPart
from tuimail.model.draft import Draft
from tuimail.model.envelope import Envelope
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID
from tuimail.model.message import FetchedMessage, MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.outbox import OutboxState, OutgoingMessage, Reason
from tuimail.model.report import Outcome
from tuimail.model.sign_in import SignInPurpose
from tuimail.model.status import Connectivity, Leaving
from tuimail.text.safe import clean
from tuimail.ui.glyphs import UNICODE
from tuimail.ui.outbox_words import state_word
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.outbox import OutboxScreen
from tuimail.ui.story import command_lines
from tuimail.ui.widgets.entry_sheet import EntrySheet

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
            stage.store.write(lambda tx: tx.claim_outbox(number)).result()
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
        await stage.press("u")
        await until(lambda: state(stage, number) is OutboxState.CANCELLED)
        await stage.shows("· draft")
        assert "Contract" in rows(stage.app)[1]
        await stage.press("e")
        await until(lambda: isinstance(stage.app.screen, ComposeScreen))
        await stage.pilot.pause()
        assert isinstance(stage.app.screen, ComposeScreen)
        draft = stage.app.screen.current()
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


async def test_a_time_is_typed_shown_as_one_moment_and_kept(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Agenda")
        await open_outbox(stage)
        await stage.press("s")
        await until(lambda: isinstance(stage.app.screen, EntrySheet))
        await stage.press(*"soon", "enter")
        await stage.shows("That is no time.")
        await stage.press(*["backspace"] * 4, *"mon 8")
        await stage.shows("It goes out Mon 30 Nov 08:00 UTC.")
        await stage.press("enter")
        await until(lambda: isinstance(stage.app.screen, OutboxScreen))
        await stage.shows("by a tuimail that is open then")
        item = stage.store.read.outbox_item(number)
        assert item is not None
        assert (item.state, item.is_timed) == (OutboxState.QUEUED, True)
        assert item.not_before == datetime(2026, 11, 30, 8, tzinfo=UTC)
        assert "↑ 30 Nov" in text(stage.app)
        assert stage.engine.wakes == 1
        await stage.press("t")
        await until(lambda: stage.engine.wakes == 2)
        item = stage.store.read.outbox_item(number)
        assert item is not None
        assert not item.is_timed


async def test_the_composer_sends_later_too(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        stage.app.open_composer(
            Draft(stage.account, to="kim@fabrikam.example", subject="Agenda", body="Hello.\n")
        )
        await until(lambda: isinstance(stage.app.screen, ComposeScreen))
        await stage.pilot.pause()
        await stage.press("ctrl+s")
        await stage.asks()
        await stage.press("l")
        await until(lambda: isinstance(stage.app.screen, EntrySheet))
        await stage.press(*"tomorrow 9")
        await stage.shows("It goes out Tue 24 Nov 09:00 UTC.")
        await stage.shows("Esc close")
        await stage.press("enter")
        await until(lambda: len(stage.store.read.outbox()) == 1)
        (item,) = stage.store.read.outbox()
        assert item.is_timed
        assert item.not_before == datetime(2026, 11, 24, 9, tzinfo=UTC)


def refuse(stage: Stage, number: int, reason: Reason, **refused: str) -> None:
    """Note that a message was refused, for a reason that the screen offers something for."""
    people = {name.replace("_at_", "@").replace("_", "."): said for name, said in refused.items()}
    short = f"{len(refused)} of 2 recipients were refused, nothing was sent."
    notice = Notice(Severity.ERROR, short) if refused else REFUSED
    stage.store.write(
        lambda tx: tx.set_outbox(
            number, state=OutboxState.FAILED, problem=notice, reason=reason, refused=people
        )
    ).result()


async def test_who_was_refused_is_named_and_x_sends_it_to_the_others(tmp_path: Path) -> None:
    async with open_stage(tmp_path, (100, 30)) as stage:
        number = queue(stage, "Contract")
        refuse(stage, number, Reason.RECIPIENTS, kim_at_fabrikam_example="550 5.1.10 not found")
        await open_outbox(stage)
        await stage.shows("kim@fabrikam.example: 550 5.1.10 not")
        await stage.shows("x remove the one and send")
        await stage.press("x")
        await stage.asks()
        await stage.press("y")
        await until(lambda: state(stage, number) is OutboxState.QUEUED)
        item = stage.store.read.outbox_item(number)
        assert item is not None
        assert (item.rcpt_to, item.refused) == (("secret@contoso.com",), {})
        assert b"kim@" not in stage.store.read.outbox_raw(number).partition(b"\r\n\r\n")[0]
        assert b"<1@contoso.com>" in stage.store.read.outbox_raw(number)


async def test_where_smtp_is_off_graph_is_one_key_away(tmp_path: Path) -> None:
    async with open_stage(tmp_path, (100, 30)) as stage:
        number = queue(stage, "Booking")
        refuse(stage, number, Reason.DISABLED)
        await open_outbox(stage)
        await stage.shows("T send through Graph")
        await stage.press("T")
        await stage.asks()
        await stage.press("escape")
        assert state(stage, number) is OutboxState.FAILED
        await stage.press("T")
        await stage.asks()
        await stage.press("y")
        await until(lambda: state(stage, number) is OutboxState.QUEUED)
        item = stage.store.read.outbox_item(number)
        assert item is not None
        assert (item.via, item.problem) == (SendVia.GRAPH, None)
        refuse(stage, number, Reason.NOT_ALLOWED)
        await stage.shows("T allow it")
        await stage.press("T")
        await until(lambda: stage.engine.purposes == [SignInPurpose.GRAPH])


async def test_what_may_have_been_sent_goes_by_no_second_way(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Alerts", OutboxState.SENDING, OutboxState.UNCERTAIN)
        stage.store.write(
            lambda tx: tx.set_outbox(number, state=OutboxState.UNCERTAIN, reason=Reason.DISABLED)
        ).result()
        await open_outbox(stage)
        await stage.press("T")
        await stage.asks()
        await stage.press("y")
        await stage.shows("It may have been sent already")
        assert state(stage, number) is OutboxState.UNCERTAIN
        await stage.press("s", "x")
        assert state(stage, number) is OutboxState.UNCERTAIN


async def test_how_far_a_large_message_is_stands_in_its_row_and_the_first(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        number = queue(stage, "Video", OutboxState.SENDING)
        await open_outbox(stage)
        stage.engine.set_status(
            stage.account, Connectivity.ONLINE, since=NOW, leaving=Leaving(number, 12, 25)
        )
        await stage.shows("↑ sending 48%")
        await until(lambda: rows(stage.app)[0].rstrip().endswith("sending 48%"))
        stage.engine.set_status(stage.account, Connectivity.ONLINE, since=NOW)
        await until(lambda: "48%" not in text(stage.app))


async def test_what_came_back_stands_with_what_was_sent(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        queue(stage, "Minutes", OutboxState.SENDING, OutboxState.SENT)
        key = record_report(stage, "<Minutes@contoso.com>")
        outcome = Outcome(
            clean("kim@fabrikam.example"), "failed", "5.1.1", clean("nobody has it"), clean("550")
        )
        await open_outbox(stage)
        assert "√ sent" in text(stage.app)
        stage.store.write(lambda tx: tx.settle_report(key, None, [outcome])).result()
        await stage.shows("× undelivered")
        await stage.shows(
            "Since     Could not be delivered to kim@fabrikam.example: nobody has it."
        )


def record_report(stage: Stage, about: str) -> MessageKey:
    """Let a report on a sent message arrive."""
    inbox = stage.store.read.folder_at_path(stage.account, "INBOX")
    assert inbox is not None
    status = BodyPart("2", "message", "delivery-status")
    structure = MultiPart(
        "",
        "report",
        (BodyPart("1", "text", "plain"), status),
        (("report-type", "delivery-status"),),
    )
    fetched = FetchedMessage(
        uid=UID(9001),
        flags=SEEN,
        internaldate=NOW,
        size=1000,
        envelope=Envelope(subject=clean("Undeliverable"), in_reply_to=about),
        structure=structure,
    )
    return stage.store.write(lambda tx: tx.record_messages(inbox.id, [fetched])).result()[0]
