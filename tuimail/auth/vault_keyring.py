"""Tokens kept in the desktop's keyring (package `keyring`, an optional dependency).

Only keyrings that encrypt and are unlocked with the session are used; one that stores plain text,
or none, is refused. A locked keyring may ask in a window that nobody sees, so every call has a
thread of its own and a time limit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any, Final, TypeVar

from tuimail.auth.vault import replace_privately
from tuimail.errors import ConfigError, TokensUnusable

T = TypeVar("T")

SECONDS: Final = 3.0
SERVICE: Final = "tuimail"
_ENTRY: Final = "tokens"
ALLOWED: Final = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
    }
)
"""Full class names of keyrings that encrypt."""


class KeyringVault:
    """One entry of the keyring.

    Args:
        backend: See `find_backend`.
        stamp: See `Vault.stamp`; it holds nothing.
    """

    def __init__(self, backend: Any, stamp: Path) -> None:
        self._backend = backend
        self.stamp = stamp

    def load(self) -> str:
        """Ask the keyring."""
        found: str | None = in_time(lambda: self._backend.get_password(SERVICE, _ENTRY))
        return found or ""

    def save(self, text: str) -> bool:
        """Give it to the keyring."""
        try:
            in_time(lambda: self._backend.set_password(SERVICE, _ENTRY, text))
        except TokensUnusable:
            return False
        replace_privately(self.stamp, "")
        return True

    def set_aside(self) -> None:
        """Keep the odd text under another name."""
        text = self.load()
        in_time(lambda: self._backend.set_password(SERVICE, f"{_ENTRY}-damaged", text))
        in_time(lambda: self._backend.delete_password(SERVICE, _ENTRY))


def find_backend() -> Any:
    """Return the first allowed keyring of this desktop.

    Raises:
        ConfigError: The package is not installed, or no allowed keyring runs here.
    """
    try:
        import keyring  # noqa: PLC0415 - optional
        from keyring.backends import chainer  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            'tokens.store is "keyring", and the package keyring is not installed.',
            key="tokens.store",
        ) from error
    backend = in_time(keyring.get_keyring)
    candidates = backend.backends if isinstance(backend, chainer.ChainerBackend) else [backend]
    for candidate in candidates:
        if is_allowed(candidate):
            return candidate
    raise ConfigError(
        'tokens.store is "keyring", and no keyring that encrypts is unlocked here.',
        key="tokens.store",
    )


def is_allowed(backend: object) -> bool:
    """Tell whether a keyring is one that encrypts."""
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}" in ALLOWED


def in_time(call: Callable[[], T]) -> T:
    """Call on a thread of its own and wait `SECONDS`.

    Raises:
        TokensUnusable: It failed or did not come back.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001 - a backend raises what it likes
            future.set_exception(error)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    failure: TokensUnusable
    try:
        return future.result(SECONDS)
    except FutureTimeout:
        failure = TokensUnusable(
            "The keyring does not answer.",
            hint='Unlock it, or set store = "file" in [tokens].',
        )
    except Exception as error:  # noqa: BLE001 - see above
        failure = TokensUnusable(
            "The keyring refuses.",
            hint='Unlock it, or set store = "file" in [tokens].',
            detail=type(error).__name__,
        )
    raise failure  # not chained: a backend's exception may hold the text
