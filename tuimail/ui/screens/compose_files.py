"""What goes along with a message: files, and whom it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from textual import on, work

from tuimail.errors import StoreError
from tuimail.model.draft import DraftFile, Writing
from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import size_text
from tuimail.ui.screens.compose_keeping import READING, ComposeKeeping
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import AddressInput, SenderField
from tuimail.ui.widgets.choice_sheet import Choice, ChoiceSheet
from tuimail.ui.widgets.compose_rows import ComposeRemark
from tuimail.ui.widgets.path_sheet import PathSheet
from tuimail.ui.widgets.text_editor import FilesPasted
from tuimail.ui.writing.command_output import MARK, output_of
from tuimail.ui.writing.compose_words import domain_of
from tuimail.ui.writing.draft_files import AttachFailed, attach, keep_files, paths_named
from tuimail.ui.writing.identities import Identity, identities
from tuimail.ui.writing.signature import signature_of, with_signature


class ComposeFiles(ComposeKeeping):
    """A form that takes files, and lets its sender be chosen."""

    def on_mount(self) -> None:
        """Show what goes along from the beginning."""
        self._show_files()

    # -- files ---------------------------------------------------------------------------------

    @work(group=READING, exclusive=True)
    async def action_attach(self) -> None:
        """Choose files by path or pattern, or what a command writes, and attach them."""
        if self._busy or self._refuses_change():
            return
        typed = await self.app.push_screen_wait(PathSheet(Path.cwd()))
        if typed is None:
            return
        if typed.startswith(MARK):
            await self._take_output(typed[len(MARK) :].strip())
            return
        try:
            paths = paths_named(typed, Path.cwd())
        except AttachFailed as failure:
            self._tell(str(failure), Severity.ERROR)
            return
        await self._take_in(paths)

    @on(FilesPasted)
    def _files_pasted(self, event: FilesPasted) -> None:
        if self._attaching:
            self._tell("Another file is being read. Paste again when it is attached.")
        elif not self._busy and not self._refuses_change():
            self.attach_files(event.paths)

    @work(group=READING)
    async def attach_files(self, paths: Sequence[Path]) -> None:
        """Attach files of the disk."""
        await self._take_in(paths)

    async def _take_output(self, command: str) -> None:
        self._attaching = True
        try:
            self._tell(f"Running {command} … {self._key('composer.close')} gives it up.")
            kept = await keep_files(shell(self).store, [await output_of(command)])
        except AttachFailed as failure:
            self._tell(str(failure), Severity.ERROR)
            return
        except StoreError as error:
            self._tell(f"It was not attached: {error.message}", Severity.ERROR)
            return
        finally:
            self._attaching = False
        self._set_files((*self._draft.files, *kept))
        self._tell(f"Attached {kept[0].name}, {size_text(kept[0].size)}.")

    async def _take_in(self, paths: Sequence[Path]) -> None:
        self._attaching = True
        try:
            what = clean(paths[0].name) if len(paths) == 1 else f"{len(paths)} files"
            self._tell(f"Reading {what} … {self._key('composer.close')} gives it up.")
            kept, problems = await attach(shell(self).store, paths, self._tell)
        finally:
            self._attaching = False
        self._set_files((*self._draft.files, *kept))
        if problems:
            more = f" {len(problems) - 1} more could not be attached." if len(problems) > 1 else ""
            self._tell(problems[0] + more, Severity.ERROR)
        else:
            size = size_text(sum(one.size for one in kept))
            self._tell(f"Attached {what}, {size}.")

    @work(group="detach", exclusive=True)
    async def action_detach(self) -> None:
        """Take a file off, the one that is chosen where there are several."""
        files = self._draft.files
        if self._busy or self._refuses_change():
            return
        if not files:
            self._tell("There is no file to take off.")
            return
        taken: DraftFile | None = files[0]
        if len(files) > 1:
            names = {f"{number} {clean(one.name)}": one for number, one in enumerate(files, 1)}
            choices = [Choice(name, size_text(one.size)) for name, one in names.items()]
            sheet = ChoiceSheet("Take off", choices, choices[0].word, marks_now=False)
            word: str | None = await self.app.push_screen_wait(sheet)
            taken = names.get(word or "")
        if taken is not None:
            self._set_files(tuple(one for one in self._draft.files if one is not taken))
            self._tell(f"{clean(taken.name)} is taken off.")

    def _set_files(self, files: tuple[DraftFile, ...]) -> None:
        self._draft = replace(self._draft, files=files)
        self._show_files()
        self._touched()

    def _show_files(self) -> None:
        self.query_one(ComposeRemark).show_files(
            [(one.name, one.size) for one in self._draft.files]
        )

    def _refuses_change(self) -> bool:
        """Say so where what is passed on may not change, and return whether that is the case."""
        if self._draft.writing is Writing.BOUNCE:
            self._tell("A message that is bounced goes on as it is.")
            return True
        return False

    # -- the sender ----------------------------------------------------------------------------

    @work(group="sender", exclusive=True)
    async def action_sender(self) -> None:
        """Choose whom the message is from."""
        if self._busy:
            return
        app = shell(self)
        known = {str(one.address): one for one in identities(app.accounts)}
        if len(known) < 2:
            self._tell("There is no other address to write from: `aliases` in the settings.")
            return
        now = str(self._draft.sender_or(app.accounts[self._draft.account_id].address))
        choices = [
            Choice(name, app.accounts[one.account].name if one.is_own else "alias")
            for name, one in known.items()
        ]
        word = await self.app.push_screen_wait(ChoiceSheet("From", choices, now))
        if word in known:
            await self._write_as(known[word])

    def _signature(self) -> str:
        app, draft = shell(self), self._draft
        account = app.accounts[draft.account_id]
        return signature_of(app.settings, account, draft.sender_or(account.address).address)

    async def _write_as(self, identity: Identity) -> None:
        keeper, app = self._keeper, shell(self)
        before = self._signature()
        moves = identity.account != self._draft.account_id
        self._draft = replace(self._draft, account_id=identity.account, sender=identity.sender)
        if self._signature() != before:
            self._text.set_text(with_signature(self._text.text, self._signature()))
        account = app.accounts[identity.account]
        self.query_one(SenderField).show(str(self._draft.sender_or(account.address)), account.name)
        for line in self._lines.values():
            if isinstance(line, AddressInput):
                line.belongs_to(domain_of(account.address))
        self._show_people()
        if moves and keeper is not None:
            try:
                await keeper.move()
            except StoreError as error:
                self._tell(f"The draft was not saved: {error.message}", Severity.ERROR)
        self._touched()
