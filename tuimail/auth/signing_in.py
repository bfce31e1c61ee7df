"""Signing in by a person, on the daemon thread "auth-sign-in": one attempt at a time.

However it ends, the prompt is told once, and nothing is stored but the tokens of a sign-in that
fits the account.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from tuimail.auth.attempt import Attempt, SignInCancelled
from tuimail.auth.browser import sign_in_by_browser
from tuimail.auth.cache import Content
from tuimail.auth.device_code import sign_in_by_device_code
from tuimail.auth.entra import EntraClient, asking_entra
from tuimail.auth.outcome import notice_from, objection, signed_in_name
from tuimail.errors import TuimailError
from tuimail.model.account import Account
from tuimail.model.notice import Notice, Severity
from tuimail.model.sign_in import SignInMethod, SignInPurpose
from tuimail.model.status import SignInOutcome, SignInPrompt


class SignIn:
    """Signs one account in.

    Args:
        keep: Takes the tokens of a sign-in that succeeded, and what raises when it was given up.
    """

    def __init__(
        self,
        account: Account,
        entra: EntraClient,
        keep: Callable[[Content, Callable[[], None]], None],
    ) -> None:
        self._account = account
        self._entra = entra
        self._keep = keep
        self._guard = threading.Lock()
        self._attempt: Attempt | None = None

    def begin(
        self,
        prompt: SignInPrompt,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        purpose: SignInPurpose = SignInPurpose.MAIL,
    ) -> Future[None]:
        """Begin an attempt. One that still waits is cancelled.

        Args:
            purpose: For what; the permission is asked for when it was not given yet.

        Returns:
            Done when signed in; raises what went wrong. `prompt.finished` is called once, before.
        """
        future: Future[None] = Future()
        attempt = Attempt()
        with self._guard:
            before, self._attempt = self._attempt, attempt
        if before is not None:
            before.cancel()
        threading.Thread(
            target=self._run,
            args=(prompt, method, self._account_for(purpose), attempt, future),
            name="auth-sign-in",
            daemon=True,
        ).start()
        return future

    def paste(self, text: str) -> None:
        """Bring the address of the sign-in's last page to the attempt that waits, if one does.

        If it will not do, `prompt.answer_refused` says why.
        """
        with self._guard:
            if self._attempt is not None:
                self._attempt.hear(text)

    def cancel(self) -> None:
        """End a waiting attempt, if there is one."""
        with self._guard:
            if self._attempt is not None:
                self._attempt.cancel()

    def _account_for(self, purpose: SignInPurpose) -> Account:
        scope = self._account.graph_scope
        match purpose:
            case SignInPurpose.GRAPH:
                return self._account.asking(scope)
            case SignInPurpose.GRAPH_SHARED:
                return self._account.asking(scope, f"{scope}.Shared")
            case _:
                return self._account

    def _run(
        self,
        prompt: SignInPrompt,
        method: SignInMethod,
        account: Account,
        attempt: Attempt,
        future: Future[None],
    ) -> None:
        future.set_running_or_notify_cancel()
        failure: Exception | None = None
        outcome: SignInOutcome
        try:
            outcome = SignInOutcome(self._sign_in(prompt, method, account, attempt), None)
        except SignInCancelled as error:
            failure = error
            outcome = SignInOutcome("", Notice(Severity.INFO, error.message, you_can=error.hint))
        except TuimailError as error:
            failure = error
            outcome = SignInOutcome("", notice_from(error, account))
        except Exception as error:  # noqa: BLE001 - the thread's root: the prompt must end
            failure = error
            words = f"The sign-in stopped: {type(error).__name__}."
            outcome = SignInOutcome("", Notice(Severity.ERROR, words))
        with self._guard:
            if self._attempt is attempt:
                self._attempt = None
        try:
            prompt.finished(outcome)
        finally:
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)

    def _sign_in(
        self, prompt: SignInPrompt, method: SignInMethod, account: Account, attempt: Attempt
    ) -> str:
        self._entra.forget_answers()

        def wait_for_the_user() -> tuple[Mapping[str, Any], str]:
            app, tokens = self._entra.application({})
            if method is SignInMethod.DEVICE_CODE:
                answer = sign_in_by_device_code(app, account, prompt, attempt)
            else:
                can_paste = method is SignInMethod.PASTE
                answer = sign_in_by_browser(app, account, prompt, attempt, can_paste=can_paste)
            return answer, tokens.serialize()

        answer, serialized = asking_entra(account, wait_for_the_user)
        wrong = objection(answer, account)
        if wrong is not None:
            raise wrong
        fresh: Content = json.loads(serialized)
        self._keep(fresh, attempt.check)
        return signed_in_name(answer) or account.username
