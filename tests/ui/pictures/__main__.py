"""Draw every screen in several looks and sizes, beside the design's picture of it.

    python -m tests.ui.pictures FOLDER [--design PICTURES] [--sizes 80x24 …] [--only NAME …]

writes `NAME-COLUMNSxROWS.png` for each screen and size: the screen as built in four themes, without
colours and in ASCII, each with the design's picture at its left where PICTURES has it
(`SCREEN-COLUMNSxROWS-LOOK.png`). With `--singles` each picture is also written by itself, and its
text.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import msgspec
from PIL import Image
from textual.pilot import Pilot

from tests.ui.pictures.mail_scenes import MAIL_SCENES
from tests.ui.pictures.mailbox import DEFAULTS, open_design
from tests.ui.pictures.page_scenes import PAGE_SCENES
from tests.ui.pictures.painting import missing_fonts, paint
from tests.ui.pictures.scene import Scene, settled
from tests.ui.pictures.setup_scenes import SETUP_SCENES, SetupScene
from tests.ui.pictures.sheets import sheet
from tests.ui.screen_text import strips
from tests.ui.test_setup import first_run
from tuimail.auth import device_code
from tuimail.config.schema import Settings
from tuimail.sandbox.personas import persona_named
from tuimail.sandbox.sandbox import Sandbox
from tuimail.ui.app import TuimailApp

Size = tuple[int, int]
SIZES: Final = ("80x24", "100x30", "160x48")
THEMES: Final = ("tuimail-dark", "tuimail-light", "high-contrast", "ansi")
COLOURLESS: Final = "no-colour"
ASCII: Final = "ascii"
SCENES: Final[tuple[Scene | SetupScene, ...]] = (*MAIL_SCENES, *PAGE_SCENES, *SETUP_SCENES)
_ENVIRONMENT: Final = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
}


@contextmanager
def environment(look: str) -> Iterator[None]:
    """Let the process be in the terminal of a look, with a home of its own."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(_ENVIRONMENT)
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[name] = home
        os.environ.pop("NO_COLOR", None)
        if look == COLOURLESS:
            os.environ["NO_COLOR"] = "1"
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


async def draw(
    scene: Scene | SetupScene, size: Size, themes: Sequence[str], settings: Settings
) -> dict[str, tuple[Image.Image, str]]:
    """Play a scene in an application of its own; return its picture and text in each theme."""
    drawn: dict[str, tuple[Image.Image, str]] = {}
    async with _played(scene, size, settings) as (app, pilot):
        for theme in themes:
            if theme not in (COLOURLESS, ASCII):
                app.appearance.show_theme(theme)
                await pilot.pause()
            rows = strips(app)
            text = "\n".join("".join(one.text for one in row).rstrip() for row in rows)
            drawn[theme] = (paint(rows, size[0], app.ansi_theme), text)
    return drawn


@asynccontextmanager
async def _played(
    scene: Scene | SetupScene, size: Size, settings: Settings
) -> AsyncIterator[tuple[TuimailApp, Pilot[None]]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if isinstance(scene, Scene):
            async with open_design(folder / "data", size, settings, is_now=scene.is_now) as stage:
                await scene.play(stage)
                await settled(stage)
                yield stage.app, stage.pilot
            return
        with Sandbox(folder / "sandbox", device_interval=1) as sandbox:
            persona_named(scene.persona).apply(sandbox)
            run = first_run(sandbox, folder, size, asks_keys=True, settings=settings)
            async with run as first:
                await scene.play(first)
                await first.pilot.pause()
                yield first.app, first.pilot


def main() -> int:
    """Draw what was asked for; 1 when a scene could not be played or a font is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.ui.pictures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--design", type=Path, help="where the design's pictures are")
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--looks", nargs="+", default=(*THEMES, COLOURLESS, ASCII))
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--singles", action="store_true")
    options = parser.parse_args()
    if missing := missing_fonts():
        names = ", ".join(map(str, missing))
        sys.stderr.write(f"{names}: install Debian's fonts-dejavu-core and fonts-noto-cjk.\n")
        return 1
    options.folder.mkdir(parents=True, exist_ok=True)
    device_code.SECOND = 0.02  # how long a second lasts that the sign-in waits
    failed = 0
    for scene in SCENES:
        if options.only and scene.name not in options.only:
            continue
        for size in options.sizes:
            try:
                failed += not _draw_sheet(scene, size, options)
            except (AssertionError, OSError) as error:
                sys.stderr.write(f"{scene.name} {size}: {error}\n")
                failed += 1
    return 1 if failed else 0


def _draw_sheet(scene: Scene | SetupScene, size: str, options: argparse.Namespace) -> bool:
    columns, _, rows = size.partition("x")
    pictures: dict[str, Image.Image] = {}
    for look, (picture, text) in _drawn(scene, (int(columns), int(rows)), options.looks).items():
        label = f"{scene.name}-{size}-{look}"
        if scene.design and options.design is not None:
            file = options.design / f"{scene.design}-{size}-{look}.png"
            if file.exists():
                with Image.open(file) as designed:
                    pictures[f"design: {file.stem}"] = designed.convert("RGB")
        pictures[label] = picture
        if options.singles:
            picture.save(options.folder / f"{label}.png", optimize=True)
            (options.folder / f"{label}.txt").write_text(text + "\n", "utf-8")
    sheet(pictures).save(options.folder / f"{scene.name}-{size}.png", optimize=True)
    sys.stdout.write(f"{scene.name} {size}: {len(pictures)}\n")
    return True


def _drawn(
    scene: Scene | SetupScene, size: Size, looks: Sequence[str]
) -> dict[str, tuple[Image.Image, str]]:
    """Return what a screen looks like: one application for all themes, one for each other look."""
    drawn: dict[str, tuple[Image.Image, str]] = {}
    themes = [look for look in looks if look in THEMES]
    for names, settings in (
        (themes, DEFAULTS),
        ([COLOURLESS], DEFAULTS),
        ([ASCII], msgspec.structs.replace(DEFAULTS, theme=THEMES[0], glyphs="ascii")),
    ):
        wanted = [name for name in names if name in looks]
        if wanted:
            with environment(wanted[0]):
                drawn |= asyncio.run(draw(scene, size, wanted, settings))
    return drawn


if __name__ == "__main__":
    sys.exit(main())
