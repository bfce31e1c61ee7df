"""The token cache file: private, whole, and never overwritten when damaged."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tuimail.auth import cache as cache_module
from tuimail.auth.cache import Content, TokenCache, find_token
from tuimail.errors import TokenUnavailable
from tuimail.model.account import Account, AccountId, Endpoint

ACCOUNT = Account(
    id=AccountId(1),
    name="work",
    address="anna@contoso.com",
    username="anna@contoso.com",
    client_id="11111111-2222-3333-4444-555555555555",
    authority="https://login.microsoftonline.com/organizations",
    known_authority=True,
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
    ),
    imap=Endpoint("outlook.office365.com", 993),
    smtp=Endpoint("smtp.office365.com", 587),
)


def content(secret: str = "eyJ-token", **changes: Any) -> Content:
    """What msal leaves after a sign-in, cut to what matters."""
    entry = {
        "home_account_id": "uid.utid",
        "environment": "login.microsoftonline.com",
        "client_id": ACCOUNT.client_id,
        "target": " ".join(ACCOUNT.scopes),
        "secret": secret,
        "expires_on": str(int(time.time()) + 3600),
    } | changes
    return {
        "Account": {
            "key": {
                "home_account_id": "uid.utid",
                "environment": "login.microsoftonline.com",
                "username": "Anna@Contoso.com",
            }
        },
        "AccessToken": {"key": entry},
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "tokens.json"


def fill(cache: TokenCache, new: Content) -> None:
    with cache.change() as held:
        held.update(new)


def test_reading_does_not_wait_for_a_change_that_waits_for_the_network(tmp_path: Path) -> None:
    """A refresh of one account holds the lock while it asks; another's token is here already.

    Mutation that turns it red: `with self._in_process` around what `read` does.
    """
    cache = TokenCache.open(tmp_path / "tokens.json")
    with cache.change() as fresh:
        fresh.update(content("before"))
    asking, answered = threading.Event(), threading.Event()

    def refresh() -> None:
        with cache.change() as fresh:
            fresh["AccessToken"]["key"]["secret"] = "after"
            asking.set()
            assert answered.wait(30)

    refreshing = threading.Thread(target=refresh, daemon=True)
    refreshing.start()
    assert asking.wait(30)
    found: list[str] = []

    def read() -> None:
        found.append(cache.read()["AccessToken"]["key"]["secret"])

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    reading.join(30)
    answered.set()
    refreshing.join(30)
    assert found == ["before"]
    assert cache.read()["AccessToken"]["key"]["secret"] == "after"


def test_what_was_written_is_read_by_another_process(path: Path) -> None:
    fill(TokenCache.open(path), content())
    token = TokenCache.open(path).find_token(ACCOUNT)
    assert token is not None
    assert token.secret.reveal() == "eyJ-token"
    assert token.username == "Anna@Contoso.com"


def test_file_and_directory_are_private_even_with_a_lax_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        fill(TokenCache.open(path), content())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()] == [0o600] * 2


def test_a_file_that_others_can_read_is_closed_to_them(path: Path) -> None:
    fill(TokenCache.open(path), content())
    path.chmod(0o644)
    TokenCache.open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_killed_process_had_half_written_goes_with_the_next_change(path: Path) -> None:
    """Red when a refresh token lies there after everybody signed out."""
    cache = TokenCache.open(path)
    left = path.parent / f".{path.name}.a1b2c3"
    left.write_text('{"RefreshToken": ')
    with cache.change() as content:
        content["Account"] = {}
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


def test_reading_leaves_the_file_alone_and_an_unchanged_content_too(path: Path) -> None:
    cache = TokenCache.open(path)
    assert cache.read() == {}
    assert not path.exists()
    fill(cache, content())
    version = cache.version
    with cache.change():
        pass
    assert cache.version == version


def test_an_exception_leaves_the_file_as_it_was(path: Path) -> None:
    cache = TokenCache.open(path)
    fill(cache, content())
    before = path.read_bytes()
    with pytest.raises(LookupError), cache.change() as held:
        held.clear()
        raise LookupError
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "damage", [b"{", b"\xff\xfe", b"[]", b'{"Account": 3}', b'{"Account": {"k": 3}}', b"[" * 9999]
)
def test_a_damaged_file_is_set_aside_and_not_overwritten(path: Path, damage: bytes) -> None:
    cache = TokenCache.open(path)
    path.write_bytes(damage)
    assert cache.find_token(ACCOUNT) is None
    assert path.read_bytes() == damage
    fill(cache, content())
    (aside,) = path.parent.glob("tokens.json.damaged-*")
    assert aside.read_bytes() == damage
    assert cache.find_token(ACCOUNT) is not None


def test_a_full_disk_loses_no_token_of_this_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = TokenCache.open(path)

    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("tuimail.auth.cache.os.fsync", full)
        fill(cache, content())
        assert not path.exists()
        assert cache.find_token(ACCOUNT) is not None
    with cache.change():
        pass
    assert TokenCache.open(path).find_token(ACCOUNT) is not None
    assert len(list(path.parent.iterdir())) == 2


def test_changes_of_threads_do_not_get_lost(path: Path) -> None:
    def add(name: str) -> None:
        for number in range(20):
            with TokenCache.open(path).change() as held:
                held.setdefault("Account", {})[f"{name}{number}"] = {}

    threads = [threading.Thread(target=add, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(TokenCache.open(path).read()["Account"]) == 60


def test_a_lock_that_is_never_let_go_ends_the_wait(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "_LOCK_SECONDS", 0.1)
    cache = TokenCache.open(path)
    fill(cache, content())
    with (path.parent / "tokens.json.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TokenUnavailable), cache.change():
            pass
        assert cache.find_token(ACCOUNT) is not None  # reading waits for nobody


def test_a_place_that_cannot_be_used_is_named_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TokenUnavailable) as caught:
        TokenCache.open(tmp_path / "file" / "tokens.json")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"home_account_id": "other.utid"},
        {"environment": "localhost"},
        {"client_id": "another"},
        {"target": "https://graph.microsoft.com/Mail.Send"},
    ],
)
def test_a_token_for_something_else_is_not_taken(changes: dict[str, str]) -> None:
    assert find_token(content(**changes), ACCOUNT) is None


def test_a_token_without_the_sending_scope_still_reads_mail() -> None:
    assert find_token(content(target=ACCOUNT.scopes[0].lower()), ACCOUNT) is not None


def test_nonsense_in_the_dates_counts_as_expired() -> None:
    token = find_token(content(expires_on="soon"), ACCOUNT)
    assert token is not None
    assert token.expires_on == 0


def test_a_repr_shows_no_token(path: Path) -> None:
    cache = TokenCache.open(path)
    fill(cache, content())
    assert "eyJ" not in repr(cache) + repr(cache.find_token(ACCOUNT))


def test_a_valid_token_needs_neither_msal_nor_the_network(path: Path) -> None:
    """An offline start: msal is not even imported, and no socket is opened."""
    fill(TokenCache.open(path), content())
    code = f"""
import socket, sys
from pathlib import Path
def refuse(*_args, **_options): raise AssertionError("a socket")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from tests.unit.auth.test_cache import ACCOUNT
from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.http import HttpClient
http = HttpClient()
token = TokenProvider(ACCOUNT, TokenCache.open(Path({str(path)!r})), http).get().result(30)
print(token.secret.reveal(), "msal" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.split() == ["eyJ-token", "False"]


def test_the_file_is_msals_own_format(path: Path) -> None:
    import msal

    fill(TokenCache.open(path), content())
    tokens = msal.SerializableTokenCache()
    tokens.deserialize(path.read_text("utf-8"))
    found = list(tokens.search("AccessToken", target=list(ACCOUNT.scopes)))
    assert [entry["secret"] for entry in found] == ["eyJ-token"]
    assert json.loads(tokens.serialize()) == TokenCache.open(path).read()
