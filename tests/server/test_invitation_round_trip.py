"""An invitation of the demo, from the server to the answer that the organiser reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from msgspec.structs import replace

from tests.server.client import Client, sandbox_account
from tests.waiting import wait_until
from tuimail.config.schema import SendSettings, Settings
from tuimail.mime.parser import parse
from tuimail.mime.reading import read_message
from tuimail.mime.render import Renderer
from tuimail.mime.trusting import read_trust
from tuimail.model.bodystructure import BodyPart
from tuimail.model.download import DownloadRules
from tuimail.model.invitation import Invitation, Method, Participation
from tuimail.model.message import BodyState, Message
from tuimail.model.outbox import OutboxState
from tuimail.model.trust import Confirmation
from tuimail.sandbox.demo_compose import DOMAIN, make_message
from tuimail.sandbox.demo_mail import load_demo_mail
from tuimail.sandbox.received import with_trace
from tuimail.sandbox.sandbox import Sandbox
from tuimail.ui.writing.answering import queue_answer

ORGANISER = "board.office@contoso.example"
NOW = datetime.now(UTC)


def demo_invitation(owner: str) -> bytes:
    mail = load_demo_mail().owned_by(owner)
    script = next(one for one in mail.scripts if one.special == "invitation")
    return with_trace(make_message(script, mail, NOW), NOW, {DOMAIN})


def test_the_organiser_reads_the_answer_and_the_card_knows_it_after_a_restart(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """What is read comes with one command behind SELECT, the calendar and the header included."""
    owner = fresh_sandbox.accounts[0]
    board = fresh_sandbox.post_office.add_mailbox(ORGANISER)
    fresh_sandbox.mailbox(owner).folder("INBOX").append(demo_invitation(owner))
    account = sandbox_account(fresh_sandbox)
    nothing = DownloadRules()
    with Client(
        account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner), nothing
    ) as client:
        client.sign_in()
        fetches = fetches_of_text(fresh_sandbox)
        client.start()
        wait_until(lambda: client.subjects(limit=1), 30.0, "the invitation")
        client.engine.want_body(newest(client).summary.key)
        wait_until(lambda: newest(client).summary.body is BodyState.COMPLETE, 30.0, "the text")
        assert len(fetches) == 1, fetches
        assert "HEADER" in fetches[0]
        message = newest(client)
        invitation = read(client, message)
        assert (invitation.method, invitation.title) == (Method.REQUEST, "Board prep")

        shell = SimpleNamespace(
            accounts={client.account.id: client.account},
            store=client.store,
            engine=client.engine,
            settings=replace(Settings(), send=SendSettings(undo=0.0)),
            now=lambda: datetime.now().astimezone(),
        )
        sending = asyncio.run(
            queue_answer(
                shell,
                message,
                invitation,
                invitation.attendees[0],
                Participation.TENTATIVE,
                "I may be late; the ferry is.",
            )
        )
        client.wait_for_outbox(sending.outbox_id, OutboxState.SENT)
        answer = as_the_organiser(board.folder("INBOX").messages[-1].raw)
        assert answer.method is Method.REPLY
        assert (answer.uid, answer.sequence) == (invitation.uid, invitation.sequence)
        assert (answer.start, answer.end) == (invitation.start, invitation.end)
        assert answer.comment == "I may be late; the ferry is."
        (attendee,) = answer.attendees
        assert attendee.address.address == owner
        assert attendee.participation is Participation.TENTATIVE
    with Client(account, tmp_path, lambda _: None) as client:
        found = client.store.read.meetings.answer(client.account.id, invitation)
        assert found is not None
        assert (found.participation, found.state) == (
            Participation.TENTATIVE,
            OutboxState.SENT,
        )


def fetches_of_text(sandbox: Sandbox) -> list[str]:
    """Return the commands that ask for parts of the message, as they come.

    From the beginning: the engine asks for the newest texts by itself, and may be first.
    Whatever else it does meanwhile, such as looking at flags, is none of them.
    """
    asked: list[str] = []

    def note(_: object, _tag: bytes, command: str, arguments: Sequence[object]) -> bytes | None:
        if command == "FETCH" and "MIME" in str(arguments):
            asked.append(str(arguments))
        return None

    sandbox.imap_server.faults.append(note)
    return asked


def newest(client: Client) -> Message:
    inbox = client.store.read.folder_at_path(client.account.id, "INBOX")
    assert inbox is not None
    (summary,) = client.store.read.newest(inbox.id, 1)
    message = client.store.read.message(summary.key)
    assert message is not None
    return message


def read(client: Client, message: Message) -> Invitation:
    key = message.summary.key
    with Renderer(limit=60) as renderer:
        reading = read_message(
            message, lambda section: client.store.read.part(key, section), renderer
        )
    assert reading.trust is not None
    assert reading.trust.authentication.confirmation is Confirmation.CONFIRMED
    assert not reading.absent
    assert reading.invitation is not None
    return reading.invitation


def as_the_organiser(raw: bytes) -> Invitation:
    from tuimail.mime.calendar import read_invitation

    assert read_trust(raw).authentication.is_internal
    parsed = parse(raw)
    part: BodyPart = next(one for one in parsed.parts if one.content_type == "text/calendar")
    assert part.param("method") == "REPLY"
    found = read_invitation(parsed.content(part), charset=part.param("charset"))
    assert found is not None
    return found
