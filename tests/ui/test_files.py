"""The files of a message: looked at, opened with a program, saved under a name, piped, given up."""

from __future__ import annotations

import base64
import stat
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from tests.ui.screen_text import assert_exact_rows, rows, strips
from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.ui.test_reader import read
from tests.waiting import until
from tuimail.config.schema import ReaderSettings, Settings
from tuimail.model.bodystructure import BodyPart
from tuimail.model.message import MessageKey
from tuimail.model.status import Fetching
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.half_blocks import half_blocks
from tuimail.ui.drawing.images import MOST_PIXELS, NoImageError, fitted
from tuimail.ui.screens.file_view import FileScreen
from tuimail.ui.terminal.saving import completed, target_problem
from tuimail.ui.widgets.attachment_list import AttachmentSheet
from tuimail.ui.widgets.image_view import ImageView

NOTE = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + chr(10))"
INNER = (
    b"From: Ben <ben@contoso.com>\r\nTo: anna@contoso.com\r\nSubject: The inner mail\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nInner words\r\n"
    b"--b\r\nContent-Type: text/plain; name=deep.txt\r\nContent-Disposition: attachment\r\n\r\n"
    b"Deep words\r\n--b--\r\n"
)


def image() -> bytes:
    """Red above green above blue, a row of pixels each, and one more row."""
    picture = Image.new("RGB", (2, 3))
    for y, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
        for x in range(2):
            picture.putpixel((x, y), colour)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


FILES = {
    "table.csv": ("text/csv", b"Name,Sum\r\nKim,12\r\n"),
    "mail.eml": ("message/rfc822", INNER),
    "shot.png": ("image/png", image()),
    "invoice.pdf.exe": ("application/octet-stream", b"MZ\x90\0"),
    "report.pdf": ("application/pdf", b"%PDF-1.7"),
    "meeting.ics": (
        "text/calendar",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        b"SUMMARY:Board prep\r\nDTSTART:20261126T140000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ),
}


def settings_with(directory: Path) -> Settings:
    """Settings with a program that notes which file it was given."""
    program = directory / "program.py"
    program.write_text(NOTE)
    command = f"'{sys.executable}' '{program}' '{directory / 'opened'}'"
    reader = ReaderSettings(
        open_files=(f".exe: {command}", f"application/pdf: {command}"), images="on"
    )
    return msgspec.structs.replace(Settings(), glyphs="unicode", reader=reader)


def with_files(stage: Stage, *, here: bool = True) -> MessageKey:
    parts = []
    for number, (name, (content_type, content)) in enumerate(FILES.items(), 2):
        type_, _, subtype = content_type.partition("/")
        parts.append(
            BodyPart(
                str(number), type_, subtype, size=len(base64.b64encode(content)),
                encoding="base64", disposition="attachment", filename=SafeText(name),
            )
        )  # fmt: skip
    key = record(stage.store, stage.account, 9001, parts=tuple(parts))
    if here:
        for number, (_, content) in enumerate(FILES.values(), 2):
            bring_text(stage.store, key, base64.b64encode(content), str(number))
            mime = b"Content-Transfer-Encoding: base64\r\n\r\n"
            bring_text(stage.store, key, mime, f"{number}.MIME")
    return key


def given(opened: Path) -> Path:
    """Return the file the program was given, and see that it is private."""
    path = Path(opened.read_text().strip())
    assert path.name == "report.pdf"
    assert path.read_bytes() == b"%PDF-1.7"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    return path


def private(directory: Path) -> list[Path]:
    return list(directory.glob("tuimail-*/*"))


async def test_files_are_looked_at_inside(tmp_path: Path) -> None:
    async with open_stage(tmp_path / "data", settings=settings_with(tmp_path)) as stage:
        view = await read(stage, with_files(stage))
        await until(lambda: len(view.files) == len(FILES), describe="the files")
        await stage.press("v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet))
        await stage.shows("invoice.pdf.exe")
        assert "is a program that looks like a .pdf" in stage.text
        assert "about" not in stage.text.partition("── Attachments")[2]
        assert_exact_rows(stage.app)

        await stage.press("1")
        await stage.shows("Name  Sum")
        assert_exact_rows(stage.app)
        await stage.press("q", "2")
        await stage.shows("Inner words")
        await stage.shows("Ben  ben@contoso.com")
        await stage.press("v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet), describe="its files")
        await stage.press("enter")
        await stage.shows("Deep words")
        await stage.press("q", "q", "6")
        await stage.shows("Board prep")
        assert_exact_rows(stage.app)
        await stage.press("q", "3")
        await until(
            lambda: (
                isinstance(stage.app.screen, FileScreen)
                and any(one.is_shown for one in stage.app.screen.query(ImageView))
            ),
            describe="the image",
        )
        await until(lambda: "▀▀" in stage.text, describe="half blocks")
        cells = [segment for row in strips(stage.app) for segment in row if "▀" in segment.text]
        first, last = cells[0].style, cells[-1].style
        assert first is not None
        assert first.color is not None
        assert first.color.triplet == (255, 0, 0)
        assert first.bgcolor is not None
        assert first.bgcolor.triplet == (0, 255, 0)
        assert last is not None
        assert last.color is not None
        assert last.color.triplet == (0, 0, 255)
        assert_exact_rows(stage.app)


async def test_programs_are_given_a_file_nobody_can_change_and_dangerous_ones_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = tmp_path / "down"
    downloads.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    opened = tmp_path / "opened"
    async with open_stage(tmp_path / "data", settings=settings_with(tmp_path)) as stage:
        view = await read(stage, with_files(stage))
        await until(lambda: len(view.files) == len(FILES), describe="the files")
        await stage.press("5")
        await until(lambda: opened.exists() and opened.read_text(), describe="the program")
        given(opened)

        await stage.press("4")
        await stage.asks()
        await stage.shows("is a program that looks like a .pdf.")
        await stage.press("escape")
        await stage.press("4")
        await stage.asks()
        await stage.press("s")
        await until((downloads / "invoice.pdf.exe").exists, describe="the saved file")
        assert opened.read_text().count("\n") == 1
        await stage.press("4")
        await stage.asks()
        await stage.press("y")
        await until(lambda: opened.read_text().count("\n") == 2, describe="the second program")

        await stage.press("v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet))
        await stage.press("S")
        saved = len(FILES) + 1
        await until(lambda: len(list(downloads.glob("[!.]*"))) == saved, describe="all files")
        assert (downloads / "invoice.pdf (2).exe").exists()
        await stage.press("v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet))
        await stage.press("a")
        await stage.shows("save as")
        await stage.press("ctrl+u", *str(downloads / "mai"), "tab")
        await stage.shows("mail.eml")
        await stage.press("enter")
        await stage.shows("A file of this name is there already.")
        await stage.press("backspace", "x", "enter")
        await until((downloads / "mail.emx").exists, describe="the file under its new name")
        assert private(tmp_path)
    assert not private(tmp_path)  # emptied at the end


async def test_a_file_is_fetched_with_progress_and_can_be_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = tmp_path / "down"
    downloads.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    async with open_stage(tmp_path / "data", settings=settings_with(tmp_path)) as stage:
        key = with_files(stage, here=False)
        view = await read(stage, key)
        await until(lambda: len(view.files) == len(FILES), describe="the files")
        await stage.press("1")
        await until(lambda: (key, "2") in stage.engine.wanted)
        status = stage.engine.statuses[stage.account]
        fetching = Fetching(key, "2", 1_258_291, 5_033_165)
        stage.engine.statuses[stage.account] = replace(status, fetching=fetching)
        for listener in stage.engine.listeners:
            listener()
        await stage.shows("Fetching table.csv: 1.2 of 4.8 MB")
        await stage.shows("xx give up")
        await stage.press("x", "x")
        await stage.shows("Given up. What came is kept.")
        assert stage.engine.given_up == [(key, "2")]
        await until(lambda: "1.2 of 4.8 MB" not in stage.text, describe="no progress")
        bring_text(stage.store, key, base64.b64encode(FILES["table.csv"][1]), "2")
        await stage.press("v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet))
        await stage.press("j", "s")  # what is asked for later comes; what was given up did not open
        await until(lambda: (key, "3") in stage.engine.wanted)
        bring_text(stage.store, key, base64.b64encode(INNER), "3")
        await until((downloads / "mail.eml").exists, describe="the second file")
        assert not isinstance(stage.app.screen, FileScreen)


async def test_wide_tables_move_and_what_is_damaged_is_said_wherever_the_file_is_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a file that was cut on its way being saved as if it were whole."""
    downloads = tmp_path / "down"
    downloads.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    columns = [f"column {number} of the table" for number in range(9)]
    table = (",".join(columns) + "\r\n" + ",".join("x" * 20 for _ in columns)).encode()
    stored = {
        "wide.csv": base64.b64encode(table),
        "cut.csv": base64.b64encode(b"Name,Sum\r\nKim,12\r\n" * 3)[:-6],
        "odd.png": base64.b64encode(image()).replace(b"A", b"\xff", 1),
    }
    async with open_stage(tmp_path / "data", settings=settings_with(tmp_path)) as stage:
        parts = tuple(
            BodyPart(
                str(number), "application", "octet-stream", size=len(body), encoding="base64",
                disposition="attachment", filename=SafeText(name),
            )
            for number, (name, body) in enumerate(stored.items(), 2)
        )  # fmt: skip
        key = record(stage.store, stage.account, 9001, parts=parts)
        for number, body in enumerate(stored.values(), 2):
            bring_text(stage.store, key, body, str(number))
        view = await read(stage, key)
        await until(lambda: len(view.files) == len(stored), describe="the files")
        await stage.press("1")
        await stage.shows("column 0 of the table")
        assert "column 8" not in stage.text
        assert "damaged" not in stage.text
        await stage.shows("Right move on")
        await stage.press("right", "right", "right", "right")
        await stage.shows("column 8 of the table")
        assert "column 0" not in stage.text
        await stage.press("shift+left", "shift+left", "shift+left", "shift+left")
        await stage.shows("column 0 of the table")
        await stage.press("q", "2")
        await stage.shows("The file is cut short; what could be decoded is shown.")
        await stage.shows("cut short ")
        assert_exact_rows(stage.app)
        await stage.press("right")
        await stage.shows("Nothing here is wider than the screen.")
        await stage.press("s")
        await stage.shows("cut.csv is cut short: what could be decoded was saved.")
        assert (downloads / "cut.csv").read_bytes().startswith(b"Name,Sum\r\nKim,12\r\n")
        await stage.press("q", "v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet))
        await stage.shows("is damaged")
        assert stage.text.count("is cut short") == 1
        await stage.press("j", "s")
        await stage.shows("cut (2).csv is cut short")
        await stage.press("3")
        await stage.shows("application/octet-stream")
        await stage.shows("damaged ")


async def test_words_are_found_and_copied_in_a_file_and_not_in_an_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path))
    text = "".join(f"line {number}\r\n" for number in range(60)).encode() + b"the needle\r\n"
    parts = (
        BodyPart("2", "text", "plain", size=len(text), encoding="7bit", disposition="attachment",
                 filename=SafeText("long.txt")),
        BodyPart("3", "image", "png", size=9, encoding="base64", disposition="attachment",
                 filename=SafeText("dot.png")),
    )  # fmt: skip
    async with open_stage(tmp_path / "data", settings=settings_with(tmp_path)) as stage:
        key = record(stage.store, stage.account, 9001, parts=parts)
        bring_text(stage.store, key, text, "2")
        bring_text(stage.store, key, base64.b64encode(image()), "3")
        view = await read(stage, key)
        await until(lambda: len(view.files) == 2, describe="the files")
        await stage.press("1")
        await stage.shows("line 9")
        await stage.shows("/ search")
        await stage.press("slash", *"nowhere")
        await stage.shows("“nowhere” is not in this text.")
        await stage.press(*["backspace"] * 7, *"NEEDLE")
        await stage.shows("the needle")
        await stage.press("enter")
        await until(lambda: "1 of 1" in rows(stage.app)[-1], describe="where it was found")
        assert "n next" in rows(stage.app)[-1]
        await stage.press("k")  # the keys of the file go on meanwhile
        await stage.press("V")
        await until(lambda: "y copy" in rows(stage.app)[-1], describe="the caret")
        assert "reply" not in rows(stage.app)[-1]
        await stage.press("r")  # no answer begins from here
        assert isinstance(stage.app.screen, FileScreen)
        await stage.press("y")
        assert stage.app.clipboard == "the needle"
        await stage.press("escape")  # the search ends, the file stays
        await until(lambda: "1 of 1" not in rows(stage.app)[-1], describe="the end of the search")
        assert isinstance(stage.app.screen, FileScreen)
        await stage.press("escape")
        await until(lambda: not isinstance(stage.app.screen, FileScreen), describe="the message")
        await stage.press("2")
        await until(
            lambda: isinstance(stage.app.screen, FileScreen) and stage.app.screen.image is not None,
            describe="the image",
        )
        await stage.press("slash")
        await stage.shows("There is no text in an image.")


def test_an_image_that_claims_to_be_huge_is_not_decoded() -> None:
    """Turned red by decoding before the size is looked at."""
    width = 20_000
    header = width.to_bytes(4, "big") + (MOST_PIXELS // width + 1).to_bytes(4, "big")
    data = bytearray(image())
    at = data.index(b"IHDR") + 4
    data[at : at + 8] = header
    for content, words in ((bytes(data), "."), (b"GIF89a nonsense", "damaged"), (b"", "damaged")):
        with pytest.raises(NoImageError, match=words):
            fitted(content, 40, 20, (0, 0, 0))
    wide = BytesIO()
    Image.new("RGBA", (400, 20), (255, 0, 0, 0)).save(wide, "PNG")
    rows = half_blocks(fitted(wide.getvalue(), 40, 20, (1, 2, 3)), (1, 2, 3))
    assert [row.cell_length for row in rows] == [40]
    colour = next(iter(rows[0])).style
    assert colour is not None
    assert colour.color is not None
    assert colour.color.triplet == (1, 2, 3)  # the ground shows through


def test_paths_are_completed_as_far_as_the_names_agree(tmp_path: Path) -> None:
    for name in ("report-1.pdf", "report-2.pdf"):
        (tmp_path / name).touch()
    (tmp_path / "deep").mkdir()
    assert completed(f"{tmp_path}/rep") == f"{tmp_path}/report-"
    assert completed(f"{tmp_path}/de") == f"{tmp_path}/deep/"
    assert completed(f"{tmp_path}/zzz") == f"{tmp_path}/zzz"
    assert completed("/no/such/place") == "/no/such/place"
    assert target_problem(f"{tmp_path}/report-1.pdf") == "A file of this name is there already."
    assert target_problem(f"{tmp_path}/none/a") == "There is no such folder."
    assert target_problem(f"{tmp_path}/new") == ""
    assert target_problem(" ") == "There is no name."
