"""What reading every mail of a folder costs: time and memory of the worst, and what is not shown.

    python -m tests.benchmarks.corpus_reading DIRECTORY [--most 5]

Every `*.eml` is read twice, from its parts and from the whole message, as the reader does; the made
messages of the tests come with them. Memory is the peak of one mail by `tracemalloc`, in a second
pass, because measuring it makes everything slower. The render process counts with its time, not
with its memory, which is limited from outside.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Final

from tests.unit.mime.odd_mail import ODD, stored
from tuimail.mime.reading import Reading, attachment_content, read_message
from tuimail.mime.render import Renderer

_MEGABYTE: Final = 1024 * 1024
_MOST_FILES: Final = 20


def say(*lines: str) -> None:
    """Write lines."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def read(raw: bytes, renderer: Renderer, *, with_structure: bool) -> Reading:
    """Read one mail."""
    message, part = stored(raw, with_structure=with_structure)
    return read_message(message, part, renderer)


def take_out(raw: bytes, reading: Reading) -> None:
    """Take out its first files, each by itself, as saving does."""
    message, part = stored(raw)
    for file in reading.attachments[:_MOST_FILES]:
        attachment_content(message, file, part)


def main() -> int:
    """Measure and report; 1 when a mail could not be read."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--most", type=int, default=5, help="how many of the worst to name")
    options = parser.parse_args()
    mails = {file.name: file.read_bytes() for file in sorted(options.directory.glob("*.eml"))}
    say(f"{len(mails)} mails of the folder, {len(ODD)} made ones")
    mails.update({f"made: {name}": raw for name, raw in ODD.items()})
    failed: list[str] = []
    seconds: dict[str, float] = {}
    octets: dict[str, int] = {}
    silent: list[str] = []
    with Renderer() as renderer:
        read(b"Content-Type: text/html\r\n\r\n<p>warm", renderer, with_structure=True)
        for name, raw in mails.items():
            began = time.perf_counter()
            try:
                found = [read(raw, renderer, with_structure=each) for each in (True, False)]
                elapsed = time.perf_counter() - began
                take_out(raw, found[0])
            except Exception as error:  # noqa: BLE001 - this is what is looked for
                failed.append(f"{name}: {type(error).__name__}")
                continue
            seconds[name] = elapsed / 2
            if not (found[0].lines or found[0].cards or found[0].notices):
                silent.append(name)
        for name, raw in mails.items():
            gc.collect()
            tracemalloc.start()
            read(raw, renderer, with_structure=True)
            octets[name] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    for made in (False, True):
        say("made messages:" if made else "mails of the folder:")
        names = [name for name in seconds if name.startswith("made: ") is made]
        _report(names, seconds, octets, options.most)
    say(f"neither text nor a word about it: {len(silent)}: {', '.join(silent)}")
    say(f"exceptions: {len(failed)}", *failed)
    return 1 if failed else 0


def _report(names: list[str], seconds: dict[str, float], octets: dict[str, int], most: int) -> None:
    times = sorted(seconds[name] for name in names)
    if not times:
        return
    middle, high = statistics.median(times), times[int(len(times) * 0.95)]
    say(f"  time: median {middle * 1000:.1f} ms, p95 {high * 1000:.1f} ms, worst:")
    for name in sorted(names, key=seconds.__getitem__, reverse=True)[:most]:
        say(f"    {seconds[name] * 1000:7.1f} ms  {name}")
    say("  memory at its peak, worst:")
    for name in sorted(names, key=octets.__getitem__, reverse=True)[:most]:
        say(f"    {octets[name] / _MEGABYTE:7.1f} MB  {name}")


if __name__ == "__main__":
    sys.exit(main())
