"""What becomes of a change that ends by a defect: an exception that nobody foresaw.

It concerns this change and no other. It is tried once more, by itself, because a defect may come
from the moment; then it is stopped, in sight, until the user runs it again or gives it up. The
connection ends with it: nobody knows how much of an answer was read.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from tuimail.errors import TuimailError, defect_at
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.model.intent import UNTIL_ASKED
from tuimail.model.notice import Notice
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.backoff import delay

T = TypeVar("T")

log = logging.getLogger(__name__)

TRIES: Final = 2


class DefectError(Exception):
    """What was attempted ended by an exception that nobody foresaw, which is the cause."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(defect_at(cause))
        self.cause = cause


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
        raise DefectError(error) from error


def put_aside(
    session: ImapSession,
    store: Store,
    account: AccountId,
    ids: Sequence[int],
    attempts: int,
    defect: DefectError,
    notice: Notice,
) -> None:
    """Try the intents of one change again later, or stop them and say so; end the connection.

    Args:
        attempts: How often it was tried before.
        notice: What is said when it is stopped.
    """
    session.close()
    log.error("a change was put aside: %s", defect)
    words = f"Something unforeseen happened in tuimail ({defect})."
    again = UNTIL_ASKED
    if attempts + 1 < TRIES:
        seconds = delay(attempts + 1, jitter=random.random())  # noqa: S311 - spreads clients
        again = datetime.now(UTC) + timedelta(seconds=seconds)

    def change(tx: Writer) -> None:
        tx.requeue_intents(ids, not_before=again, error=words)
        if again == UNTIL_ASKED:
            tx.add_notice(notice, account)

    store.write(change).result()
