"""The pictures of the documentation, anew: `python -m tests.ui.pictures.for_docs`.

Few colours are on a screen: a palette of its own makes a file a third as large and looks the same.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

from tests.ui.pictures.__main__ import COLOURLESS, SCENES, draw, environment
from tests.ui.pictures.mailbox import DEFAULTS

FOLDER: Final = Path(__file__).parents[3] / "docs" / "pictures"
_COLOURS: Final = 96


class Shown(NamedTuple):
    """One picture.

    Attributes:
        scene: Its name.
        file: Below the folder of pictures.
        size: Columns and rows.
        look: A theme, or that without colours.
    """

    scene: str
    file: str
    size: tuple[int, int] = (80, 24)
    look: str = "tuimail-dark"


SHOWN: Final = (
    Shown("columns", "inbox.png", (120, 36)),
    Shown("columns", "screens/columns.png", (160, 48), "tuimail-light"),
    Shown("list", "screens/list.png"),
    Shown("list", "screens/list-no-colour.png", look=COLOURLESS),
    Shown("list", "screens/list-high-contrast.png", look="high-contrast"),
    Shown("reader-outside", "screens/reader.png"),
    Shown("reader-forged", "screens/reader-forged.png"),
    Shown("invitation", "screens/invitation.png", look="gruvbox-light"),
    Shown("conversation", "screens/conversation.png"),
    Shown("composer", "screens/composer.png", look="nord"),
    Shown("check", "screens/check.png"),
    Shown("outbox", "screens/outbox.png"),
    Shown("jobs", "screens/jobs.png"),
    Shown("offline", "screens/offline.png"),
    Shown("search", "screens/search.png"),
    Shown("commands", "screens/commands.png"),
    Shown("prefix", "screens/prefix.png"),
    Shown("help", "screens/help.png"),
    Shown("settings", "screens/settings.png", look="solarized-light"),
    Shown("sign-in", "screens/sign-in.png"),
)


def main() -> int:
    """Write each picture."""
    by_name = {scene.name: scene for scene in SCENES}
    for one in SHOWN:
        with environment(one.look):
            drawn = asyncio.run(draw(by_name[one.scene], one.size, [one.look], DEFAULTS))
        picture = drawn[one.look][0]
        file = FOLDER / one.file
        file.parent.mkdir(exist_ok=True)
        picture.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE).save(file, optimize=True)
        sys.stdout.write(f"{one.file}: {file.stat().st_size:,} octets\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
