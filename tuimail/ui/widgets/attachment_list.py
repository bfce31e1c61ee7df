"""The files of a message in a sheet: what each is, how large, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.mime.filename import attachment_name
from tuimail.mime.transfer import Damage
from tuimail.model.bodystructure import BodyPart
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import fit, size_text
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, rule
from tuimail.ui.reading.head_layout import file_octets
from tuimail.ui.widgets.choice_sheet import SheetKeys

MOST_ROWS: Final = 12
_LEAST_NAME: Final = 20
_MOST_CELLS: Final = 100


class FileWish(NamedTuple):
    """What is to be done with a file.

    Attributes:
        at: Which, from 0.
        deed: `view`, `open`, `save`, `save_as`, `save_all` or `pipe`.
    """

    at: int
    deed: str


class ListedFile(NamedTuple):
    """A file as the sheet shows it.

    Attributes:
        octets: Its size, decoded.
        is_here: It is downloaded, and `octets` is not a guess.
        danger: What is dangerous about it; empty for nothing.
        damage: What happened to it on its way, as far as it is here.
    """

    part: BodyPart
    octets: int
    is_here: bool
    danger: str
    damage: Damage = Damage.NONE

    @property
    def warning(self) -> str:
        """What is to be said of it, behind `It`."""
        is_damaged = f"is {self.damage}" if self.damage else ""
        return " and ".join(words for words in (is_damaged, self.danger) if words)


def listed_files(
    files: Sequence[BodyPart],
    here: Collection[str],
    sizes: Mapping[str, int],
    dangers: Mapping[str, str],
    damages: Mapping[str, Damage],
) -> list[ListedFile]:
    """Put together what is known of files; the maps are by section."""
    return [
        ListedFile(
            part,
            sizes.get(part.section, file_octets(part)),
            part.stored_in in here,
            dangers.get(part.section, ""),
            damages.get(part.section, Damage.NONE),
        )
        for part in files
    ]


def attachment_row(number: int, file: ListedFile, *, bar: str, width: int, glyphs: Glyphs) -> Row:
    """One file: number, name, danger, type, size, and the mark of what is not downloaded.

    Args:
        bar: What stands in column 0.
    """
    about = "" if file.is_here else "about "
    size = f"{about}{size_text(file.octets)} {' ' if file.is_here else glyphs.absent} "
    width = min(width, _MOST_CELLS)
    name = str(attachment_name(file.part))
    kind = f"{file.part.content_type}  "
    # The type is told where the name has room beside it.
    if file.warning or cell_len(name + kind + size) + 8 > width:
        kind = ""
    room = max(1, width - cell_len(size + kind) - 6)
    warning: Row = ()
    if file.warning:
        cells = min(room, max(_LEAST_NAME, room - cell_len(file.warning) - 3), cell_len(name))
        warning = (Run(f" {glyphs.look} ", "warning"), Run(file.warning, "warning"))
        room = cells
    left = (Run(bar, "cursor-bar"), Run(f"{number:>2} ", "key"))
    runs = (*left, Run(fit(name, room, glyphs.cut)), *warning)
    return ends(runs, (Run(f"  {kind}{size}", "muted"),), width)


class AttachmentRows(Widget):
    """The rows of the sheet."""

    def __init__(self, files: Sequence[ListedFile], glyphs: Glyphs) -> None:
        super().__init__()
        self._files, self._glyphs = files, glyphs
        self.cursor = 0
        self.styles.height = min(MOST_ROWS, len(files)) + 1

    def render_line(self, y: int) -> Strip:
        """Paint the title or one file."""
        width = self.size.width
        if y == 0:
            title = rule(width, self._glyphs.rule, "Attachments", str(len(self._files)))
            return roles(self.app).strip(title, width, "sheet")
        shown = max(1, self.size.height - 1)
        index = max(0, self.cursor - shown + 1) + y - 1
        if index >= len(self._files):
            return roles(self.app).strip((), width, "sheet")
        file, palette = self._files[index], roles(self.app)
        if index != self.cursor:
            row = attachment_row(index + 1, file, bar=" ", width=width, glyphs=self._glyphs)
            return palette.strip(row, width, "sheet")
        bar = ">" if palette.reverses_cursor else self._glyphs.cursor
        row = attachment_row(index + 1, file, bar=bar, width=width, glyphs=self._glyphs)
        return palette.strip(row, width, "cursor")


class DangerRow(Widget):
    """What is wrong with the file at the cursor, in full."""

    DEFAULT_CSS = "DangerRow { height: 0; width: 100%; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs, self._words = glyphs, ""

    def say(self, words: str) -> None:
        """Say it, or nothing."""
        self._words = words
        self.styles.height = 1 if words else 0
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint it."""
        row = (BLANK, Run(f"{self._glyphs.look} ", "warning"), Run(f"It {self._words}.", "warning"))
        return roles(self.app).strip(row if y == 0 else (), self.size.width, "sheet")


class AttachmentSheet(ModalScreen[FileWish | None]):
    """Answers what is to be done with which file, or None."""

    DEFAULT_CSS = """
    AttachmentSheet { align: left bottom; background: transparent; }
    AttachmentRows { width: 100%; }
    """
    BINDINGS = bindings_for("attachments")

    def __init__(self, files: Sequence[ListedFile], glyphs: Glyphs) -> None:
        super().__init__()
        self._files = files
        self._rows = AttachmentRows(files, glyphs)
        self._danger = DangerRow(glyphs)
        self._keys = SheetKeys(
            ("attachments.view", "open"),
            ("attachments.save", "save"),
            ("attachments.save_all", "all"),
            ("attachments.save_as", "as"),
            ("attachments.pipe", "pipe"),
            ("attachments.close", "close"),
        )

    def compose(self) -> ComposeResult:
        """Files above keys."""
        yield self._rows
        yield self._danger
        yield self._keys

    def on_mount(self) -> None:
        """Begin at the first."""
        self.action_move(0)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._rows.cursor = max(0, min(len(self._files) - 1, self._rows.cursor + rows))
        self._danger.say(self._files[self._rows.cursor].warning)
        self._rows.refresh()

    def action_answer(self, deed: str) -> None:
        """Do something with the file at the cursor."""
        self.dismiss(FileWish(self._rows.cursor, deed))

    def action_view_number(self, number: int) -> None:
        """Look at the file with this number, or open it."""
        if number <= len(self._files):
            self.dismiss(FileWish(number - 1, "view"))

    def action_close(self) -> None:
        """Do nothing."""
        self.dismiss(None)
