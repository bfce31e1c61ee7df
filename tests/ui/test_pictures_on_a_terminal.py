"""Attached images on terminals that draw pictures: what they are sent, and that all of it goes.

The real application on a pseudo-terminal that answers as kitty, foot or neither does; what it is
sent is decoded again and compared with the image.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.ui.pictured import CELL, FOOT, KITTY, PicturedTerminal, Shown, decode_sixels
from tests.ui.sample_mail import fill
from tests.ui.stage import bring_text, record
from tuimail.model.bodystructure import BodyPart
from tuimail.store.store import Store
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.images import fitted
from tuimail.ui.drawing.sixel import sixels
from tuimail.ui.terminal.graphics import (
    TEXT_ONLY,
    Graphics,
    Pictures,
    choose_pictures,
    question,
    read_graphics,
)

Open = Callable[..., AbstractContextManager[PicturedTerminal]]
_GROUND = (21, 24, 29)
"""Of the dark theme."""
_QUERY = b"\x1b_Gi=31"


def banner() -> Image.Image:
    """Bars with a hole in the middle, 125 by 63 pixels: neither whole cells nor whole sixels."""
    image = Image.new("RGBA", (125, 63))
    for x in range(125):
        for y in range(63):
            hole = 50 < x < 70 and 20 < y < 40
            image.putpixel((x, y), (x // 25 * 60, 200, y // 9 * 30, 0 if hole else 255))
    return image


def wall() -> Image.Image:
    """Larger than any terminal here."""
    return Image.linear_gradient("L").resize((3000, 2400)).convert("RGB")


def file_of(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def with_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one message that has two images."""
    directory = tmp_path_factory.mktemp("images") / "data"
    store = Store.open(directory)
    account = fill(store, total=30)
    files = [file_of(banner()), file_of(wall())]
    parts = tuple(
        BodyPart(
            str(number), "image", "png", size=len(base64.b64encode(content)), encoding="base64",
            disposition="attachment", filename=SafeText(f"picture-{number}.png"),
        )
        for number, content in enumerate(files, 2)
    )  # fmt: skip
    key = record(store, account, 9001, subject="Two pictures", parts=parts)
    for number, content in enumerate(files, 2):
        bring_text(store, key, base64.b64encode(content), str(number))
        bring_text(store, key, b"Content-Transfer-Encoding: base64\r\n\r\n", f"{number}.MIME")
    store.close()
    return directory


@pytest.fixture
def open_reader(with_images: Path, tmp_path: Path) -> Open:
    """Open the message with the images on a terminal that answers as it is told."""

    @contextmanager
    def open_(answers: Mapping[bytes, bytes], **environ: str) -> Iterator[PicturedTerminal]:
        settings = tmp_path / "config.toml"
        settings.write_text('[reader]\nmark_read_after = "off"\n')
        command = [sys.executable, "-m", "tests.ui.run_sample", str(with_images), str(settings)]
        environ = {"XDG_DOWNLOAD_DIR": str(tmp_path), "TMUX": "", "STY": "", **environ}
        with PicturedTerminal(command, answers=answers, environ=environ) as terminal:
            terminal.wait_for("Two pictures")
            terminal.type(b"gg\r")
            terminal.wait_for("@ 1 picture-2.png")
            yield terminal

    return open_


def assert_shows(shown: Shown, image: Image.Image, tolerance: int) -> None:
    """See that a picture is an image on the ground, beginning below the bar, in whole cells."""
    assert (shown.row, shown.column) == (1, 0)
    wanted = Image.new("RGB", shown.image.size, _GROUND)
    wanted.paste(image, mask=image if image.mode == "RGBA" else None)
    assert shown.image.width % CELL[0] == shown.image.height % CELL[1] == 0
    difference = ImageChops.difference(shown.image, wanted)
    assert max(high for _, high in difference.getextrema()) <= tolerance  # type: ignore[misc]


@pytest.mark.parametrize(("answers", "tolerance"), [(KITTY, 0), (FOOT, 3)], ids=["kitty", "foot"])
def test_a_picture_is_drawn_and_goes_with_what_it_stood_in(
    open_reader: Open, answers: Mapping[bytes, bytes], tolerance: int
) -> None:
    """Turned red, on kitty, by leaving `self._placed.remove()` out of `CellOutput._removed`."""
    with open_reader(answers) as terminal:
        assert not terminal.pictures
        terminal.type(b"1")
        assert_shows(terminal.wait_for_picture(1), banner(), tolerance)
        assert "▀" not in terminal.text
        # A word in the last row leaves it where it is.
        terminal.type(b"s")
        terminal.wait_for_bottom("Saved picture-2.png")
        assert terminal.drawn == 1
        terminal.picture  # noqa: B018 - asserts that it is whole
        # Under a sheet there are half blocks, behind another screen nothing.
        terminal.type(b":")
        terminal.wait_for_no_picture()
        terminal.wait_for("▀▀▀")
        terminal.type(b"\x1b")
        assert_shows(terminal.wait_for_picture(2), banner(), tolerance)
        terminal.type(b"?")
        terminal.wait_for("keys that work here")
        assert not terminal.pictures
        terminal.type(b"\x1b")
        assert_shows(terminal.wait_for_picture(3), banner(), tolerance)
        # Whatever happened to the window meanwhile: when it is seen again, so is the picture.
        terminal.spoil()
        terminal.type(b"\x1b[I")
        terminal.wait_until_painted("picture-2.png")
        assert_shows(terminal.wait_for_picture(4), banner(), tolerance)
        terminal.type(b"q")
        terminal.wait_for_bottom("r reply")
        terminal.wait_for("Hello.")
        assert not terminal.pictures
        terminal.type(b"2")
        large = terminal.wait_for_picture(terminal.drawn + 1)
        terminal.resize(60, 20)
        small = terminal.wait_for_picture(terminal.drawn + 1)
        assert small.image.width < large.image.width <= 80 * CELL[0]
        assert small.image.height <= 18 * CELL[1]
        drawn = len(terminal.output)
        terminal.type(b"\x11")
        assert terminal.wait_for_end() == 0
        if answers is KITTY:
            rest = bytes(terminal.output[drawn:])
            assert 0 < rest.index(b"\x1b_Ga=d,d=I") < rest.index(b"\x1b[?1049l")
        assert not terminal.pictures


@pytest.mark.parametrize(
    ("answers", "environ", "asks"),
    [({}, {}, True), (KITTY, {"TMUX": "/tmp/tmux,1,0", "TERM": "tmux-256color"}, False)],
    ids=["says nothing", "tmux"],
)
def test_a_terminal_that_did_not_answer_gets_no_picture(
    open_reader: Open, answers: Mapping[bytes, bytes], environ: dict[str, str], asks: bool
) -> None:
    """Turned red by `choose_pictures` taking a terminal that was asked for one that answered."""
    with open_reader(answers, **environ) as terminal:
        terminal.type(b"1")
        terminal.wait_for("▀▀▀")
        sent = bytes(terminal.output)
        assert sent.count(b"\x1b_") == sent.count(_QUERY) == int(asks)
        assert b"\x1bP" not in sent


def test_pictures_are_chosen_by_what_was_answered() -> None:
    both = read_graphics(b"jj\x1b_Gi=31;OK\x1b\\\x1b[6;36;18t\x1b[?64;1;4;21c")
    assert both == Graphics(kitty=True, sixel=True, cell=(18, 36), answered=True)
    neither = read_graphics(b"\x1b_Gi=31;ENOTSUP:no\x1b\\\x1b[6;0;0t\x1b[?64;14;44c")
    assert neither == Graphics(answered=True)
    for setting, kitty, sixel in (
        ("auto", Pictures.KITTY, Pictures.SIXEL),
        ("on", Pictures.KITTY, Pictures.SIXEL),
        ("kitty", Pictures.KITTY, Pictures.BLOCKS),
        ("sixel", Pictures.SIXEL, Pictures.SIXEL),
        ("blocks", Pictures.BLOCKS, Pictures.BLOCKS),
    ):
        assert choose_pictures(setting, both) is kitty
        assert choose_pictures(setting, Graphics(sixel=True)) is sixel
        assert choose_pictures(setting, TEXT_ONLY) is Pictures.BLOCKS
    assert _QUERY in question("auto", {"TERM": "xterm-kitty"})
    assert question("auto", {"TERM": "tmux-256color"}) == b""
    assert question("sixel", {"TERM": "tmux-256color"}) == b"\x1b[16t\x1b[c"
    for term in ("linux", "dumb", "vt220", ""):
        assert question("on", {"TERM": term}) == b""


def test_sixels_of_many_colours_are_near_the_image() -> None:
    """Bands with few colours and bands with many are made in different ways."""
    noise = Image.effect_noise((31, 40), 80)
    image = Image.merge(
        "RGB", (noise, noise.rotate(90), Image.linear_gradient("L").resize((31, 40)))
    )
    image.paste((255, 0, 0), (0, 0, 31, 11))
    decoded = decode_sixels(sixels(image).removeprefix("\x1bP").removesuffix("\x1b\\"))
    plain = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    difference = ImageChops.difference(decoded, plain.convert("RGB"))
    assert max(high for _, high in difference.getextrema()) <= 2  # type: ignore[misc]


def test_an_image_is_turned_as_the_camera_was_held() -> None:
    image = Image.new("RGB", (20, 10), (255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    assert fitted(buffer.getvalue(), 100, 100, (0, 0, 0)).size == (10, 20)
