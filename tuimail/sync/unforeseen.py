"""What becomes of a change that ends by a defect: an exception that nobody foresaw.

It concerns this change and no other. It is tried once more, by itself, because a defect may come
from the moment; then it is stopped, in sight, until the user runs it again or gives it up. The
connection ends with it: nobody knows how much of an answer was read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from tuimail.errors import TuimailError, defect_at
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.model.intent import UNTIL_ASKED
from tuimail.model.notice import Notice
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.batch import put_off

T = TypeVar("T")

log = logging.getLogger(__name__)

TRIES: Final = 2


class DefectError(Exception):
    """What was attempted ended by an exception that nobody foresaw; it says its kind and place."""


def attempt(step: Callable[[], T]) -> T:
    """Do something that must not take along what is beside it.

    Raises:
        DefectError: It ended by an exception that nobody foresaw.
        TuimailError: Whatever it raises of these.
    """
    try:
        return step()
    except TuimailError:
        raise
    except Exception as error:
        raise DefectError(defect_at(error)) from error


def put_aside(
    session: ImapSession,
    store: Store,
    account: AccountId,
    ids: Sequence[int],
    attempts: int,
    notice: Notice,
) -> None:
    """Try the intents of one change again later, or stop them and say so; end the connection.

    Args:
        attempts: How often it was tried before.
        notice: What is said when it is stopped; why it waits stands in it.
    """
    session.close()
    log.error("a change was put aside: %s", notice.detail)

    def change(tx: Writer) -> None:
        if attempts + 1 < TRIES:
            put_off(tx, ids, attempts, notice.happened)
        else:
            tx.requeue_intents(ids, not_before=UNTIL_ASKED, error=notice.happened)
            tx.add_notice(notice, account)

    store.write(change).result()
