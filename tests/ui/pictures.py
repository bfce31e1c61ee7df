"""Draw every screen in several themes, to be looked at beside the design.

`python -m tests.ui.pictures FOLDER [COLUMNSxROWS …]` writes one SVG per screen, theme and size.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from tests.ui.stage import Stage, open_stage
from tests.ui.test_every_screen import WALK, is_in_front, prepare
from tests.waiting import until
from tuimail.config.schema import Settings

SIZES: Final = ((80, 24), (100, 30), (160, 48))
LOOKS: Final[dict[str, dict[str, str]]] = {
    "dark": {"theme": "tuimail-dark"},
    "light": {"theme": "tuimail-light"},
    "high-contrast": {"theme": "high-contrast"},
    "ansi": {"theme": "ansi"},
    "no-colour": {},
    "ascii": {"theme": "tuimail-dark", "glyphs": "ascii"},
}


async def draw(folder: Path, look: str, size: tuple[int, int]) -> int:
    """Walk through the screens and draw each; return how many."""
    settings = msgspec.structs.replace(Settings(), **{"glyphs": "unicode", **LOOKS[look]})
    drawn = 0
    with tempfile.TemporaryDirectory() as data:
        async with open_stage(Path(data) / "data", size, settings=settings) as stage:
            await prepare(stage)
            for number, stop in enumerate(WALK):
                await stage.press(*stop.keys)
                await until(lambda name=stop.screen: is_in_front(stage, name))  # type: ignore[misc]
                await stage.pilot.pause()
                name = f"{number:02}-{stop.screen}-{look}-{size[0]}x{size[1]}.svg"
                _write(folder / name, stage)
                drawn += 1
    return drawn


def _write(path: Path, stage: Stage) -> None:
    picture = stage.app.export_screenshot(simplify=True)
    # The font is the reader's own: nothing is fetched when a picture is opened.
    path.write_text(re.sub(r"@font-face \{.*?\}", "", picture, flags=re.S), "utf-8")


def main() -> int:
    """Draw all of it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [tuple(map(int, each.split("x"))) for each in sys.argv[2:]] or SIZES
    os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"})
    for look in LOOKS:
        os.environ.pop("NO_COLOR", None)
        if look == "no-colour":
            os.environ["NO_COLOR"] = "1"
        for width, height in sizes:
            drawn = asyncio.run(draw(folder, look, (width, height)))
            sys.stdout.write(f"{look} {width}x{height}: {drawn}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
