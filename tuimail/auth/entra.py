"""msal's client, built when it is needed, and what it raises in tuimail's own errors."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable
from typing import Any, Final, TypeVar

from tuimail.auth.cache import Content
from tuimail.auth.outcome import error_from_words
from tuimail.errors import AuthError, NetworkError, TokenUnavailable
from tuimail.http import HttpClient
from tuimail.model.account import Account

T = TypeVar("T")

# What msal lets through when an answer is not what it expects.
_MSAL_SURPRISES: Final = (ValueError, KeyError, TypeError, AttributeError, RuntimeError)


class EntraClient:
    """Makes msal's client for one account.

    Args:
        http: Closed by its owner.
    """

    def __init__(self, account: Account, http: HttpClient) -> None:
        self._account = account
        self._http = http
        self._memory: dict[str, Any] = {}

    def forget_answers(self) -> None:
        """Ask again what was answered before: msal remembers refusals for a while.

        What is being asked meanwhile goes on with the memory it has, so its answer comes into none
        that counts.
        """
        self._memory = {}

    def application(self, content: Content) -> tuple[Any, Any]:
        """Build msal's client. Its constructor asks for the authority's configuration once a day.

        Instance discovery is asked only about authorities that Microsoft knows; about any other
        it would tell Microsoft of it, and fail.

        Returns:
            `msal.PublicClientApplication` and its `SerializableTokenCache`.
        """
        import msal  # noqa: PLC0415 - 110 ms that a valid cached token does without

        _silence_msal()
        tokens = msal.SerializableTokenCache()
        tokens.deserialize(json.dumps(content))
        app = msal.PublicClientApplication(
            self._account.client_id,
            authority=self._account.authority,
            instance_discovery=None if self._account.known_authority else False,
            token_cache=tokens,
            http_client=self._http,
            http_cache=self._memory,
        )
        return app, tokens


def asking_entra(account: Account, question: Callable[[], T]) -> T:
    """Translate what msal and the line raise.

    Raised outside of the handlers, so that nothing is chained: frames in there hold refresh
    tokens, and some traceback printers show locals.
    """
    from msal.exceptions import MsalError  # noqa: PLC0415 - see `EntraClient.application`

    failure: AuthError
    try:
        return question()
    except AuthError:
        raise
    except NetworkError as error:
        failure = TokenUnavailable(error.message, hint=error.hint, detail=error.detail)
        failure.from_server = False
    except MsalError as error:
        failure = TokenUnavailable("Microsoft's sign-in service is busy.", detail=str(error)[:200])
    except _MSAL_SURPRISES as error:
        failure = _surprise(error, account)
    raise failure


def _surprise(error: Exception, account: Account) -> AuthError:
    # A refused discovery is a ValueError caused by another with Entra ID's words, and no tokens.
    for cause in (error, error.__context__):
        if cause is not None and "AADSTS" in str(cause):
            return error_from_words(str(cause), account)
    failure = TokenUnavailable(
        "Microsoft's sign-in service gave an answer that makes no sense.",
        detail=type(error).__name__,
    )
    failure.from_server = False
    return failure


def _silence_msal() -> None:
    """Keep msal's log to itself: it logs whole answers, tokens included, when JSON is broken.

    It also warns of answers in an address, which a browser on another computer leaves no choice
    about (see `browser`).
    """
    warnings.filterwarnings("ignore", message="response_mode='form_post'")
    logger = logging.getLogger("msal")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
