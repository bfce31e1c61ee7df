"""Jobs: fetch texts and files unasked, so that they can be read without a network.

Many small texts come with one command. How much a command asks for follows the speed of the line,
so that whatever is more urgent waits about a second at the most.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tuimail.errors import MessageGone, Reach, TuimailError, UidValidityChanged
from tuimail.imap.jobs import Breathe, Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.mime.reading import message_snippet
from tuimail.mime.sources import sections_to_fetch
from tuimail.model.bodystructure import attachments, leaves
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.bodies import fetch_text
from tuimail.text.safe import SafeText

_LEAST: Final = 16 * 1024
_MOST: Final = 1024 * 1024
_COMMAND_SECONDS: Final = 1.0
_SMALL: Final = 64 * 1024
"""Octets of a section that comes together with those of other messages."""
_MOST_IN_ONE: Final = 40
_PER_COMMIT: Final = 10


class Portion:
    """How many octets a command may ask for, by what the line carried before."""

    def __init__(self) -> None:
        self.octets = 8 * _LEAST

    def note(self, octets: int, seconds: float) -> None:
        """Learn from a command; small ones tell nothing about the line but its delay."""
        if octets >= _LEAST or seconds > _COMMAND_SECONDS:
            wanted = int(octets / max(seconds, 0.001) * _COMMAND_SECONDS)
            # At most twice as much at a time: one lucky answer is not the line's speed.
            self.octets = max(_LEAST, min(_MOST, 2 * self.octets, wanted))


@dataclass(frozen=True, slots=True)
class _Text:
    """A message with the sections its text consists of."""

    message: Message
    folder: FolderId
    uid: UID
    sections: tuple[str, ...]
    octets: int


def fetch_texts(
    session: ImapSession, store: Store, keys: Sequence[MessageKey], portion: Portion
) -> Generator[Step, None, set[MessageKey]]:
    """Fetch and keep the texts of messages.

    Returns:
        Those that could not be fetched.
    """
    failed: set[MessageKey] = set()
    alone: list[MessageKey] = []
    for batch in _batches(_texts(store, keys, failed), portion):
        if len(batch) == 1 and batch[0].octets > _SMALL:
            alone.append(batch[0].message.summary.key)
        else:
            alone += yield from _fetch_together(session, store, batch, portion)
    for key in alone:
        try:
            yield from fetch_text(session, store, key)
        except TuimailError as error:
            if error.reach is not Reach.MESSAGE or isinstance(error, UidValidityChanged):
                raise
            failed.add(key)
        yield StepDone()
    return failed


def _texts(store: Store, keys: Sequence[MessageKey], failed: set[MessageKey]) -> Iterator[_Text]:
    for key in keys:
        message = store.read.message(key)
        if message is None or message.uid is None or message.server_folder_id is None:
            failed.add(key)
            continue
        if message.summary.body is not BodyState.ABSENT:
            continue
        sections = tuple(sections_to_fetch(message))
        yield _Text(
            message, message.server_folder_id, message.uid, sections, _octets(message, sections)
        )


def _octets(message: Message, sections: Collection[str]) -> int:
    """Estimate what the sections take; the whole message where its structure is not known."""
    if message.structure is None:
        return max(message.summary.size, _SMALL + 1)
    return sum(part.size for part in leaves(message.structure) if part.section in sections)


def _batches(texts: Iterator[_Text], portion: Portion) -> Iterator[list[_Text]]:
    """Put together what one command can fetch: the same sections of the same folder."""
    open_: dict[tuple[FolderId, tuple[str, ...]], list[_Text]] = {}
    for text in texts:
        if text.octets > _SMALL or not text.sections:
            yield [text]
            continue
        batch = open_.setdefault((text.folder, text.sections), [])
        if batch and sum(one.octets for one in batch) + text.octets > portion.octets:
            yield batch[:]
            batch.clear()
        batch.append(text)
        if len(batch) == _MOST_IN_ONE:
            yield batch[:]
            batch.clear()
    yield from (batch for batch in open_.values() if batch)


def _fetch_together(
    session: ImapSession, store: Store, batch: list[_Text], portion: Portion
) -> Generator[Step, None, list[MessageKey]]:
    """Fetch a batch and keep what came whole; returns the rest."""
    first = batch[0]
    if not first.sections:
        return [text.message.summary.key for text in batch]
    _select(session, store, first.folder)
    began, octets = time.monotonic(), 0
    found: dict[UID, dict[str, bytes]] = {}
    uids = [text.uid for text in batch]
    for uid, sections in session.fetch_sections(uids, first.sections, _SMALL):
        found.setdefault(uid, {}).update(sections)
        octets += sum(map(len, sections.values()))
        yield Breathe()
    portion.note(octets, time.monotonic() - began)
    yield StepDone()
    rest: list[MessageKey] = []
    for start in range(0, len(batch), _PER_COMMIT):
        rest += _keep_texts(store, batch[start : start + _PER_COMMIT], found)
        yield Breathe()
    return rest


def _keep_texts(
    store: Store, texts: Sequence[_Text], found: dict[UID, dict[str, bytes]]
) -> list[MessageKey]:
    rest: list[MessageKey] = []
    whole: list[tuple[MessageKey, dict[str, bytes], SafeText]] = []
    for text in texts:
        parts, key = found.get(text.uid, {}), text.message.summary.key
        if any(len(parts.get(name, b"x" * _SMALL)) >= _SMALL for name in text.sections):
            rest.append(key)  # a part is missing, or was cut
        else:
            whole.append((key, parts, message_snippet(text.message, parts.get)))

    def keep(tx: Writer) -> None:
        for key, parts, snippet in whole:
            for section, data in parts.items():
                tx.store_part(key, section, data)
            tx.set_body(key, BodyState.COMPLETE, snippet)

    store.write(keep).result()
    return rest


def fetch_files(
    session: ImapSession, store: Store, key: MessageKey, largest: int, portion: Portion
) -> Generator[Step, None, None]:
    """Fetch and keep the files of a message that have at most `largest` octets, in slices.

    Raises:
        MessageGone: It is not on the server any more.
    """
    message = store.read.message(key)
    if message is None or message.uid is None or message.server_folder_id is None:
        raise MessageGone("The message is not on the server any more.")
    here = store.read.sections(key)
    files = () if message.structure is None else attachments(message.structure)
    for part in files:
        if part.section in here or part.size > largest:
            continue
        slices: list[bytes] = []
        while True:
            _select(session, store, message.server_folder_id)
            ask, began = portion.octets, time.monotonic()
            offset = sum(map(len, slices))
            slices.append(session.fetch_slice(message.uid, part.section, offset, ask))
            portion.note(len(slices[-1]), time.monotonic() - began)
            yield StepDone()
            if len(slices[-1]) > ask:  # not heeded what was asked for: all of it
                del slices[:-1]
            if len(slices[-1]) != ask:
                break
        data, section = b"".join(slices), part.section
        store.write(lambda tx, s=section, d=data: tx.store_part(key, s, d)).result()  # type: ignore[misc]
    store.write(lambda tx: tx.set_files_kept(key, largest)).result()


def _select(session: ImapSession, store: Store, folder_id: FolderId) -> None:
    folder = store.read.folder(folder_id)
    if folder is None:
        raise MessageGone("The message is not on the server any more.")
    session.ensure_selected(folder.path, folder.state.uidvalidity, read_only=True)
