"""What a set-up needs, from the options and the store: for the screen and for `account add`.

Imports msal, requests and aiosmtplib, so the screen asks for it after its first frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tuimail.auth.discovery import Organisation, discover
from tuimail.cli.setup import FILE, connect, stored_id
from tuimail.config.schema import TokenSettings
from tuimail.config.surroundings import surroundings
from tuimail.http import HttpClient
from tuimail.model.account import Account
from tuimail.model.setup import SetupAnswers
from tuimail.model.sign_in import SignInMethod
from tuimail.store.store import Store
from tuimail.sync.engine import Connected
from tuimail.sync.setup import SetUp
from tuimail.sync.setup_keeping import Keeping


def new_set_up(
    settings_file: Path,
    store: Store,
    adopt: Callable[[Account], None],
    tokens: TokenSettings = FILE,
    *,
    method: SignInMethod | None = None,
    given: SetupAnswers | None = None,
    asks_keys: bool = False,
) -> SetUp:
    """Make a set-up; it is not started.

    Args:
        adopt: Takes an account that was stored.
        tokens: Where tokens are kept.
        method: How to sign in first; None for what suits this place.
        given: What is known beforehand.
        asks_keys: Ask which keys the hands know; of use on the screen alone.
    """
    keeping = Keeping(settings_file, store, partial(stored_id, store=store))

    def link(account: Account) -> Connected:
        return connect({account.id: account}, store.directory, tokens)[account.id]

    return SetUp(
        keeping,
        _ask,
        link,
        adopt,
        method=method or fitting_method(),
        given=given,
        asks_keys=asks_keys,
    )


def fitting_method() -> SignInMethod:
    """A browser where one is at hand, because organisations block codes; else a code."""
    is_here = surroundings(os.environ).can_open_browser
    return SignInMethod.BROWSER if is_here else SignInMethod.DEVICE_CODE


def _ask(answers: SetupAnswers) -> Organisation:
    http = HttpClient(Path(answers.ca_file) if answers.ca_file else None)
    try:
        return discover(answers.address, http, answers.authority)
    finally:
        http.close()
