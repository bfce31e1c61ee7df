"""Write the counts into docs/fidelity.md: `python -m tests.fidelity.report`. Needs Dovecot 2.3."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.fidelity.comparison import Comparison, compare
from tests.fidelity.corpus import specimens
from tests.fidelity.known import KNOWN, classify
from tests.fidelity.servers import both
from tests.hygiene.source import ROOT

PAGE: Final = ROOT / "docs" / "fidelity.md"
_BEGIN: Final = "<!-- The lines up to the next remark are made by tests/fidelity/report.py. -->"
_END: Final = "<!-- End of what is made. -->"


def render(comparison: Comparison) -> str:
    """Return the tables: what was compared, and what is different and why."""
    counts, unknown = classify(comparison.differences)
    differing = dict.fromkeys(comparison.compared, 0)
    for item, _ in {
        (found.item, found.specimen.number if found.specimen else index)
        for index, found in enumerate(comparison.differences)
    }:
        differing[item] += 1
    lines = ["| Asked | Answers compared | Differ |", "|---|---:|---:|"]
    lines += [
        f"| `{item}` | {number:,} | {differing[item]:,} |"
        for item, number in comparison.compared.items()
    ]
    lines += [
        "",
        "| What differs | Places | Sandbox | Dovecot | Why it may |",
        "|---|---:|---|---|---|",
    ]
    lines += [
        f"| {known.name} | {counts[known.name]:,} | {known.sandbox} | {known.dovecot} "
        f"| {known.why} |"
        for known in KNOWN
    ]
    lines += ["", f"Not explained: {len(unknown)}."]
    return "\n".join(lines)


def written() -> str:
    """Return the tables as they stand in the page."""
    return PAGE.read_text("utf-8").partition(_BEGIN)[2].partition(_END)[0].strip()


def main() -> None:
    """Compare, and write the tables into the page if they are not there yet."""
    with tempfile.TemporaryDirectory() as directory, both(Path(directory)) as (ours, theirs):
        table = render(compare(ours, theirs, list(specimens())))
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    new = f"{before}{_BEGIN}\n\n{table}\n\n{_END}{after}"
    if new != text:
        PAGE.write_text(new, "utf-8")
        sys.stdout.write(f"{PAGE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
