"""Writing from the mailbox screen: something new, an answer, or a message passed on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.draft import Draft, DraftFile, DraftProtection, Writing
from tuimail.model.message import Message, MessageKey
from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.reading.texts import Quotable
from tuimail.ui.shell import shell
from tuimail.ui.work import begin
from tuimail.ui.writing.identities import Identity, identity_for, identity_of, own_addresses

if TYPE_CHECKING:
    from tuimail.mime.attaching import FileToSend
    from tuimail.mime.rendered import Link, TextLine
    from tuimail.ui.screens.mailbox import MailboxScreen

_FETCH_SECONDS: Final = 60.0
_WHOLE, _HEADER = "", "HEADER"
_MARKS: Final = r"\s*(>+) ?(.*)"
_Text = tuple["Sequence[TextLine]", "Sequence[Link]"]


class MailboxWriting:
    """Begins what is written from the mailbox screen: what is not here of a message comes first.

    Args:
        screen: Whose message at hand is answered, and whose last row says what is missing.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen

    def new(self, to: str = "") -> None:
        """Write a new message from the account of what is shown.

        Args:
            to: Its recipients, as they are typed.
        """
        app, account = shell(self._screen), self._screen.account_here
        if account is None:
            self._say("There is no account to write from.")
        else:
            sender = identity_of(app.accounts, account).sender
            app.open_composer(Draft(account, sender=sender, to=to))

    def reply(self, writing: Writing) -> None:
        """Answer the message at hand, with its text quoted if it is here.

        Args:
            writing: To its sender, to everybody, or to the list it came through.
        """
        self._begin(lambda message: self._reply(message, writing))

    def forward(self) -> None:
        """Pass the message at hand on, its text and its files."""
        self._begin(self._forward)

    def forward_attached(self) -> None:
        """Pass it on as a file."""
        self._begin(self._forward_attached)

    def anew(self) -> None:
        """Write it anew."""
        self._begin(self._write_anew)

    def bounce(self) -> None:
        """Pass it on as it is."""
        self._begin(self._bounce)

    def go_on(self, key: MessageKey) -> None:
        """Open a draft of the server's, wherever it was begun."""
        self._start(key, partial(self._write_anew, goes_on=True))

    def _begin(self, write: Callable[[Message], Awaitable[None]]) -> None:
        row = self._screen.at_hand
        if row is None:
            self._say("There is no message here.")
        else:
            self._start(row.key, write)

    def _start(self, key: MessageKey, write: Callable[[Message], Awaitable[None]]) -> None:
        begin(self._screen, partial(self._written, key, write), exclusive=True, group="reply")

    def _say(self, words: str, severity: Severity = Severity.INFO) -> None:
        self._screen.bottom.show_event(words, severity=severity)

    async def _written(self, key: MessageKey, write: Callable[[Message], Awaitable[None]]) -> None:
        message = shell(self._screen).store.read.message(key)
        if message is None:
            return
        try:
            await write(message)
        except StoreError as error:
            self._say(error.message, Severity.ERROR)

    # -- the kinds -----------------------------------------------------------------------------

    async def _reply(self, message: Message, writing: Writing) -> None:
        # Imported when the first answer is written: the first frame does without the mail parser.
        from tuimail.mime.quoting import NO_PATHS, read_paths, reply_to  # noqa: PLC0415

        app = shell(self._screen)
        passage = self._passage()
        header = self._here(message.summary.key, _HEADER)
        if header is None and writing is Writing.LIST:
            header = await self._fetched(message, _HEADER)
            if header is None:
                return
        paths = NO_PATHS if header is None else read_paths(header)
        if writing is Writing.LIST and paths.list_post is None:
            self._say("This message names no mailing list that takes answers.")
            return
        quoted = await app.texts.quotable(message)
        lines, links = passage or (quoted.lines, quoted.links)
        identity = identity_for(app.accounts, message)
        draft = reply_to(
            message,
            lines,
            own=own_addresses(app.accounts),
            writing=writing,
            account=identity.account,
            links=links,
            paths=paths,
        )
        app.open_composer(replace(_encrypted_like(draft, quoted), sender=identity.sender))

    async def _forward(self, message: Message) -> None:
        from tuimail.mime.forwarding import files_of, forward  # noqa: PLC0415 - as above

        app = shell(self._screen)
        files: tuple[DraftFile, ...] = ()
        if message.summary.has_attachment:
            raw = await self._fetched(message, _WHOLE)
            if raw is None:
                return
            raw = await app.texts.opened(message, raw)
            files = await self._kept(await asyncio.to_thread(files_of, raw))
        quoted = await app.texts.quotable(message)
        lines, links = self._passage() or (quoted.lines, quoted.links)
        identity = identity_for(app.accounts, message)
        draft = forward(message, lines, account=identity.account, links=links)
        self._open(_encrypted_like(draft, quoted), identity, files)

    async def _forward_attached(self, message: Message) -> None:
        from tuimail.mime.forwarding import forward_attached, message_file  # noqa: PLC0415 - as above

        raw = await self._fetched(message, _WHOLE)
        if raw is None:
            return
        app = shell(self._screen)
        quoted, identity = await app.texts.quotable(message), identity_for(app.accounts, message)
        if quoted.decrypted_by is not None:
            raw = await app.texts.opened(message, raw)  # else only the user could read it
        files = await self._kept([message_file(raw, message.envelope.subject)])
        draft = forward_attached(message, account=identity.account)
        self._open(_encrypted_like(draft, quoted), identity, files)

    async def _bounce(self, message: Message) -> None:
        from tuimail.mime.forwarding import bounce, message_file  # noqa: PLC0415 - as above

        app = shell(self._screen)
        raw = await self._fetched(message, _WHOLE)
        if raw is None:
            return
        quoted = await app.texts.quotable(message)
        lines = quoted.lines if quoted.decrypted_by is None else ()  # it is passed on closed
        identity = identity_for(app.accounts, message)
        files = await self._kept([message_file(raw, message.envelope.subject)])
        self._open(bounce(message, lines, account=identity.account), identity, files)

    async def _write_anew(self, message: Message, *, goes_on: bool = False) -> None:
        """Open what a message says in the composer.

        Args:
            goes_on: It is a draft of the server's, and stays in its conversation.
        """
        from tuimail.mime.forwarding import files_of, written_anew  # noqa: PLC0415 - as above

        app = shell(self._screen)
        raw = await self._fetched(message, _WHOLE)
        if raw is None:
            return
        quoted = await app.texts.quotable(message)
        raw = await app.texts.opened(message, raw)
        account = message.summary.account_id
        draft = await asyncio.to_thread(
            written_anew, raw, quoted.lines, account=account, links=quoted.links
        )
        draft = _encrypted_like(draft, quoted)
        files = await self._kept(await asyncio.to_thread(files_of, raw))
        own = own_addresses(app.accounts)
        senders = {one.address.lower() for one in message.envelope.from_}
        if goes_on:
            draft = replace(draft, continues=message.summary.key, writing=Writing.NEW)
        else:
            draft = replace(draft, in_reply_to=None, references=())
        if not senders & own:
            draft = replace(draft, sender=identity_of(app.accounts, account).sender)
        app.open_composer(replace(draft, files=files))

    def _open(self, draft: Draft, identity: Identity, files: tuple[DraftFile, ...]) -> None:
        shell(self._screen).open_composer(replace(draft, sender=identity.sender, files=files))

    async def _kept(self, files: Sequence[FileToSend]) -> tuple[DraftFile, ...]:
        from tuimail.ui.writing.draft_files import keep_files  # noqa: PLC0415 - as above

        return await keep_files(shell(self._screen).store, files)

    def _passage(self) -> _Text | None:
        """Return what is selected of the text that is read, to be quoted; None where nothing is.

        The rows are those of the screen, quotes with their marks.
        """
        from tuimail.mime.rendered import TextLine  # noqa: PLC0415 - as above

        pane = self._screen.focused_reader
        passage = pane.text_body.passage if pane is not None else None
        if pane is None or passage is None or passage.began is None:
            return None
        lines = []
        for row in passage.text.split("\n"):
            marks = re.match(_MARKS, row)
            depth, text = (marks[1].count(">"), marks[2]) if marks else (0, row)
            lines.append(TextLine(clean(text.rstrip()), depth))
        pane.text_body.end_passage()
        return lines, ()

    # -- what is not here ----------------------------------------------------------------------

    def _here(self, key: MessageKey, section: str) -> bytes | None:
        """Return a section if it is here; a header is the beginning of the whole message."""
        read = shell(self._screen).store.read
        sections = read.sections(key)
        if section in sections:
            return read.part(key, section)
        return read.part(key, _WHOLE) if section == _HEADER and _WHOLE in sections else None

    async def _fetched(self, message: Message, section: str) -> bytes | None:
        """Return a section once it is here; None, with a word, where it does not come."""
        key, app = message.summary.key, shell(self._screen)
        found = self._here(key, section)
        if found is not None:
            return found
        if app.engine is None:
            self._say("The message is not here, and nothing fetches it.")
            return None
        arrived = asyncio.Event()

        def changed(changes: ChangeSet) -> None:
            if key in changes.messages and self._here(key, section) is not None:
                arrived.set()

        app.signal_changes.subscribe(self._screen, changed)
        try:
            app.engine.want_body(key, section=section)
            self._say("Fetching the message …")
            async with asyncio.timeout(_FETCH_SECONDS):
                await arrived.wait()
        except TimeoutError:
            self._say("The message has not come yet. Press the key again later.")
            return None
        finally:
            app.signal_changes.unsubscribe(self._screen)
        return self._here(key, section)


def _encrypted_like(draft: Draft, quoted: Quotable) -> Draft:
    """Encrypt what holds decrypted text by what that was encrypted by, and remember that it was."""
    draft = replace(draft, of_encrypted=quoted.was_encrypted)
    if quoted.decrypted_by is None:
        return draft
    return replace(draft, protection=DraftProtection.encrypting(quoted.decrypted_by))
