"""The render process: warm, apart from the terminal, killed when slow, always answered for."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.mime.test_html import HOSTILE
from tuimail.errors import MimeError
from tuimail.mime import render
from tuimail.mime.render import Renderer

SLOW = "<ul><li>x" * 100_000
"""Takes the child far longer than the limits below, in any case longer than nothing."""


@pytest.fixture
def fresh() -> Iterator[Renderer]:
    with Renderer(limit=30) as found:
        yield found


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_child_is_started_by_the_first_mail_and_kept(fresh: Renderer) -> None:
    assert fresh.pid is None
    assert fresh.html_blocking("<p>one").lines[0].text == "one"
    first = fresh.pid
    assert fresh.html_blocking("<p>two").lines[0].text == "two"
    assert fresh.pid == first
    assert fresh.starts == 1


def test_starting_early_is_possible_and_stopping_leaves_nothing(fresh: Renderer) -> None:
    fresh.start()
    pid = fresh.pid
    assert pid is not None
    fresh.stop()
    assert fresh.pid is None
    assert not _exists(pid)
    assert fresh.html_blocking("x").lines[0].text == "x"


def test_a_mail_that_takes_too_long_is_shown_without_its_layout() -> None:
    with Renderer(limit=0.001) as renderer:
        renderer.start()
        pid = renderer.pid
        rendered = renderer.html_blocking(SLOW)
        assert "too long" in rendered.notices[0]
        assert "x" in rendered.lines[0].text
        assert pid is not None
        assert not _exists(pid)
        assert renderer.starts == 2  # the next mail does not wait for its start


def test_a_new_child_serves_the_mail_after_a_slow_one() -> None:
    renderer = Renderer(limit=0.001)
    with renderer:
        renderer.html_blocking(SLOW)
        renderer._limit = 30.0
        rendered = renderer.html_blocking("<p>next")
        assert [line.text for line in rendered.lines] == ["next"]
        assert rendered.notices == ()
        assert renderer.starts == 2


def test_a_killed_child_is_replaced(fresh: Renderer) -> None:
    fresh.html_blocking("a")
    first = fresh.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    rendered = fresh.html_blocking("<i>b</i>")
    assert [line.text for line in rendered.lines] == ["b"]
    assert fresh.pid != first


def test_the_child_has_no_terminal_and_ignores_interrupts(fresh: Renderer) -> None:
    fresh.html_blocking("a")
    pid = fresh.pid
    assert pid is not None
    assert os.getsid(pid) == pid != os.getsid(0)
    assert Path(f"/proc/{pid}/fd/2").readlink() == Path("/dev/null")
    os.kill(pid, signal.SIGINT)
    fresh.html_blocking("b")
    assert fresh.pid == pid


def test_the_child_has_a_memory_limit(fresh: Renderer) -> None:
    fresh.html_blocking("a")
    limits = Path(f"/proc/{fresh.pid}/limits").read_text()
    (line,) = [line for line in limits.split("\n") if line.startswith("Max address space")]
    assert "unlimited" not in line


def test_the_child_can_fetch_nothing(fresh: Renderer) -> None:
    """No socket is open and none can be: with no file to open, an image stays where it is.

    Red without the limit of open files in `render_child.main`.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a"
        rendered = fresh.html_blocking(
            f"<link rel=stylesheet href={url}><img src={url} alt=x><iframe src={url}></iframe>"
            f"<style>@import url({url})</style><a href='https://b\u00fccher.example/'>b</a>"
        )
        assert [line.text for line in rendered.lines] == ["[image: x]b [1]"]
        assert rendered.links[0].host == "xn--bcher-kva.example"
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    opened = [str(link.readlink()) for link in Path(f"/proc/{fresh.pid}/fd").iterdir()]
    assert not any(name.startswith("socket:") for name in opened)
    limits = Path(f"/proc/{fresh.pid}/limits").read_text()
    assert re.search(r"Max open files +3 +3 ", limits)


def test_the_child_ends_with_its_parent() -> None:
    """The parent is killed hard: only the closed pipe tells the child."""
    script = (
        "import sys\nfrom tuimail.mime.render import Renderer\n"
        "renderer = Renderer()\nrenderer.html_blocking('x')\n"
        "print(renderer.pid, flush=True)\nsys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    pid = int(parent.stdout.readline())
    ended = os.pidfd_open(pid)
    try:
        parent.kill()
        parent.wait()
        poll = select.poll()
        poll.register(ended, select.POLLIN)
        assert poll.poll(20_000), "the child outlived its parent"
    finally:
        os.close(ended)
        parent.stdin.close()
        parent.stdout.close()


async def test_the_loop_goes_on_while_html_is_converted(fresh: Renderer) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    rendered = await fresh.html("<p>x</p>" * 20_000)
    ticking.cancel()
    assert rendered.notices == ()
    assert ticks > 10


def test_one_renderer_serves_several_loops_and_threads(fresh: Renderer) -> None:
    found: list[str] = []

    def use(word: str) -> None:
        found.append(asyncio.run(fresh.html(f"<p>{word}")).lines[0].text)

    threads = [threading.Thread(target=use, args=(word,)) for word in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["a", "b", "c", "d"]
    assert fresh.starts == 1


def test_without_any_child_there_is_still_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with Renderer() as renderer:
        for _ in range(5):
            rendered = renderer.html_blocking("<p>one</p><p>two</p>")
            assert [line.text for line in rendered.lines] == ["one", "two"]
            assert "no process" in rendered.notices[0]
        assert renderer.starts == 0


def test_modules_in_the_current_directory_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "html2text.py").write_text("raise SystemExit(9)")
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    with Renderer(limit=30) as renderer:
        assert renderer.html_blocking("<p>x").notices == ()


def test_a_reply_that_makes_no_sense_is_not_believed() -> None:
    for reply in (b"", b"[]", b'{"lines": 1}', b'{"lines": [[1]], "links": [], "notices": []}'):
        with pytest.raises(MimeError):
            render._unpack(reply)


@pytest.mark.parametrize("name", ["lists", "many-links", "quotes", "attributes"])
def test_hostile_html_is_answered_by_the_process(name: str, fresh: Renderer) -> None:
    rendered = fresh.html_blocking(HOSTILE[name])
    assert not any("too long to lay out" in notice for notice in rendered.notices)


def test_nothing_is_left_open() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        renderer = Renderer()
        renderer.html_blocking("x")
        renderer.stop()
        renderer.stop()
        del renderer
        gc.collect()
