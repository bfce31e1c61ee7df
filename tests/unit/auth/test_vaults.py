"""Tokens kept elsewhere than in the file: by commands, and in a keyring."""

from __future__ import annotations

import shlex
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, fail, null

from tuimail.auth import vault_keyring
from tuimail.auth.cache import TokenCache
from tuimail.auth.vault_command import CommandVault
from tuimail.auth.vault_keyring import KeyringVault, find_backend, in_time, is_allowed
from tuimail.errors import ConfigError, TokenUnavailable

KEPT = {"Account": {"key": {"username": "anna@contoso.com"}}}


def python(code: str) -> str:
    """A command that runs a line of Python."""
    return shlex.join([sys.executable, "-c", code])


class Commands:
    """Two real commands: they keep what they are given in a file, and count how often they ran."""

    def __init__(self, folder: Path) -> None:
        self.kept = folder / "kept"
        self.runs = folder / "runs"
        note = f"open({str(self.runs)!r}, 'a').write('r')"
        self.read = python(f"{note}; print(open({str(self.kept)!r}).read())")
        self.write = python(f"import sys; open({str(self.kept)!r}, 'w').write(sys.stdin.read())")
        self.stamp = folder / "tokens.stamp"

    def cache(self, folder: Path, **changes: str) -> TokenCache:
        commands = {"read": self.read, "write": self.write, **changes}
        return TokenCache.open(folder / "tokens.json", CommandVault(**commands, stamp=self.stamp))


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    return Commands(tmp_path)


def test_commands_keep_what_another_process_reads(commands: Commands, tmp_path: Path) -> None:
    cache = commands.cache(tmp_path)
    assert cache.read() == {}
    with cache.change() as content:
        content.update(KEPT)
    assert commands.cache(tmp_path).read() == KEPT
    assert not (tmp_path / "tokens.json").exists()
    assert stat.S_IMODE(commands.stamp.stat().st_mode) == 0o600
    assert commands.stamp.read_text() == ""


def test_the_reading_command_runs_once_until_somebody_writes(
    commands: Commands, tmp_path: Path
) -> None:
    first, second = commands.cache(tmp_path), commands.cache(tmp_path)
    with first.change() as content:
        content.update(KEPT)
    for _ in range(3):
        assert second.read() == KEPT
    assert commands.runs.read_text() == "rr"  # one of them before the first writing
    before = second.version
    with first.change() as content:
        content["Account"]["other"] = {}
    assert second.version != before
    assert "other" in second.read()["Account"]


def test_what_the_command_refuses_to_keep_stays_in_memory(
    commands: Commands, tmp_path: Path
) -> None:
    cache = commands.cache(tmp_path, write=python("raise SystemExit(3)"))
    assert cache.is_kept
    with cache.change() as content:
        content.update(KEPT)
    assert cache.read() == KEPT
    assert not cache.is_kept


def test_a_command_has_no_terminal_to_ask_in(commands: Commands, tmp_path: Path) -> None:
    """Red when a command is of tuimail's session: it can open /dev/tty, and ^C ends it."""
    alone = python("import json, os; print(json.dumps({str(os.getsid(0) == os.getpid()): {}}))")
    assert commands.cache(tmp_path, read=alone).read() == {"True": {}}


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (python("raise SystemExit(2)"), "ended with 2"),
        ("/does/not/exist", "could not be run"),
        (
            shlex.join([sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'\\xff')"]),
            "could",
        ),
    ],
)
def test_a_command_that_fails_later_is_no_empty_store(
    commands: Commands, tmp_path: Path, read: str, words: str
) -> None:
    """Guards against signing in anew, and overwriting, because an agent was locked."""
    with commands.cache(tmp_path).change() as content:
        content.update(KEPT)
    with pytest.raises(TokenUnavailable, match=words):
        commands.cache(tmp_path, read=read).read()
    assert "anna@contoso.com" in commands.kept.read_text()


def test_what_is_not_tokens_is_not_overwritten(commands: Commands, tmp_path: Path) -> None:
    commands.kept.write_text("the user's own notes")
    with (
        pytest.raises(TokenUnavailable, match="printed something else"),
        commands.cache(tmp_path).change(),
    ):
        pass
    assert commands.kept.read_text() == "the user's own notes"


def test_a_slow_command_ends(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with commands.cache(tmp_path).change() as content:
        content.update(KEPT)
    monkeypatch.setattr("tuimail.auth.vault_command.SECONDS", 0.3)
    slow = python("import time; time.sleep(60)")
    with pytest.raises(TokenUnavailable, match="took more than"):
        commands.cache(tmp_path, read=slow).read()


@pytest.mark.parametrize(("read", "key"), [("", "tokens.read"), ('pass "show', "tokens.read")])
def test_commands_that_make_no_sense_name_the_setting(read: str, key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        CommandVault(read, "cat", tmp_path / "stamp")
    assert raised.value.key == key


class MemoryKeyring(KeyringBackend):
    """A keyring that works; as a class of its own it is not allowed by name."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.stuck: threading.Event | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.stuck is not None:
            self.stuck.wait(30)
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a keyring that works as long as a busy machine takes."""
    monkeypatch.setattr(vault_keyring, "SECONDS", 30.0)


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    ring = MemoryKeyring()
    yield ring
    if ring.stuck is not None:
        ring.stuck.set()


def test_a_keyring_keeps_the_tokens_and_the_file_does_not(
    ring: MemoryKeyring, tmp_path: Path
) -> None:
    cache = TokenCache.open(tmp_path / "tokens.json", KeyringVault(ring, tmp_path / "stamp"))
    assert cache.read() == {}
    with cache.change() as content:
        content.update(KEPT)
    assert cache.read() == KEPT
    assert not (tmp_path / "tokens.json").exists()
    ring.entries["tuimail", "tokens"] = "damaged"
    with cache.change() as content:
        assert content == {}
        content.update(KEPT)
    assert ring.entries["tuimail", "tokens-damaged"] == "damaged"


def test_a_keyring_that_does_not_answer_keeps_nobody_waiting(
    ring: MemoryKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_keyring, "SECONDS", 0.2)
    ring.stuck = threading.Event()
    cache = TokenCache.open(tmp_path / "tokens.json", KeyringVault(ring, tmp_path / "stamp"))
    with pytest.raises(TokenUnavailable, match="does not answer"):
        cache.read()


def test_a_keyring_that_fails_says_so_without_its_words() -> None:
    def refuse() -> None:
        raise RuntimeError("secret words")

    with pytest.raises(TokenUnavailable) as raised:
        in_time(refuse)
    assert "secret" not in f"{raised.value.message} {raised.value.detail}"
    assert raised.value.__cause__ is None


def test_only_keyrings_that_encrypt_are_allowed() -> None:
    assert is_allowed(SecretService.Keyring.__new__(SecretService.Keyring))
    for kind in (fail.Keyring, null.Keyring, MemoryKeyring):
        assert not is_allowed(kind())


def test_where_no_keyring_runs_the_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_keyring", fail.Keyring)
    with pytest.raises(ConfigError, match="no keyring that encrypts"):
        find_backend()
