"""What is done with the files of a message: looked at, opened, saved, piped.

A file that is not here yet is fetched first; it is done when the store has it, even when another
message is shown by then.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from textual.widget import Widget

from tuimail.config.opening import command_for_file, desktop_opener, start
from tuimail.config.surroundings import surroundings
from tuimail.errors import StoreError
from tuimail.mime.danger import danger
from tuimail.mime.filename import attachment_name, write_new
from tuimail.mime.transfer import Damage
from tuimail.model.bodystructure import BodyPart
from tuimail.model.changes import ChangeSet
from tuimail.model.message import Message, MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.text.safe import SafeText, clean
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.reading.fetch_words import fetching_words
from tuimail.ui.shell import is_connected, shell, status_of
from tuimail.ui.terminal.saving import completed, downloads_dir, target_of, target_problem
from tuimail.ui.widgets.attachment_list import ListedFile, listed_files
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading
    from tuimail.ui.widgets.line_sheet import LineSheet

Lookup = Callable[[str], bytes | None]
Then = Callable[["FileContent"], Coroutine[Any, Any, None]]
_COMMAND = "reader.command"
"""Where the last command is remembered, as for whole messages."""
_LEAST_NAME = 12
_ANSWERS = 34
"""Cells of the answers behind a question, and of what stands around the name."""
_END = 6
"""Cells of a name's end that are always shown."""
_MOST_MEASURED = 30_000_000
"""Octets of files that are decoded to list them."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """The message that files are of.

    Attributes:
        lookup: Where its sections are, for a message that is itself a file, or was opened; None for
            the store.
    """

    message: Message
    lookup: Lookup | None = None

    @classmethod
    def read(
        cls, message: Message, reading: Reading | None, lookup: Lookup | None = None
    ) -> FileSource:
        """Return where the files of a message are that is read, be it signed or encrypted.

        Args:
            message: As it came.
            reading: What was read of it.
            lookup: As above.
        """
        inner = reading.inner if reading is not None else None
        if inner is None:
            return cls(message, lookup)
        return cls(inner.of_message(message), inner.sections.get)


class FileContent(NamedTuple):
    """A file, decoded as far as it could be, and what happened to it on its way."""

    octets: bytes
    damage: Damage

    def said(self, sentence: str) -> str:
        """Add to what is said of a file that it is damaged, where it is."""
        return f"{sentence} It is {self.damage}." if self.damage else sentence


@dataclass(frozen=True, slots=True)
class _Waiting:
    source: FileSource
    part: BodyPart
    then: Then


class FileDesk:
    """Does what is asked for with files.

    Args:
        owner: A mounted widget; it lends its application.
        changed: Called when more or less is waited for.
    """

    def __init__(self, owner: Widget, changed: Callable[[], None] = lambda: None) -> None:
        self._owner = owner
        self._changed = changed
        self._waiting: dict[tuple[MessageKey, str], list[_Waiting]] = {}

    # -- what is known of files ----------------------------------------------------------------

    async def listed(self, source: FileSource, files: Sequence[BodyPart]) -> list[ListedFile]:
        """Return files with their true sizes and dangers, as far as they are here."""
        here = self._sections(source)
        dangers = {part.section: str(danger(attachment_name(part))) for part in files}
        damages: dict[str, Damage] = {}
        sizes: dict[str, int] = {}
        left = _MOST_MEASURED
        for part in files:
            if self._is_here(source, part, here) and part.size <= left:
                left -= part.size
                content = await asyncio.to_thread(self._content, source, part)
                if content is not None:
                    sizes[part.section] = len(content.octets)
                    damages[part.section] = content.damage
                    name = attachment_name(part)
                    dangers[part.section] = str(danger(name, content.octets))
        known = here | {part.stored_in for part in files if part.section in sizes}
        return listed_files(files, known, sizes, dangers, damages)

    def _sections(self, source: FileSource) -> frozenset[str]:
        if source.lookup is not None:
            return frozenset()
        return shell(self._owner).store.read.sections(source.message.summary.key)

    def _is_here(self, source: FileSource, part: BodyPart, here: frozenset[str]) -> bool:
        if source.lookup is not None or part.stored_in in here:
            return True
        return source.message.structure is None and "" in here

    def _content(self, source: FileSource, part: BodyPart) -> FileContent | None:
        """Decode a file; off the screen's thread."""
        from tuimail.mime.attached import attachment_damage  # noqa: PLC0415 - only files need it
        from tuimail.mime.reading import attachment_content  # noqa: PLC0415

        read, key = shell(self._owner).store.read, source.message.summary.key
        lookup = source.lookup or (lambda section: read.part(key, section))
        octets = attachment_content(source.message, part, lookup)
        if octets is None:
            return None
        return FileContent(octets, attachment_damage(source.message, part, lookup))

    # -- fetching ------------------------------------------------------------------------------

    def _with_content(self, source: FileSource, part: BodyPart, then: Then, late: str) -> None:
        """Go on with a file's content, now or when it is here.

        Args:
            late: What is done with the next connection: `is saved`.
        """
        app, key = shell(self._owner), source.message.summary.key
        if self._is_here(source, part, self._sections(source)):
            self._start(_Waiting(source, part, then))
            return
        self._waiting.setdefault((key, part.stored_in), []).append(_Waiting(source, part, then))
        name = attachment_name(part)
        if app.engine is not None:
            app.engine.want_body(key, section=part.stored_in)
        if is_connected(app, source.message.summary.account_id):
            app.tell(app.glyphs.own(f"Fetching {name} …"))
        else:
            app.tell(f"{name} {late} with the next connection.")
        self._changed()

    def store_changed(self, changes: ChangeSet) -> None:
        """Go on with what was waited for."""
        for key, section in [each for each in self._waiting if each[0] in changes.messages]:
            waiting = self._waiting[key, section]
            if self._is_here(waiting[0].source, waiting[0].part, self._sections(waiting[0].source)):
                del self._waiting[key, section]
                for each in waiting:
                    self._start(each)
                self._changed()

    def progress_words(self) -> str:
        """Return how far the file is that is being fetched; empty while none is."""
        app = shell(self._owner)
        for (key, section), waiting in self._waiting.items():
            message, name = waiting[0].source.message, attachment_name(waiting[0].part)
            words = fetching_words(status_of(app, message.summary.account_id), key, section, name)
            if words:
                return words
        return ""

    def give_up(self) -> bool:
        """Have no file fetched any more; return whether one was waited for."""
        given_up, engine = tuple(self._waiting), shell(self._owner).engine
        self._waiting.clear()
        for key, section in given_up:
            if engine is not None:
                engine.give_up(key, section=section)
        self._changed()
        return bool(given_up)

    def _start(self, waiting: _Waiting) -> None:
        begin(self._owner, partial(self._run, waiting), group="files")

    async def _run(self, waiting: _Waiting) -> None:
        app, name = shell(self._owner), attachment_name(waiting.part)
        try:
            content = await asyncio.to_thread(self._content, waiting.source, waiting.part)
        except StoreError as error:
            app.tell(error.message, Severity.ERROR)
            return
        if content is None:
            app.tell(f"{name} is not in this message any more.", Severity.ERROR)
        else:
            await waiting.then(content)

    # -- deeds ---------------------------------------------------------------------------------

    def do(self, deed: str, source: FileSource, files: Sequence[BodyPart], index: int) -> None:
        """Do what the sheet answered."""
        part = files[index]
        if deed == "save_all":
            for each in files:
                self.save(source, each)
        elif deed == "save":
            self.save(source, part)
        elif deed == "save_as":
            begin(self._owner, partial(self._save_as, source, part), group="asking")
        elif deed == "pipe":
            begin(self._owner, partial(self._pipe, source, part), group="asking")
        elif deed == "open":
            self._with_content(source, part, partial(self._open, source, part), "is opened")
        else:
            self._with_content(source, part, partial(self._view, source, part), "is opened")

    def save(self, source: FileSource, part: BodyPart) -> None:
        """Save a file in the downloads."""
        self._with_content(source, part, partial(self._write, part, None), "is saved")

    async def _save_as(self, source: FileSource, part: BodyPart) -> None:
        name = attachment_name(part)
        hints = (("Enter", "save"), ("line.tab", "complete"), ("line.close", "close"))
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        sheet = LineSheet(
            "save as ",
            f"{downloads_dir()}/{name}",
            lambda _text: "",
            hints,
            tab=lambda: complete_line(sheet),
            check=target_problem,
        )
        typed = await self._ask(sheet)
        if typed:
            target = target_of(typed, name)
            self._with_content(source, part, partial(self._write, part, target), "is saved")

    async def _pipe(self, source: FileSource, part: BodyPart) -> None:
        app = shell(self._owner)
        last = app.store.read.meta(_COMMAND) or ""
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        sheet = LineSheet("| ", last, lambda _text: "", (("Enter", "run"), ("line.close", "close")))
        command = (await self._ask(sheet) or "").strip()
        if command:
            app.remember(_COMMAND, command)
            self._with_content(source, part, partial(self._run_command, command), "is piped")

    async def _ask(self, sheet: LineSheet) -> str | None:
        answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._owner.app.push_screen(sheet, answered.set_result)
        return await answered

    async def _run_command(self, command: str, content: FileContent) -> None:
        from tuimail.ui.terminal.piping import CommandFailed, pipe_to  # noqa: PLC0415 - few need it

        app = shell(self._owner)
        try:
            status = await pipe_to(self._owner.app, command, content.octets)
        except CommandFailed as error:
            app.tell(error.message, Severity.ERROR)
            return
        said = f"The command ended with {status}." if status else "The command is done."
        damage = f" The file is {content.damage}." if content.damage else ""
        app.tell(f"{said}{damage}", Severity.WARNING if content.damage else Severity.INFO)

    async def _write(self, part: BodyPart, target: Path | None, content: FileContent) -> None:
        app = shell(self._owner)
        folder = downloads_dir() if target is None else target.parent
        name = attachment_name(part) if target is None else SafeText(target.name)
        try:
            path = await asyncio.to_thread(write_new, folder, name, content.octets)
        except OSError as error:
            app.tell(_not_saved(name, folder, error))
            return
        said = f"Saved {clean(path.name)} in {clean(str(path.parent))}"
        if content.damage:
            app.tell(_saved_in_part(clean(path.name), said, content.damage))
        else:
            app.tell(said, Severity.SUCCESS)

    async def _view(self, source: FileSource, part: BodyPart, content: FileContent) -> None:
        """Look at a file here where that is possible, else open it."""
        from tuimail.mime.inside import Kind, kind_of  # noqa: PLC0415 - few files are looked at

        app, kind = shell(self._owner), kind_of(part, attachment_name(part))
        if kind is None or (kind is Kind.IMAGE and not app.shows_images):
            await self._open(source, part, content)
        else:
            app.open_file(source, part, kind, content)

    async def _open(self, source: FileSource, part: BodyPart, content: FileContent) -> None:
        """Open a file with its program, after asking where it is dangerous."""
        app, name = shell(self._owner), attachment_name(part)
        words = danger(name, content.octets)
        if words and not await self._insists(source, part, words):
            return
        command = command_for_file(app.settings.reader.open_files, part.content_type, name)
        if not command and surroundings(os.environ).can_open_browser:
            command = desktop_opener(os.environ) or []
        if not command:
            app.tell(f"No program opens {name} here. It can be saved, or piped to a command.")
            return
        try:
            path = await asyncio.to_thread(app.private_files.write, name, content.octets)
        except OSError as error:
            app.tell(f"{name} was not opened: {clean(error.strerror or 'the disk refused it')}.")
            return
        if await asyncio.to_thread(start, [*command, str(path)], os.environ):
            severity = Severity.WARNING if content.damage else Severity.INFO
            app.tell(content.said(f"Opening {name}."), severity)
        else:
            app.tell(f"{clean(command[0])} cannot be started.", Severity.ERROR)

    async def _insists(self, source: FileSource, part: BodyPart, words: str) -> bool:
        """Ask about a dangerous file; return whether it is to be opened all the same."""
        bar = self._owner.app.screen.query(BottomBar).first()
        room = max(_LEAST_NAME, bar.size.width - _ANSWERS - len(words))
        name = attachment_name(part)
        if cell_len(name) > room:
            mark = shell(self._owner).glyphs.cut
            name = clean(cut(name, room - _END, mark) + name[-_END:])
        answer = await bar.ask(f"{name} {words}.", {"y": "open", "s": "save"})
        if answer == "s":
            self.save(source, part)
        return answer == "y"


def complete_line(sheet: LineSheet) -> None:
    """Complete the path in a line as far as the files there allow."""
    sheet.line.value = completed(sheet.line.value)
    sheet.line.cursor_position = len(sheet.line.value)


def _saved_in_part(name: SafeText, said: str, damage: Damage) -> Notice:
    return Notice(
        Severity.WARNING,
        clean(f"{name} is {damage}: what could be decoded was saved."),
        happened=clean(f"{name} is not as it was sent. It is {damage} in the message itself."),
        now=clean(f"{said}, as far as it could be decoded."),
        you_can="Ask whoever sent it to send it again.",
    )


def _not_saved(name: str, folder: Path, error: OSError) -> Notice:
    reason = clean(error.strerror or "the disk refused it")
    return Notice(
        Severity.ERROR,
        clean(f"{name} was not saved: {reason}."),
        happened=clean(f"Writing to {folder} failed: {reason}."),
        now="Nothing was written.",
        you_can="Free some space or set XDG_DOWNLOAD_DIR, and save again.",
    )
