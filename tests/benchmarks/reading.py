"""How long a key takes until the text of a mail is painted, beside the same text in a Static.

    python -m tests.benchmarks.reading [--mails N] [--columns N]

The real program on a pseudo-terminal, its mails stored, with an account whose servers do not
answer; and a minimal Textual application that puts the same octets into a Static. In both a key
shows the next mail, of 4 and of 181 KB in turn, as plain text or as HTML; the time is from writing
the key to the octets of the mail's first line. Last, a conversation of 100 and one of 3 messages of
4 KB is opened, beside a Static that is given all their texts. All figures are of one run, so their
ratios do not depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.benchmarks import conversation
from tests.benchmarks.first_frame import _ANSWERS, _SETTINGS
from tests.benchmarks.key_to_paint import Stopwatch, p95
from tests.benchmarks.listings import build
from tests.server.shell import Shell
from tests.store.inspection import raw_connection
from tests.ui.stage import bring_text, record
from tuimail.cli.setup import identities_of
from tuimail.config.settings import load
from tuimail.model.bodystructure import BodyPart
from tuimail.store.store import Store

_NEWEST: Final = 900_059
"""Divisible by 60 but for 59: `record` dates a message by the rest, and the newest is first."""
_BETWEEN: Final = 1.0
"""Seconds that a mail is looked at."""
_STATICS: Final = 9
"""Statics with the texts of a whole conversation: each takes a second or so."""
SMALL: Final = 4 * 1024
LARGE: Final = 181 * 1024
_STATIC: Final = """
import json, sys
from textual.app import App
from textual.containers import VerticalScroll
from textual.widgets import Static
class Minimal(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        with VerticalScroll():
            yield Static("ready", markup=False)
    def on_mount(self):
        self.texts = json.load(open(sys.argv[1]))
        self.at = -1
        self.query_one(VerticalScroll).focus()
    def key_j(self):
        self.at += 1
        self.query_one(Static).update(self.texts[self.at])
        self.query_one(VerticalScroll).scroll_home(animate=False)
Minimal().run(mouse=False)
"""
_PARAGRAPH: Final = (
    "Please look at slide seven before two o'clock because Olu wants to print at\n"
    "three; the model itself is on the site https://contoso.example/model if you\n"
    "want to trace a figure that looks wrong to you. Grüße, Анна, 見積書の件。\n\n"
)


def mark(number: int) -> str:
    """Return the first line of a mail; all of it differs from the next, so all of it is painted."""
    return chr(ord("a") + number % 26) * 12


def plain_mail(number: int, size: int) -> str:
    """Return a text of about `size` octets whose first line says its number."""
    count = size // len(_PARAGRAPH.encode())
    return f"{mark(number)}\n\n" + _PARAGRAPH * count


def html_mail(number: int, size: int) -> str:
    """Return the same as a newsletter writes it: cells in cells, styles, links."""
    paragraph = " ".join(_PARAGRAPH.split())
    cell = (
        "<table role=presentation width=100% cellpadding=0><tr><td style='padding:8px;font-family:"
        f"Arial;font-size:14px;color:#333'><p style='margin:0'>{paragraph} <a href='https://x.example"
        "/a'>more</a></p></td></tr></table>"
    )
    count = max(1, size // len(cell.encode()))
    return f"<html><body><p>{mark(number)}</p>{cell * count}</body></html>"


def fill(store: Store, mails: Sequence[str], *, html: bool) -> None:
    """Store the mails, the first one newest."""
    ((account, _),) = store.read.accounts()
    for number, text in enumerate(mails):
        data = text.replace("\n", "\r\n").encode()
        uid = _NEWEST - number
        if html:
            page = BodyPart("2", "text", "html", params=(("charset", "utf-8"),), size=len(data))
            key = record(store, account, uid, body=None, parts=(page,))
            bring_text(store, key, b"\r\n", "1")
            bring_text(store, key, data, "2")
        else:
            record(store, account, uid, body=data)


def go_through(terminal: Stopwatch, key: bytes, count: int, first: int) -> list[float]:
    """Show one mail after the other; return how long each took from key to text."""
    times = []
    for number in range(first, count):
        times.append(terminal.time_to(key, mark(number)))
        terminal.listen(_BETWEEN)
    return times


def ours(place: Path, mails: Sequence[str], columns: int, *, html: bool) -> list[float]:
    """Read the mails in tuimail; the first one warms it up."""
    home = place / ("html" if html else "plain")
    home.mkdir()
    shell = Shell(home, _SETTINGS, lambda _: False)
    with closing(build(shell.data, 3).store) as store:
        fill(store, mails, html=html)
    (identity,) = identities_of(load(shell.config))
    with raw_connection(shell.data) as connection:
        connection.execute("UPDATE account SET name = ?", (identity,))
    with Stopwatch(
        shell.command(), environ=shell.environ, columns=columns, answers=_ANSWERS
    ) as terminal:
        terminal.wait_for("▌")
        terminal.type(b"\x1b")
        terminal.listen(2.0)
        terminal.type(b"gg")
        terminal.listen(0.5)
        terminal.type(b"\r")
        terminal.wait_for(mark(0))
        terminal.listen(1.0)
        return go_through(terminal, b"J", len(mails), 1)


def static(place: Path, mails: Sequence[str], columns: int) -> list[float]:
    """Show the same octets in a Static."""
    data = place / "texts.json"
    data.write_text(json.dumps(list(mails)))
    command = [sys.executable, "-c", _STATIC, str(data)]
    with Stopwatch(command, columns=columns, answers=_ANSWERS) as terminal:
        terminal.wait_for("ready")
        terminal.listen(1.0)
        times = go_through(terminal, b"j", len(mails), 0)
        return times[1:]


def said(name: str, times: Sequence[float]) -> tuple[float, float, str]:
    """Return the p95 of small and of large mails, and both in words."""
    # The first mail that is timed is number 1, a large one.
    large, small = p95(times[0::2]), p95(times[1::2])
    median, other = statistics.median(times[1::2]), statistics.median(times[0::2])
    words = (
        f"{name:12} 4 KB: p95 {small * 1000:.1f} ms, median {median * 1000:.1f}"
        f"   181 KB: p95 {large * 1000:.1f} ms, median {other * 1000:.1f}"
        f"   ratio {other / median:.2f}\n"
    )
    return small, large, words


def conversations(place: Path, count: int, columns: int, small: float) -> str:
    """Open conversations, and say how long that takes beside the same octets in a Static.

    Args:
        small: The p95 of 4 KB in a Static, in seconds.
    """
    home = place / "conversations"
    home.mkdir()
    taken = conversation.all_times(home, count, columns)
    few, many = (taken[members]["Enter"] for members in conversation.SIZES)
    texts = [conversation.text_of(100, mark(number)) for number in range(_STATICS)]
    whole = static(place, texts, columns)
    ratio = statistics.median(many) / statistics.median(few)
    return (
        f"conversation of 100: p95 {p95(many) * 1000:.1f} ms, median "
        f"{statistics.median(many) * 1000:.1f}   of 3: p95 {p95(few) * 1000:.1f} ms, median "
        f"{statistics.median(few) * 1000:.1f}   ratio {ratio:.2f}\n"
        f"{'':12} beside the Static: of one text {p95(many) / small:.2f}, "
        f"of all {statistics.median(many) / statistics.median(whole):.2f}\n"
    )


def measure(place: Path, count: int, columns: int) -> str:
    """Run all, and say what came of it."""
    sizes = [SMALL if number % 2 == 0 else LARGE for number in range(2 * count + 1)]
    texts = [plain_mail(number, size) for number, size in enumerate(sizes)]
    pages = [html_mail(number, size) for number, size in enumerate(sizes)]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {columns} columns\n"
    small, large, words = said("Static", static(place, texts, columns))
    result = load + words
    for name, mails, html in (("plain text", texts, False), ("HTML", pages, True)):
        one, other, words = said(name, ours(place, mails, columns, html=html))
        result += words
        result += f"{'':12} beside the Static: 4 KB {one / small:.2f}, 181 KB {other / large:.2f}\n"
    return result + conversations(place, count, columns, small)


def main() -> None:
    """Measure, and print what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--mails", type=int, default=25, help="of each size, 29 at most")
    arguments.add_argument("--columns", type=int, default=80)
    given = arguments.parse_args()
    place = Path(tempfile.mkdtemp(prefix="tm-reading-", dir="/tmp"))
    try:
        sys.stdout.write(measure(place, given.mails, given.columns))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
