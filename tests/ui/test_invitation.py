"""An invitation in the reader: its card, the answers, and what remains of them."""

from __future__ import annotations

from pathlib import Path

from tests.ui.screen_text import rows
from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.ui.test_reader_text import open_first
from tests.waiting import until
from tuimail.model.bodystructure import BodyPart
from tuimail.model.invitation import Invitation
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxItem, OutboxState
from tuimail.store.store import Store
from tuimail.ui.screens.mailbox import MailboxScreen

MEETING = """BEGIN:VCALENDAR
METHOD:REQUEST
VERSION:2.0
BEGIN:VEVENT
UID:board@contoso.com
SEQUENCE:{sequence}
DTSTAMP:20261123T075500Z
DTSTART:2026112{day}T140000Z
DTEND:2026112{day}T150000Z
SUMMARY:Board prep
LOCATION:Room Bifrost
ORGANIZER;CN=Board Office:mailto:board@contoso.com
ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:anna@contoso.com
ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:ben@contoso.com
END:VEVENT
END:VCALENDAR
"""


def invitation(stage: Stage, uid: int, *, sequence: int = 0, day: int = 6) -> MessageKey:
    content = MEETING.format(sequence=sequence, day=day).encode()
    part = BodyPart(
        "2", "text", "calendar", params=(("method", "REQUEST"),), size=len(content), encoding="7bit"
    )
    subject = f"Meeting {sequence}"
    key = record(stage.store, stage.account, uid, subject=subject, body=None, parts=(part,))
    bring_text(stage.store, key, content, "2")
    bring_text(stage.store, key, b"Agenda.\r\n")
    return key


def answers(store: Store) -> list[tuple[str, OutboxState]]:
    items: list[OutboxItem] = store.read.outbox()
    return [(item.subject, item.state) for item in reversed(items)]


async def test_an_invitation_is_answered_taken_back_and_answered_anew(tmp_path: Path) -> None:
    """`await cancel(self._shell, sending.outbox_id)` taken out of `SendingWatch.undo` is red."""
    async with open_stage(tmp_path) as stage:
        await open_first(stage, invitation(stage, 9001))
        await stage.shows("not answered yet")
        shown = [row.strip() for row in rows(stage.app)]
        assert [row for row in shown if row.startswith("│")] == [
            "│ Board prep",
            "│ Thu 26 Nov 2026  14:00 to 15:00  your time (UTC)",
            "│ Room Bifrost",
            "│ from Board Office  2 invited, 1 accepted",
            "│ y accept   t tentative   n decline     not answered yet",
        ]
        await stage.shows("? help  q back  y accept  t tentative  n decline  e answer with a note")

        await stage.press("y")
        await stage.shows("↑ accepted")
        await stage.shows("t n change it")
        await stage.shows("Sending in")
        assert answers(stage.store) == [("Accepted: Board prep", OutboxState.QUEUED)]
        raw = stage.store.read.outbox_raw(stage.store.read.outbox()[0].id)
        assert b"method=REPLY" in raw
        assert b"PARTSTAT=ACCEPTED:mailto:anna@contoso.com" in raw

        await stage.press("u")
        await stage.shows("not answered yet")
        assert answers(stage.store) == [("Accepted: Board prep", OutboxState.CANCELLED)]

        await stage.press("e")
        await stage.shows("Answer with a note")
        await stage.press("down", "down", "enter")
        await stage.shows("Note to Board Office")
        await stage.press(*"Ill", "enter")
        await stage.shows("↑ declined")
        item = stage.store.read.outbox()[0]
        assert b"COMMENT:Ill" in stage.store.read.outbox_raw(item.id)
        for state in (OutboxState.SENDING, OutboxState.SENT):
            stage.store.write(lambda tx, s=state: tx.set_outbox(item.id, state=s)).result()  # type: ignore[misc]
        await stage.shows("√ declined")

        # A later invitation says what it changes, and asks anew; the first one is over.
        later = invitation(stage, 9002, sequence=1, day=7)
        await stage.press("q")
        await stage.shows("Meeting 1")
        await open_first(stage, later)
        await stage.shows("moved from Thu 26 Nov 14:00 to Fri 27 Nov 14:00")
        assert "you declined before the change" in stage.text
        account = stage.account
        found = reading(stage)
        await until(lambda: len(stage.store.read.meetings.versions(account, found)) == 2)
        await stage.press("J")
        await stage.shows("A later mail changes this meeting: answer that one.")
        await stage.press("y")
        assert [one for one, _ in answers(stage.store)] == [
            "Accepted: Board prep",
            "Declined: Board prep",
        ]


def reading(stage: Stage) -> Invitation:
    screen = stage.app.screen_stack[0]
    assert isinstance(screen, MailboxScreen)
    assert screen.reader.reading is not None
    assert screen.reader.reading.invitation is not None
    return screen.reader.reading.invitation


async def test_an_answer_in_the_outbox_is_no_draft(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await open_first(stage, invitation(stage, 9001))
        await stage.shows("not answered yet")
        await stage.press("y")
        await stage.shows("↑ accepted")
        await stage.press("colon", *"outbox", "enter")
        await stage.shows("Accepted: Board prep")
        await stage.press("e")
        await stage.shows("Taken back. Answer anew in the invitation.")
        assert answers(stage.store) == [("Accepted: Board prep", OutboxState.CANCELLED)]
        assert stage.store.read.drafts() == []
