"""A message that another client moves while its text is fetched is read whole where it went."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.server.client import Client, mail, sandbox_account
from tests.waiting import wait_until
from tuimail.model.folder import FolderRole
from tuimail.model.message import BodyState
from tuimail.sandbox.imap_connection import ImapConnection
from tuimail.sandbox.sandbox import Sandbox

TEXT = "We sail at eight.\r\n"


def test_a_text_that_was_nil_on_the_way_is_fetched_from_where_the_message_went(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Guards against NIL that is kept as an empty text for ever, also after the move is recognised.

    Dovecot answers so when another client moves the message between its answer's beginning and
    the opening of the message. Mutation that turns it red: `_sections` of imap/session.py that
    does not ask who is there.
    """
    mailbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0])
    inbox, archive = mailbox.folder("INBOX"), mailbox.folder("Archive")
    inbox.append(mail("Sailing", body=TEXT))
    asked: list[bytes] = []
    is_known = threading.Event()

    def move(
        connection: ImapConnection, _tag: bytes, command: str, arguments: Sequence[object]
    ) -> bytes | None:
        sections = re.findall(r"BODY\.PEEK\[([0-9A-Z.]*)\]<0", str(arguments))
        if command != "FETCH" or not sections or not inbox.uids():
            return None
        is_known.wait(30.0)  # it is asked for unasked, and its row goes with it
        (message,) = inbox.messages
        archive.append(message.raw, message.flags, message.date)
        inbox.expunge([message.uid])
        asked.extend(section.encode() for section in sections)
        nothing = b" ".join(b"BODY[%s]<0> NIL" % section.encode() for section in sections)
        connection.put(b"* 1 FETCH (UID %d %s)" % (message.uid, nothing))
        return b"OK [EXPUNGEISSUED] Some messages were already expunged."

    fresh_sandbox.imap_server.faults.append(move)
    with Client(sandbox_account(fresh_sandbox), tmp_path, fresh_sandbox.entra.approve) as client:
        client.sign_in()
        client.start()
        row = client.row("Sailing")
        is_known.set()
        client.engine.want_body(row.key)
        wait_until(lambda: asked, 30.0, "the text to be asked for")
        client.engine.focus(client.folder(FolderRole.ARCHIVE).id)
        client.row("Sailing", FolderRole.ARCHIVE)
        client.engine.focus(client.folder(FolderRole.INBOX).id)
        wait_until(
            lambda: client.row("Sailing", FolderRole.ARCHIVE).key == row.key, 30.0, "one row of two"
        )

        def is_here() -> bool:
            client.engine.want_body(row.key)
            return client.row("Sailing", FolderRole.ARCHIVE).body is BodyState.COMPLETE

        wait_until(is_here, 30.0, "the text")
        assert client.store.read.part(row.key, "1") == TEXT.encode()
