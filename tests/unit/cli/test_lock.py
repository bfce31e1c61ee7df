"""The engine lock: one holder, told by name; a name that stays is not a holder."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_until
from tuimail.cli import lock
from tuimail.cli.lock import (
    FILE_NAME,
    SCREEN,
    VERB,
    EngineElsewhere,
    EngineLock,
    EngineRunning,
    Turn,
    is_engine_running,
)
from tuimail.errors import StoreError

HOST = socket.gethostname()


def test_the_second_is_told_who_has_it(tmp_path: Path) -> None:
    with EngineLock.take(tmp_path, SCREEN):
        assert is_engine_running(tmp_path)
        with pytest.raises(EngineRunning, match="Another tuimail is running") as caught:
            EngineLock.take(tmp_path, VERB)
    assert f"screen process {os.getpid()} on {HOST}" in caught.value.hint
    assert caught.value.has_screen
    assert not is_engine_running(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == b""


def test_a_folder_that_is_not_there_has_no_engine(tmp_path: Path) -> None:
    assert not is_engine_running(tmp_path / "nowhere")


def test_a_window_gets_its_turn_when_the_holder_is_killed(tmp_path: Path) -> None:
    """The kernel gives the lock back; the name that stays in the file is nobody's."""
    program = (
        "import sys, time; from pathlib import Path; from tuimail.cli.lock import EngineLock\n"
        "held = EngineLock.take(Path(sys.argv[1]), 'screen'); print('held', flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    turn = Turn(tmp_path)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert not turn.take()
        assert turn.refusal is not None
        holder.send_signal(signal.SIGKILL)
    wait_until(turn.take, 30.0, "the lock")
    assert turn.is_ours
    turn.release()
    assert not turn.is_ours


@pytest.mark.parametrize("is_remote", [True, False])
def test_a_name_of_another_computer_counts_where_the_folder_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_remote: bool
) -> None:
    """Red when `_refuse_elsewhere` is not called."""
    monkeypatch.setattr(lock, "is_on_network", lambda _: is_remote)
    path = tmp_path / FILE_NAME
    path.write_text("screen process 4711 on desk-2\n")
    if not is_remote:  # the computer was renamed, or the disk came from another
        EngineLock.take(tmp_path, VERB).release()
        return
    with pytest.raises(EngineElsewhere, match="desk-2") as caught:
        EngineLock.take(tmp_path, VERB)
    assert str(path) in caught.value.hint
    assert path.read_text() == "screen process 4711 on desk-2\n"
    path.unlink()
    EngineLock.take(tmp_path, VERB).release()


@pytest.mark.parametrize("is_alive", [True, False])
def test_where_there_are_no_locks_the_name_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_alive: bool
) -> None:
    """Red when the file is not read after ENOLCK."""

    def refuse(_handle: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    process = os.getppid() if is_alive else 2**22 + 1
    (tmp_path / FILE_NAME).write_text(f"screen process {process} on {HOST}\n")
    assert is_engine_running(tmp_path) is is_alive
    if is_alive:
        with pytest.raises(EngineRunning):
            EngineLock.take(tmp_path, VERB)
    else:
        EngineLock.take(tmp_path, VERB).release()


def test_a_lock_file_that_was_replaced_meanwhile_is_not_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when the inode is not compared: two would have a lock, on different files."""
    take = fcntl.flock

    def take_too_late(handle: int, operation: int) -> None:
        (tmp_path / FILE_NAME).unlink()
        (tmp_path / FILE_NAME).touch()
        take(handle, operation)

    monkeypatch.setattr(fcntl, "flock", take_too_late)
    with pytest.raises(EngineRunning):
        EngineLock.take(tmp_path, VERB)


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("A file where a folder should be.")
    with pytest.raises(StoreError, match="data directory cannot be used"):
        Turn(tmp_path / "data").take()
