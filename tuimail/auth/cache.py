"""The token cache: what the vault keeps, shared by every tuimail of that user.

Refresh tokens are worth as much as passwords, so they are in a file that is 0600 from its first
byte, or where the user says (`vault`). Two processes may refresh at the same time; a lock file
around read, change and write keeps one from undoing the other's work.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from tuimail.auth.vault import FileVault, Vault, unusable
from tuimail.errors import TokenUnavailable
from tuimail.model.account import Account, Token
from tuimail.model.secret import Secret

Content = dict[str, dict[str, dict[str, Any]]]
"""msal's unified schema: credential type, key, entry."""

_LOCK_SECONDS: Final = 90.0
_LOCK_PAUSE: Final = 0.05
_NO_LOCKS_HERE: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


class TokenCache:
    """What is kept, and what can be asked of it without msal and without the network.

    Args:
        path: The file; the lock lies beside it.
        vault: Where the tokens are kept; None for the file.
    """

    def __init__(self, path: Path, vault: Vault | None = None) -> None:
        self._path = path
        self._vault = vault or FileVault(path)
        self._lock_path = path.with_name(path.name + ".lock")
        self._in_process = threading.RLock()
        self._unsaved: Content | None = None
        self.left_at = (0, 0, 0)
        """The `version` that `change` left behind, the last time it was used here."""

    @classmethod
    def open(cls, path: Path, vault: Vault | None = None) -> Self:
        """Open a cache, making its directory (0700) when missing.

        Raises:
            TokenUnavailable: The place cannot be used.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists() and path.stat().st_mode & 0o077:
                path.chmod(0o600)
        except OSError as error:
            raise unusable(path, error) from error
        return cls(path, vault)

    def __repr__(self) -> str:
        return f"TokenCache({self._path.name})"

    @property
    def version(self) -> tuple[int, int, int]:
        """Changes whenever any process wrote."""
        try:
            status = self._vault.stamp.stat()
        except OSError:
            return (0, 0, 0)
        return (status.st_ino, status.st_mtime_ns, status.st_size)

    @property
    def is_kept(self) -> bool:
        """Whether the vault has what was changed last; False while only this process has it."""
        return self._unsaved is None

    def read(self) -> Content:
        """Return the content; empty when there is none. A damaged file is left for `change`.

        It takes no lock: whoever changes the content may be waiting for the network.
        """
        unsaved = self._unsaved
        return (self._parse() or {}) if unsaved is None else _copy(unsaved)

    @contextlib.contextmanager
    def change(self) -> Iterator[Content]:
        """Read, let the caller change the content in place, and write it, under the lock.

        An exception in the block leaves all as it was. When the vault refuses, the content is
        kept in memory, so that a new refresh token is not lost, and written the next time.

        Raises:
            TokenUnavailable: Another process holds the lock for too long, or the directory is
                not usable.
        """
        with self._in_process, self._locked():
            unsaved = self._unsaved
            content = self._parse_or_set_aside() if unsaved is None else _copy(unsaved)
            before = json.dumps(content, sort_keys=True)
            try:
                yield content
                after = json.dumps(content, sort_keys=True)
                if after != before or self._unsaved is not None:
                    self._write(content)
            finally:
                self.left_at = self.version

    def find_token(self, account: Account) -> Token | None:
        """Return the newest access token for an account, expired or not. No network, no msal."""
        return find_token(self.read(), account)

    def _parse(self) -> Content | None:
        """Return the content, {} when there is none, None when it is damaged."""
        text = self._vault.load()
        try:
            content = json.loads(text.strip() or "{}")
        except (ValueError, RecursionError):
            return None
        return content if _is_content(content) else None

    def _parse_or_set_aside(self) -> Content:
        content = self._parse()
        if content is not None:
            return content
        self._vault.set_aside()
        return {}

    def _write(self, content: Content) -> None:
        is_saved = self._vault.save(json.dumps(content, indent=1, sort_keys=True))
        self._unsaved = None if is_saved else content

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unusable(self._lock_path, error) from error
        try:
            self._wait_for(handle)
            yield
        finally:
            os.close(handle)  # which lets the lock go

    def _wait_for(self, handle: int) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TokenUnavailable(
                        "Another tuimail holds the token cache for too long."
                    ) from None
                time.sleep(_LOCK_PAUSE)
            except OSError as error:
                # Some network file systems have no locks; replacing whole files still holds.
                if error.errno not in _NO_LOCKS_HERE:
                    raise unusable(self._lock_path, error) from error
                return
            else:
                return


def _copy(content: Content) -> Content:
    return json.loads(json.dumps(content))  # type: ignore[no-any-return]


def find_token(
    content: Mapping[str, Mapping[str, Mapping[str, Any]]], account: Account
) -> Token | None:
    """Return the access token for an account that expires last, or None.

    The IMAP scope decides: an organisation may grant it and withhold SMTP.Send.
    """
    signed_in = home_account(content, account)
    if signed_in is None:
        return None
    wanted = account.scopes[0].lower()
    found = [
        entry
        for entry in content.get("AccessToken", {}).values()
        if entry.get("home_account_id") == signed_in["home_account_id"]
        and entry.get("client_id") == account.client_id
        and entry.get("environment") == _environment(account)
        and wanted in str(entry.get("target", "")).lower().split()
    ]
    if not found:
        return None
    newest = max(found, key=lambda entry: _number(entry.get("expires_on")))
    return Token(
        Secret(str(newest.get("secret", ""))),
        _number(newest.get("expires_on")),
        str(signed_in.get("username", "")),
    )


def home_account(
    content: Mapping[str, Mapping[str, Mapping[str, Any]]], account: Account
) -> Mapping[str, Any] | None:
    """Return msal's account entry for a tuimail account: the same user at the same authority."""
    username = account.username.casefold()
    return next(
        (
            entry
            for entry in content.get("Account", {}).values()
            if str(entry.get("username", "")).casefold() == username
            and entry.get("environment") == _environment(account)
            and entry.get("home_account_id")
        ),
        None,
    )


def _environment(account: Account) -> str:
    return (urlsplit(account.authority).hostname or "").lower()


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _is_content(content: object) -> bool:
    return isinstance(content, dict) and all(
        isinstance(entries, dict) and all(isinstance(entry, dict) for entry in entries.values())
        for entries in content.values()
    )
