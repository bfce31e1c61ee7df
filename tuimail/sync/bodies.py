"""Job: fetch the readable text of a message, or one section of it, and keep it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from tuimail.errors import MessageGone
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.mime import reading
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.store.store import Store, Writer
from tuimail.text.safe import SafeText

TEXT_LIMIT: Final = 2 * 1024 * 1024
"""Octets of one text part that are fetched unasked; what is longer shows as cut."""


def fetch_text(session: ImapSession, store: Store, key: MessageKey) -> Generator[Step, None, None]:
    """Fetch what the reader shows: the chosen text part, or everything where no part is known.

    The text of a message that another client copied or moved is here already.
    """
    summary = store.read.summary(key)
    if summary is not None and summary.body is BodyState.COMPLETE:
        return
    if store.read.has_text_elsewhere(key) and store.write(lambda tx: tx.take_text(key)).result():
        return
    message = _select(session, store, key)
    uid = message.uid
    if uid is None:
        return
    fetched: dict[str, bytes] = {}
    whole = True
    for section in reading.sections_to_fetch(message):
        data = b"".join(session.fetch_section(uid, section, limit=TEXT_LIMIT))
        whole = whole and len(data) < TEXT_LIMIT
        fetched[section] = data
    yield StepDone()
    snippet = reading.message_snippet(message, fetched.get)
    state = BodyState.COMPLETE if whole else BodyState.PARTIAL
    store.write(lambda tx: _keep(tx, key, fetched, state, snippet)).result()


def fetch_section(
    session: ImapSession, store: Store, key: MessageKey, section: str
) -> Generator[Step, None, bytes]:
    """Fetch one section whole ("" is the message) and keep it."""
    kept = store.read.part(key, section)
    if kept is not None:
        return kept
    message = _select(session, store, key)
    if message.uid is None:
        raise MessageGone("The message is being moved.")
    data = b"".join(session.fetch_section(message.uid, section))
    yield StepDone()
    store.write(lambda tx: tx.store_part(key, section, data)).result()
    return data


def _select(session: ImapSession, store: Store, key: MessageKey) -> Message:
    message = store.read.message(key)
    if message is None or message.server_folder_id is None or message.uid is None:
        raise MessageGone("The message is not on the server any more.")
    folder = store.read.folder(message.server_folder_id)
    if folder is None:
        raise MessageGone("The message is not on the server any more.")
    session.ensure_selected(folder.path, folder.state.uidvalidity, read_only=True)
    return message


def _keep(
    tx: Writer, key: MessageKey, parts: dict[str, bytes], state: BodyState, snippet: SafeText
) -> None:
    for section, data in parts.items():
        tx.store_part(key, section, data)
    tx.set_body(key, state, snippet)
