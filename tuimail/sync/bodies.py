"""Job: fetch the readable text of a message, or one section of it, and keep it.

What is read comes with one command, each section as far as one slice goes. What is longer follows
slice by slice: its beginning is kept at once, so that it can be read, and what came is kept again
each time it has doubled, so that a line that breaks costs half of it at most. Between two slices a
job may pause, and ends when nobody waits for it any more: then all that came is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass
from typing import Final

from tuimail.errors import MessageGone
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.mime import sources
from tuimail.mime.reading import message_snippet
from tuimail.model.bodystructure import leaves
from tuimail.model.folder import UID
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.model.status import ALL_TEXT, Fetching
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.safe import SafeText

SLICE: Final = 256 * 1024
"""Octets that one command asks for of a section."""

Report = Callable[[Fetching | None], None]


def _to_nobody(_: Fetching | None) -> None:
    """For those who do not show how far it is."""


def _always() -> bool:
    """For those who wait to the end."""
    return True


@dataclass(frozen=True, slots=True)
class _Job:
    """What a message is fetched with."""

    session: ImapSession
    store: Store
    message: Message
    uid: UID
    report: Report
    is_wanted: Callable[[], bool]

    @property
    def key(self) -> MessageKey:
        return self.message.summary.key

    def select(self) -> None:
        """Select its folder again: another job may have selected another one meanwhile."""
        _select(self.session, self.store, self.message)


def fetch(
    session: ImapSession,
    store: Store,
    key: MessageKey,
    section: str | None,
    report: Report = _to_nobody,
    is_wanted: Callable[[], bool] = _always,
) -> Generator[Step, None, None]:
    """Fetch what `EngineControl.want_body` was asked for.

    Args:
        is_wanted: Asked before each command; on the connection's thread.
    """
    if not is_wanted():
        return
    if section is None or section == ALL_TEXT:
        everything = section == ALL_TEXT
        yield from fetch_text(session, store, key, report, is_wanted, everything=everything)
    else:
        yield from fetch_section(session, store, key, section, report, is_wanted)


def fetch_text(
    session: ImapSession,
    store: Store,
    key: MessageKey,
    report: Report = _to_nobody,
    is_wanted: Callable[[], bool] = _always,
    *,
    everything: bool = False,
) -> Generator[Step, None, None]:
    """Fetch what the reader shows: the chosen parts, or everything where no part is known.

    The text of a message that another client copied or moved is here already.

    Args:
        report: Told how far it is when it takes more than one command.
        is_wanted: As in `fetch`.
        everything: To the end, however long it is.
    """
    message = store.read.message(key)
    if message is not None and not _missing(store, message, everything=everything):
        if message.summary.body is BodyState.ABSENT:  # there is nothing to read in it
            store.write(lambda tx: tx.set_body(key, BodyState.COMPLETE, SafeText(""))).result()
        return
    if store.read.has_text_elsewhere(key) and store.write(lambda tx: tx.take_text(key)).result():
        return
    job = _begin(session, store, key, report, is_wanted)
    parts = yield from _first_slices(job, everything=everything)
    limits = sources.limits(job.message)
    cut = store.read.beginnings(key)
    wanted = sources.cut_texts(job.message, parts.get, cut) if everything else ()
    for name in cut:
        limit = None if name in wanted else limits.get(name, 0)
        if name in parts and (limit is None or len(parts[name]) < limit):
            yield from _rest(job, name, parts[name], limit, shown_as=None)


def fetch_section(
    session: ImapSession,
    store: Store,
    key: MessageKey,
    section: str,
    report: Report = _to_nobody,
    is_wanted: Callable[[], bool] = _always,
) -> Generator[Step, None, bytes]:
    """Fetch one section whole ("" is the message), as long as it is wanted, and keep it."""
    kept = store.read.part(key, section)
    if kept is not None and section in store.read.sections(key):
        return kept
    job = _begin(session, store, key, report, is_wanted)
    return (yield from _rest(job, section, kept or b"", None, shown_as=section))


def _begin(
    session: ImapSession,
    store: Store,
    key: MessageKey,
    report: Report,
    is_wanted: Callable[[], bool],
) -> _Job:
    message = store.read.message(key)
    if message is None or message.server_folder_id is None or message.uid is None:
        raise MessageGone("The message is not on the server any more.")
    job = _Job(session, store, message, message.uid, report, is_wanted)
    job.select()
    return job


def _missing(store: Store, message: Message, *, everything: bool) -> list[str]:
    """Return the sections that are read and are not here as far as they are wanted."""
    key = message.summary.key
    here, cut = store.read.sections(key), store.read.beginnings(key)
    is_cut = message.summary.body is BodyState.PARTIAL
    return [
        name
        for name, limit in sources.limits(message).items()
        if name not in here
        and ((everything and is_cut) or limit is None or cut.get(name, -1) < limit)
    ]


def _first_slices(job: _Job, *, everything: bool) -> Generator[Step, None, dict[str, bytes]]:
    """Fetch the beginnings of what is missing with one command; returns all that is here."""
    wanted = _missing(job.store, job.message, everything=everything)
    stored = ((name, job.store.read.part(job.key, name)) for name in wanted)
    known = {name: data for name, data in stored if data is not None}
    fresh = [name for name in wanted if name not in known]
    found: dict[str, bytes] = {}
    if fresh:
        answers = list(job.session.fetch_sections([job.uid], fresh, SLICE))
        if not answers:
            raise MessageGone("The message is not on the server any more.")
        for _, sections in answers:
            found.update(sections)
        # What the server knows nothing of, a part that its structure made up, is empty.
        found = {name: found.get(name, b"") for name in fresh}
        _keep(job, found, {name for name, data in found.items() if len(data) == SLICE})
        yield StepDone()
    return found | known


def _rest(
    job: _Job, section: str, data: bytes, limit: int | None, *, shown_as: str | None
) -> Generator[Step, None, bytes]:
    """Fetch a section from where it was cut, and keep it; returns what is here of it then.

    The end is where a slice comes short: RFC822.SIZE is an estimate on Exchange.

    Args:
        limit: Octets after which to stop; None for its end.
        shown_as: What `Fetching` names.
    """
    pieces, octets, kept = [data], len(data), max(len(data), SLICE)
    total = _size(job.message, section)
    is_whole = False

    def keep() -> bytes:
        found = b"".join(pieces)
        if len(pieces) > 1:
            _keep(job, {section: found}, () if is_whole else {section})
        return found

    while job.is_wanted() and not is_whole and (limit is None or octets < limit):
        job.select()
        ask = SLICE if limit is None else min(SLICE, limit - octets)
        piece = job.session.fetch_slice(job.uid, section, octets, ask)
        if len(piece) > ask:  # a server that does not heed what it was asked for sends all of it
            pieces, octets = [b""], 0
        pieces.append(piece)
        octets += len(piece)
        is_whole = len(piece) != ask
        if not is_whole:
            job.report(Fetching(job.key, shown_as, octets, max(total, octets)))
            if octets >= 2 * kept:
                kept = octets
                keep()
        try:
            yield StepDone()
        except GeneratorExit:
            keep()  # whoever let go of it keeps what came
            raise
    return keep()


def _size(message: Message, section: str) -> int:
    parts = () if message.structure is None else leaves(message.structure)
    return next((part.size for part in parts if part.section == section), message.summary.size)


def _keep(job: _Job, parts: Mapping[str, bytes], cut: Collection[str]) -> None:
    """Keep sections, and say in the same transaction how much of the text is here with them."""
    read, message = job.store.read, job.message

    def lookup(section: str) -> bytes | None:
        return parts[section] if section in parts else read.part(job.key, section)

    state = BodyState.ABSENT
    if not parts.keys().isdisjoint(sources.limits(message)):
        others = read.beginnings(job.key).keys() - parts.keys()
        state = sources.body_state(message, lookup, {*others, *cut})
    has_text = state is not BodyState.ABSENT
    snippet = message_snippet(message, lookup) if has_text else SafeText("")

    def change(tx: Writer) -> None:
        for section, data in parts.items():
            tx.store_part(job.key, section, data, cut=section in cut)
        if has_text:
            tx.set_body(job.key, state, snippet)

    job.store.write(change).result()


def _select(session: ImapSession, store: Store, message: Message) -> None:
    folder_id = message.server_folder_id
    folder = None if folder_id is None else store.read.folder(folder_id)
    if folder is None:
        raise MessageGone("The message is not on the server any more.")
    session.ensure_selected(folder.path, folder.state.uidvalidity, read_only=True)
