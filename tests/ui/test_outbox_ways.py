"""The outbox: a time of one's own, ways out of a refusal, and what came back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.ui.sample_mail import NOW
from tests.ui.screen_text import rows, text
from tests.ui.stage import Stage, open_stage
from tests.ui.test_outbox import REFUSED, open_outbox, queue, state
from tests.waiting import until
from tuimail.mime.parser import parse
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
from tuimail.ui.screens.outbox import OutboxScreen
from tuimail.ui.widgets.entry_sheet import EntrySheet


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
        await until(lambda: stage.engine.wakes == 1, describe="the engine is woken")
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
        await stage.composer()
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


async def test_more_people_than_the_mailbox_may_write_to_get_it_in_parts(tmp_path: Path) -> None:
    """Everybody gets it once, each part under an id of its own.

    Turned red by: `Reason.TOO_MANY` taken for `RECIPIENTS` (who is refused gets nothing), and by
    `under_another_id` left out.
    """
    async with open_stage(tmp_path, (100, 30)) as stage:
        people = [f"p{number}@contoso.com" for number in range(5)]
        to = ", ".join(people)
        raw = (
            f"From: anna@contoso.com\r\nTo: {to}\r\nMessage-ID: <1@contoso.com>\r\n"
            "Subject: News\r\n\r\nHello.\r\n"
        ).encode()
        message = OutgoingMessage(
            *(stage.account, raw, "<1@contoso.com>", "anna@contoso.com"),
            *(tuple(people), clean("P"), clean("News")),
        )
        number = stage.store.write(lambda tx: tx.queue_message(message)).result()
        refuse(
            stage,
            number,
            Reason.TOO_MANY,
            **{f"p{at}_at_contoso_com": "452 4.5.3 Too many recipients" for at in (2, 3, 4)},
        )
        await open_outbox(stage)
        await stage.shows("x send it in parts")
        await stage.press("x")
        await stage.asks()
        await stage.shows("Send it to all 5, in messages to 2 each?")
        await stage.press("y")
        await until(lambda: len(stage.store.read.outbox()) == 3)
        items = stage.store.read.outbox()
        assert sorted(name for item in items for name in item.rcpt_to) == people
        assert len({item.message_id for item in items}) == 3
        for item in items:
            parsed = parse(stage.store.read.outbox_raw(item.id))
            assert tuple(one.address for one in parsed.envelope.to) == item.rcpt_to
            assert parsed.envelope.message_id == item.message_id
            assert item.state is OutboxState.QUEUED
        await stage.shows("It goes out in 3 messages now.")


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


async def test_a_message_taken_back_keeps_its_files_and_what_was_asked(tmp_path: Path) -> None:
    """Guards against a draft without the attachments that the message had."""
    raw = (
        b"From: anna@contoso.com\r\nTo: kim@fabrikam.example\r\nSubject: Files\r\n"
        b"Disposition-Notification-To: anna@contoso.com\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain\r\n\r\nHere they are.\r\n--b\r\n"
        b"Content-Type: application/pdf; name=plan.pdf\r\n"
        b"Content-Disposition: attachment; filename=plan.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n"
    )
    async with open_stage(tmp_path) as stage:
        message = OutgoingMessage(
            stage.account,
            raw,
            "<files@contoso.com>",
            "anna@contoso.com",
            ("kim@fabrikam.example",),
            clean("Kim"),
            clean("Files"),
            notify=True,
        )
        stage.store.write(lambda tx: tx.queue_message(message)).result()
        await open_outbox(stage)
        await stage.press("u")
        await until(lambda: len(stage.store.read.drafts()) == 1)
        (draft,) = stage.store.read.drafts()
        assert draft.body.strip() == "Here they are."
        assert (draft.asks_receipt, draft.asks_report) == (True, True)
        assert [(file.name, file.size) for file in draft.files] == [("plan.pdf", 4)]
        assert list(stage.store.read.draft_files.data(draft.files).values()) == [b"%PDF"]
