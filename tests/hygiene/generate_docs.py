"""Write the pages of docs/ that are made from the code: `python -m tests.hygiene.generate_docs`."""

from __future__ import annotations

import sys

from tests.hygiene.generated_docs import PAGES
from tests.hygiene.source import ROOT


def main() -> None:
    """Write every page that is not as it should be, and name it."""
    for place, render in PAGES.items():
        path = ROOT / place
        text = render()
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            sys.stdout.write(f"{place}\n")


if __name__ == "__main__":
    main()
