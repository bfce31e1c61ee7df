"""Job: reading what servers report of sent messages, so that the sent message can show it.

A report names the message it is about by In-Reply-To (Exchange), by the header that it returns
(RFC 6522), or by the envelope id that was given with it (RFC 3461, 6.3).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Generator
from typing import Final

from tuimail.errors import FolderGone, MessageGone, Reach, TuimailError, UidValidityChanged
from tuimail.imap.jobs import Priority, RunJob, Step
from tuimail.imap.session import ImapSession
from tuimail.mime.bounce_words import cause_of
from tuimail.mime.headers import message_ids, read_headers
from tuimail.mime.parser import decode_part
from tuimail.mime.reports import deliveries
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyPart, leaves
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.report import Outcome
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.bodies import fetch_section
from tuimail.text.safe import clean

log = logging.getLogger(__name__)


_STATUS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED: Final = frozenset({"text/rfc822-headers", "message/rfc822", "message/global-headers"})
_ENVELOPE_ID: Final = re.compile(rb"^Original-Envelope-Id:[ \t]*(\S{1,200})", re.I | re.M)
_LONGEST_RETURNED: Final = 256 * 1024
_MOST_NAMED: Final = 3


async def read_reports(store: Store, account: AccountId, run: RunJob) -> None:
    """Read every report that was not read yet, and tell of what failed.

    Raises:
        TuimailError: The connection ended; the reports are read with the next one.
    """
    for key in store.read.unread_reports(account):
        try:
            said = await run(
                lambda session, key=key: _read(session, store, key),  # type: ignore[misc]
                Priority.REFRESH,
                "report",
            )
        except (MessageGone, FolderGone, UidValidityChanged) as error:
            # It was moved meanwhile, or its folder was: it is read where it turns up.
            log.info("report: %s", type(error).__name__)
            continue
        except TuimailError as error:
            if error.reach not in (Reach.MESSAGE, Reach.FOLDER):
                raise
            log.info("report: %s", type(error).__name__)
            said = None, ()
        original, outcomes = said
        await _settle(store, account, key, original, outcomes)


async def _settle(
    store: Store,
    account: AccountId,
    key: MessageKey,
    original: str | None,
    outcomes: tuple[Outcome, ...],
) -> None:
    def change(tx: Writer) -> None:
        tx.settle_report(key, original, outcomes)
        message_id = original or tx.read.reported_message(key)
        is_ours = message_id is not None and tx.read.was_sent_here(account, message_id)
        failed = [outcome for outcome in outcomes if outcome.has_failed]
        if is_ours and failed:
            tx.add_notice(_notice(failed, key), account)

    await asyncio.wrap_future(store.write(change))


def _notice(failed: list[Outcome], key: MessageKey) -> Notice:
    names = ", ".join(outcome.recipient for outcome in failed[:_MOST_NAMED])
    more = f" and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
    short = f"Could not be delivered to {names}{more}: {failed[0].why}."
    return Notice(
        Severity.ERROR,
        clean(short),
        happened=clean(short),
        now="The report is in your mailbox; the sent message says it too.",
        you_can=cause_of(failed[0].status, failed[0].words).advice,
        detail=failed[0].words,
        about=key,
    )


def _read(
    session: ImapSession, store: Store, key: MessageKey
) -> Generator[Step, None, tuple[str | None, tuple[Outcome, ...]]]:
    message = store.read.message(key)
    if message is None or message.structure is None:
        return None, ()
    parts = list(leaves(message.structure))
    status = next((part for part in parts if part.content_type in _STATUS), None)
    if status is None:
        return None, ()
    body = decode_part((yield from fetch_section(session, store, key, status.section)), status)
    outcomes = tuple(
        Outcome(
            each.recipient,
            each.action,
            each.status,
            clean("" if each.action == "delivered" else cause_of(each.status, each.words).why),
            each.words,
        )
        for each in deliveries(body)
    )
    original = store.read.reported_message(key)
    if original is None:
        original = yield from _original(session, store, key, parts, body)
    return original, outcomes


def _original(
    session: ImapSession, store: Store, key: MessageKey, parts: list[BodyPart], status: bytes
) -> Generator[Step, None, str | None]:
    """Return the Message-ID in the header that came back, else the envelope id that was given."""
    returned = next((part for part in parts if part.content_type in _RETURNED), None)
    if returned is not None and returned.size <= _LONGEST_RETURNED:
        data = decode_part(
            (yield from fetch_section(session, store, key, returned.section)), returned
        )
        found = message_ids(read_headers(data)[0].get("message-id"))
        if found:
            return found[0]
    given = _ENVELOPE_ID.search(status)
    return f"<{given[1].decode('ascii', 'replace')}>" if given else None
