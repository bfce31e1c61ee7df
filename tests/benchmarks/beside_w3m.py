"""The HTML mails of a directory as tuimail reads them, beside w3m's rendering of the same page.

    python -m tests.benchmarks.beside_w3m DIRECTORY [--mails N] [--columns N] [--show]

The largest HTML mails come first. For each the lines, the characters, what is left of the source's
odd ends (rules of dashes, bars, bare addresses longer than a line), and the seconds; with `--show`
both texts side by side. w3m is run with its own defaults and no network.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.cells import set_cell_size

from tuimail.mime.html import render_html
from tuimail.mime.parser import parse, part_text
from tuimail.model.bodystructure import text_parts
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.body_layout import lay_out_text

_ODD = re.compile(r"^[\s|_-]{3,}$|^\W*https?://\S{70,}", re.MULTILINE)


def pages(directory: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of each mail with an HTML text, and that text; `.html` files are pages."""
    for path in sorted(directory.iterdir()):
        if path.suffix == ".html":
            yield path.name, path.read_text("utf-8", "replace")
        if path.suffix != ".eml":
            continue
        parsed = parse(path.read_bytes())
        for part in text_parts(parsed.structure):
            body = parsed.section(part.section)
            if part.subtype == "html" and body is not None:
                yield path.name, part_text(body, part)
                break


def ours(page: str, columns: int) -> list[str]:
    """Return the rows as the reader shows them, folded."""
    rendered = render_html(page)
    rows: list[str] = []
    at = 0
    for fold in rendered.folds:
        rows += [row.text for row in lay_out_text(rendered.lines[at : fold.first], columns)]
        rows += wrap_text(f"► {fold.words}", columns)
        at = fold.end
    return rows + [row.text for row in lay_out_text(rendered.lines[at:], columns)]


def theirs(page: str, columns: int) -> list[str]:
    """Return w3m's rows."""
    done = subprocess.run(
        ["w3m", "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", "-cols", str(columns)],
        input=page.encode("utf-8", "replace"),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode("utf-8", "replace").rstrip("\n").split("\n")


def said(rows: Sequence[str], seconds: float) -> str:
    """Count."""
    text = "\n".join(rows)
    blank = sum(1 for row in rows if not row.strip())
    widest = max(map(len, rows), default=0)
    return (
        f"{len(rows):5} rows ({blank} blank), widest {widest:4}, {len(text.split()):5} words,"
        f" {len(_ODD.findall(text)):3} odd, {seconds * 1000:6.1f} ms"
    )


def main() -> None:
    """Compare, and print what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--mails", type=int, default=10)
    arguments.add_argument("--columns", type=int, default=78)
    arguments.add_argument("--show", action="store_true")
    given = arguments.parse_args()
    if shutil.which("w3m") is None:
        sys.exit("w3m is not installed")
    found = sorted(pages(given.directory), key=lambda each: -len(each[1]))[: given.mails]
    for name, page in found:
        results = []
        for render in (ours, theirs):
            began = time.perf_counter()
            rows = render(page, given.columns)
            results.append((rows, time.perf_counter() - began))
        sys.stdout.write(f"{name} ({len(page):,} characters)\n")
        for who, (rows, seconds) in zip(("tuimail", "w3m"), results, strict=True):
            sys.stdout.write(f"  {who:8} {said(rows, seconds)}\n")
        if given.show:
            _side_by_side(results[0][0], results[1][0], given.columns)


def _side_by_side(left: Sequence[str], right: Sequence[str], columns: int) -> None:
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else ""
        other = right[index] if index < len(right) else ""
        sys.stdout.write(f"{set_cell_size(one, columns)} | {other}\n")


if __name__ == "__main__":
    main()
