"""One attempt to sign in: what is heard meanwhile, and the way to stop it."""

from __future__ import annotations

import queue
import secrets
import threading

from tuimail.errors import SignInRequired


class SignInCancelled(SignInRequired):
    """The user stopped waiting."""

    def __init__(self) -> None:
        super().__init__("The sign-in was cancelled.", hint="Sign in again at any time.")


class Attempt:
    """Shared by the thread that waits and by those that interrupt it.

    Attributes:
        state: What tells this attempt's answer from another's (RFC 6749, 10.12).
    """

    def __init__(self) -> None:
        self.state = secrets.token_urlsafe(24)
        self._cancelled = threading.Event()
        self._heard: queue.SimpleQueue[dict[str, str] | str | None] = queue.SimpleQueue()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was stopped."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop waiting, at once."""
        self._cancelled.set()
        self._heard.put(None)

    def hear(self, answer: dict[str, str] | str) -> None:
        """Take what the browser brought, or the text that a person pasted."""
        self._heard.put(answer)

    def next_heard(self, seconds: float) -> dict[str, str] | str | None:
        """Wait for what is heard next; None when the time is over.

        Raises:
            SignInCancelled: It was stopped.
        """
        try:
            heard = self._heard.get(timeout=seconds)
        except queue.Empty:
            heard = None
        self.check()
        return heard

    def pause(self, seconds: float) -> None:
        """Wait without listening.

        Raises:
            SignInCancelled: It was stopped.
        """
        self._cancelled.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise SignInCancelled if it was stopped."""
        if self.is_cancelled:
            raise SignInCancelled
