"""How one mailbox is doing, as the screen is told. Used on the engine's loop alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tuimail.errors import Retry, Throttled, TuimailError
from tuimail.model.account import AccountId
from tuimail.model.notice import Notice
from tuimail.model.status import (
    Connectivity,
    Download,
    EngineStatus,
    Fetching,
    Leaving,
    Progress,
)

STEADY: Final = timedelta(seconds=30)
"""A connection that lasted this long was a good one."""


class Standing:
    """Keeps the status and publishes each change.

    Args:
        publish: Called with every change of the status.
    """

    def __init__(self, account: AccountId, publish: Callable[[EngineStatus], None]) -> None:
        self.status = EngineStatus(account, Connectivity.STARTING, datetime.now(UTC))
        self._publish = publish
        self._heard: datetime | None = None

    @property
    def is_online(self) -> bool:
        """Whether the mailbox is connected, as far as is known."""
        return self.status.connectivity is Connectivity.ONLINE

    @property
    def was_steady(self) -> bool:
        """Whether the connection held long enough to forget earlier failures."""
        return self.is_online and datetime.now(UTC) - self.status.since >= STEADY

    def heard(self) -> None:
        """The server answered just now."""
        self._heard = datetime.now(UTC)

    def set(
        self,
        connectivity: Connectivity,
        *,
        next_attempt: datetime | None = None,
        problem: Notice | None = None,
        keep_problem: bool = False,
    ) -> None:
        """Say how it stands now."""
        now = datetime.now(UTC)
        if connectivity is Connectivity.ONLINE:
            self._heard = now
        old = self.status
        self._change(
            replace(
                old,
                connectivity=connectivity,
                since=old.since if old.connectivity is connectivity else now,
                # Not the moment at which the loss was noticed: that may be hours later.
                online_at=self._heard,
                next_attempt=next_attempt,
                problem=old.problem if keep_problem else problem,
            )
        )

    def set_progress(self, progress: Progress | None) -> None:
        """Say how far older mail is."""
        self._change(replace(self.status, progress=progress))

    def set_download(self, download: Download | None) -> None:
        """Say how far a folder is that is being kept."""
        self._change(replace(self.status, download=download))

    def set_leaving(self, leaving: Leaving | None) -> None:
        """Say how far a message is that is being handed over."""
        if leaving != self.status.leaving:
            self._change(replace(self.status, leaving=leaving))

    def set_fetching(self, fetching: Fetching | None) -> None:
        """Say how far a text is that somebody waits for."""
        if fetching != self.status.fetching:
            self._change(replace(self.status, fetching=fetching))

    def _change(self, status: EngineStatus) -> None:
        self.status = status
        self._publish(status)


def connectivity_after(error: TuimailError) -> Connectivity:
    """Return the one word for a mailbox that ended with this failure."""
    if isinstance(error, Throttled):
        return Connectivity.THROTTLED
    if error.retry is Retry.AFTER_SIGN_IN:
        return Connectivity.SIGN_IN_REQUIRED
    return Connectivity.OFFLINE


def reason_of(error: BaseException | None) -> TuimailError:
    """Find what can be said in words in what ended a group of tasks."""
    if isinstance(error, TuimailError):
        return error
    if isinstance(error, BaseExceptionGroup):
        reasons = [reason_of(each) for each in error.exceptions]
        return next((each for each in reasons if type(each) is not TuimailError), reasons[0])
    return TuimailError(
        "Something unforeseen happened in tuimail.", detail=type(error).__name__ if error else ""
    )
