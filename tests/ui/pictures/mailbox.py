"""The design's mailbox with its letters, and the application on it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Final

import msgspec

from tests.ui.fake_engine import FakeEngine
from tests.ui.pictures import letters
from tests.ui.sample_mail import MAIL, NOW, Sample, at, key_of, sample_account
from tests.ui.stage import Stage, bring_text
from tests.ui.talk_mail import fill_second, fill_talk
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.mime.parser import parse
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import leaves
from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import UID
from tuimail.model.message import BodyState, FetchedMessage, MessageKey
from tuimail.model.status import Connectivity
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.safe import clean
from tuimail.ui.app import TuimailApp

_LETTERS: Final = {
    "Quarterly numbers: final before the board": (letters.numbers, Flags()),
    "Contract draft v4 with our comments": (letters.contract, FLAGGED),
    "Invitation: Board prep, Thu 26 Nov 14:00": (letters.board, Flags()),
}
_FORGED: Final = Sample("Contoso IT", "Your mailbox is almost full", at(23, 8, 2))
RELEASE_SUBJECT: Final = "Move the release to Thursday?"
_SAID: Final = {
    "Carla Reyes": "+1, and I can take the on-call swap.\r\n",
    "Anna Lindqvist": "Could we move the release to Thursday? The freeze ends on Wednesday.\r\n",
    "Ben Okafor": (
        "Thursday works if the freeze lifts at noon. If it does not, I would rather \r\n"
        "keep Wednesday and skip the ledger part, which nobody needs before the \r\n"
        "board meets.\r\n\r\n> Could we move the release to Thursday?\r\n"
    ),
}


def put_letter(
    store: Store, account: AccountId, uid: int, raw: bytes, sample: Sample, flags: Flags
) -> MessageKey:
    """Record a message with all of its sections, as the engine does."""
    inbox = store.read.folder_at_path(account, "INBOX")
    assert inbox is not None
    parsed = parse(raw)
    message = FetchedMessage(
        uid=UID(uid),
        flags=flags,
        internaldate=sample.when,
        size=len(raw),
        envelope=parsed.envelope,
        structure=parsed.structure,
        references=parsed.references,
    )

    def record(tx: Writer) -> MessageKey:
        key = tx.record_messages(inbox.id, [message])[0]
        tx.store_part(key, "", raw)
        tx.store_part(key, "HEADER", raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        for part in leaves(parsed.structure):
            for section in (part.section, f"{part.section}.MIME"):
                found = parsed.section(section)
                if found is not None:
                    tx.store_part(key, section, found)
        tx.set_body(key, BodyState.COMPLETE, clean(sample.words))
        return key

    return store.write(record).result()


def _begins(key: MessageKey, text: str, tx: Writer) -> None:
    tx.set_body(key, BodyState.COMPLETE, clean(" ".join(text.split())))


def fill_design(store: Store) -> AccountId:
    """Record the mailbox of the design; return its first account."""
    plain = tuple(one for one in MAIL if one.subject not in _LETTERS)
    account = fill_talk(store, mail=plain)
    for number, one in enumerate((*MAIL, _FORGED)):
        if one.subject in _LETTERS:
            make, flags = _LETTERS[one.subject]
            put_letter(store, account, 9000 - number, make(), one, flags)
    put_letter(store, account, 9999, letters.quota(), _FORGED, SEEN)
    for row in store.read.thread(key_of(store, account, RELEASE_SUBJECT)):
        text = _SAID.get(str(row.from_text))
        if text is not None:
            bring_text(store, row.key, text.encode())
            store.write(partial(_begins, row.key, text)).result()
    fill_second(store)
    return account


@cache
def _filled() -> Path:
    """A data directory with the mailbox, made once."""
    directory = Path(tempfile.mkdtemp()) / "data"
    atexit.register(shutil.rmtree, directory.parent)
    store = Store.open(directory)
    fill_design(store)
    store.close()
    return directory


@asynccontextmanager
async def open_design(
    directory: Path, size: tuple[int, int], settings: Settings, *, is_now: bool = False
) -> AsyncIterator[Stage]:
    """Run the application on the design's mailbox until the block ends.

    Args:
        is_now: The clock of the screen runs; else it stands where the design's does.
    """
    shutil.copytree(_filled(), directory)
    store = Store.open(directory)
    try:
        account = store.write(lambda tx: tx.ensure_account("work")).result()
        accounts = {id_: sample_account(id_, name) for id_, name in store.read.accounts()}
        engine = FakeEngine()
        for id_ in accounts:
            engine.set_status(id_, Connectivity.ONLINE, since=NOW, online_at=NOW)
        app = TuimailApp(
            store,
            settings,
            accounts,
            lambda: engine,
            clock=lambda: datetime.now(UTC) if is_now else NOW,
        )
        async with app.run_test(size=size) as pilot:
            await until(lambda: app.engine is not None, describe="the engine")
            await pilot.pause()
            yield Stage(app, pilot, store, engine, account)
    finally:
        store.close()


DEFAULTS: Final = msgspec.structs.replace(Settings(), glyphs="unicode")
