"""The render process: reads HTML on its standard input, writes lines on its standard output.

It runs apart from everything else because hostile HTML may take long or much memory, and it knows
nothing that would be worth taking: no store, no token, no terminal. It cannot fetch anything: once
it is warm it may open no further file and no socket. One frame in, one frame out,
each a length of four bytes, big-endian, and that many bytes; the reply is JSON. It ends with its
input, so it cannot outlive the parent.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import BinaryIO, Final

from tuimail.mime.html import render_html
from tuimail.mime.rendered import RenderedText

READY: Final = b"+"
LENGTH_OCTETS: Final = 4
_MEMORY_OCTETS: Final = 512 * 1024 * 1024
_OPEN_FILES: Final = 3
"""Its standard streams, which are open."""
_WARM_UP: Final = "<p>a <a href='https://b\u00fccher.example/'>b</a><table border=1><tr><th>c<td>d"
"""Has everything imported that is imported when it is needed, such as international names."""
_ALONE_SECONDS: Final = 20
"""The parent kills a slow child long before; this is for a child whose parent was killed."""


def main() -> None:
    """Serve frames until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(resource.RLIMIT_AS, _MEMORY_OCTETS)
    _limit(resource.RLIMIT_CORE, 0)
    render_html(_WARM_UP)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    try:
        _answer(sink, READY)
        while True:
            request = _frame(source)
            if request is None:
                return
            signal.alarm(_ALONE_SECONDS)
            reply = pack(render_html(request.decode("utf-8", "replace")))
            _answer(sink, len(reply).to_bytes(LENGTH_OCTETS, "big") + reply)
            signal.alarm(0)
    except BrokenPipeError:
        # The parent is gone. Nothing is left to flush to.
        os._exit(0)


def _limit(kind: int, value: int) -> None:
    try:
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):
        pass  # not every system knows every limit; the parent's time limit stands


def _frame(source: BinaryIO) -> bytes | None:
    header = source.read(LENGTH_OCTETS)
    if len(header) < LENGTH_OCTETS:
        return None
    length = int.from_bytes(header, "big")
    request = source.read(length)
    return request if len(request) == length else None


def _answer(sink: BinaryIO, data: bytes) -> None:
    sink.write(data)
    sink.flush()


def pack(rendered: RenderedText) -> bytes:
    """Write a result as JSON: lines, links and folds as lists of their fields, notices."""
    return json.dumps(
        {
            "lines": [[line.quote, line.text, line.kind, line.indent] for line in rendered.lines],
            "links": [
                [
                    link.number,
                    link.target,
                    link.host,
                    link.suspicious,
                    link.text,
                    link.named_host,
                    link.via,
                ]
                for link in rendered.links
            ],
            "notices": list(rendered.notices),
            "folds": [[fold.first, fold.end, fold.kind, fold.words] for fold in rendered.folds],
        }
    ).encode("ascii")


if __name__ == "__main__":
    main()
