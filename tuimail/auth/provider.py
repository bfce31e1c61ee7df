"""Tokens for one account: from the cache, refreshed silently, or by signing in.

Everything that may wait happens on daemon threads: `auth` refreshes; `auth-sign-in`, of
`signing_in`, waits for a person. A valid token in the cache is handed out without msal and
without the network, so that a start on a train is a start. Entra ID is asked once per question:
callers that ask at the same time share the answer, and a refusal is remembered until something
changed, because asking in a loop gets the client blocked (AADSTS50196). An answer to a question
from before a sign-in, or before the user's retry, is no answer to one from after it.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

from tuimail.auth.cache import Content, TokenCache, find_token, home_account
from tuimail.auth.entra import EntraClient, asking_entra
from tuimail.auth.outcome import error_from_answer, error_from_words
from tuimail.auth.signing_in import SignIn
from tuimail.errors import AuthError, ConsentRequired, SignInRequired, TokensUnusable
from tuimail.http import HttpClient
from tuimail.model.account import Account, Token

MIN_TTL: Final = 300.0
"""Seconds a token should still be good for; msal refreshes below that too."""

_FORCED_APART: Final = 30.0
"""Seconds within which a second forced refresh gets the result of the first."""

UNLOCK: Final = (
    "Free some space, or unlock what keeps the tokens, as [tokens] in the settings says."
)
"""What can be done where tokens could not be stored."""


@dataclass(slots=True)
class _Question:
    min_ttl: float
    force: bool
    era: int
    callers: list[Future[Token]] = field(default_factory=list)


class TokenProvider:
    """The tokens of one account.

    Args:
        account: Who signs in, and where.
        cache: Shared by all accounts and processes.
        http: Closed by its owner.
    """

    def __init__(self, account: Account, cache: TokenCache, http: HttpClient) -> None:
        self._account = account
        self._cache = cache
        self._entra = EntraClient(account, http)
        self._guard = threading.Lock()
        self._waiting: list[_Question] = []
        self._era = 0  # counts the retries
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._refusal: tuple[AuthError, tuple[int, int, int]] | None = None
        self._handed_out: Token | None = None
        self._refreshed_at = float("-inf")
        self.sign_in = SignIn(account, self._entra, self._keep)
        """Signing in, when only a person can help."""

    def get(self, *, min_ttl: float = MIN_TTL, force_refresh: bool = False) -> Future[Token]:
        """Get a token without asking anybody.

        Args:
            min_ttl: Seconds it should still be good for. A token that Entra ID makes for less is
                returned as it is.
            force_refresh: A server refused the present one.

        Returns:
            Raises `SignInRequired`, `ConsentRequired` or `TokenUnavailable`.
        """
        future: Future[Token] = Future()
        with self._guard:
            for question in self._waiting:
                is_alike = (question.force, question.era) == (force_refresh, self._era)
                if is_alike and question.min_ttl >= min_ttl:
                    question.callers.append(future)
                    return future
            question = _Question(min_ttl, force_refresh, self._era, [future])
            self._waiting.append(question)
        self._run(lambda: self._answer(question))
        return future

    def retry(self) -> None:
        """Forget refusals: the user asks for another try. The next `get` asks Entra ID."""
        with self._guard:
            self._era += 1
            self._refusal = None
            self._entra.forget_answers()

    @property
    def is_kept(self) -> bool:
        """Whether the tokens outlive this process: False where they could not be stored."""
        return self._cache.is_kept

    def sign_out(self) -> Future[None]:
        """Forget this account's tokens. The sign-in in other programs is not touched.

        Returns:
            Raises `TokensUnusable` when they are still stored.
        """
        future: Future[None] = Future()
        self.sign_in.cancel()

        def forget() -> None:
            if future.set_running_or_notify_cancel():
                _settle(future, self._forget)

        self._run(forget)
        return future

    # ------------------------------------------------------------------ on the thread "auth"

    def _run(self, job: Callable[[], None]) -> None:
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="auth", daemon=True)
                self._thread.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            self._jobs.get()()

    def _answer(self, question: _Question) -> None:
        outcome: Token | BaseException
        try:
            outcome = self._token(question)
        except Exception as error:  # noqa: BLE001 - the thread's root: every caller gets an answer
            outcome = error
        with self._guard:
            self._waiting.remove(question)
        for future in question.callers:
            if not future.set_running_or_notify_cancel():
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _token(self, question: _Question) -> Token:
        min_ttl, force = question.min_ttl, question.force
        ready = self._ready(self._cache.read(), min_ttl, force=force)
        if ready is None:
            self._raise_remembered()
            try:
                ready = self._refresh(min_ttl, force=force)
            except (SignInRequired, ConsentRequired) as error:
                with self._guard:
                    if question.era == self._era:
                        self._refusal = (error, self._cache.left_at)
                raise
        self._handed_out = ready
        return ready

    def _ready(self, content: Content, min_ttl: float, *, force: bool) -> Token | None:
        """Return the cached token if it will do."""
        token = find_token(content, self._account)
        if token is None or token.expires_on - time.time() < min_ttl:
            return None
        if not force:
            return token
        # Forced, and it is not the one that was refused: another process, or the question
        # before this one, has refreshed it already.
        is_new = self._handed_out is not None and token.secret != self._handed_out.secret
        is_fresh = time.monotonic() - self._refreshed_at < _FORCED_APART
        return token if is_new or is_fresh else None

    def _raise_remembered(self) -> None:
        with self._guard:
            remembered = self._refusal
            if remembered is None:
                return
            error, version = remembered
            if version != self._cache.version:
                self._refusal = None
                return
        raise type(error)(error.message, hint=error.hint, detail=error.detail, url=error.url)

    def _refresh(self, min_ttl: float, *, force: bool) -> Token:
        with self._cache.change() as content:
            ready = self._ready(content, min_ttl, force=force)
            if ready is not None:
                return ready
            signed_in = home_account(content, self._account)
            if signed_in is None:
                raise SignInRequired(
                    f"Nobody is signed in to {self._account.name}.", hint="Sign in."
                )
            who = dict(signed_in)
            answer = asking_entra(self._account, lambda: self._ask(content, who))
        if not answer or "access_token" not in answer:
            if not answer:
                raise SignInRequired("Your sign-in ended.", hint="Sign in.")
            raise error_from_answer(answer, self._account)
        self._refreshed_at = time.monotonic()
        token = find_token(self._cache.read(), self._account)
        if token is None:
            raise error_from_words("AADSTS65001", self._account)
        return token

    def _ask(self, content: Content, signed_in: dict[str, Any]) -> dict[str, Any] | None:
        app, tokens = self._entra.application(content)
        answer: dict[str, Any] | None = app.acquire_token_silent_with_error(
            list(self._account.scopes), account=signed_in, force_refresh=True
        )
        content.clear()
        content.update(json.loads(tokens.serialize()))
        return answer

    def _keep(self, fresh: Content, check: Callable[[], None]) -> None:
        """Take the tokens of a sign-in into the cache, unless `check` raises: it was given up."""
        with self._cache.change() as content:
            check()  # here, where signing out waits: what is given up comes back by no means
            for kind, entries in fresh.items():
                content.setdefault(kind, {}).update(entries)
        self.retry()

    def _forget(self) -> None:
        with self._cache.change() as content:
            signed_in = home_account(content, self._account)
            if signed_in is None:
                return
            owner = (signed_in["home_account_id"], signed_in["environment"])
            for kind, entries in content.items():
                if kind == "AppMetadata":
                    continue
                gone = [
                    key
                    for key, entry in entries.items()
                    if (entry.get("home_account_id"), entry.get("environment")) == owner
                ]
                for key in gone:
                    del entries[key]
        self._handed_out = None
        if not self._cache.is_kept:
            raise TokensUnusable(
                "The sign-in is not forgotten: its tokens are still stored.",
                hint=f"{UNLOCK} Then sign out again.",
            )


def _settle(future: Future[None], work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the thread's root: the caller gets an answer
        future.set_exception(error)
    else:
        future.set_result(None)
