"""What is put around a text: signature and template, the format it is sent in, and its preview."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from textual import work

from tuimail.errors import ConfigError, MimeError, StoreError
from tuimail.model.draft import DraftProtection, TextFormat, Writing
from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.screens.compose_sending import ComposeSending
from tuimail.ui.screens.preview import PreviewScreen
from tuimail.ui.shell import shell
from tuimail.ui.widgets.choice_sheet import Choice, ChoiceSheet
from tuimail.ui.writing.compose_words import protection_words, recipients, ways_after
from tuimail.ui.writing.sending import lack_of_keys, raw_as_written

_ASKED: Final = (
    "Nothing is asked for.",
    "Servers are asked to report its delivery.",
    "Its readers are asked for a receipt; they may send none.",
    "Servers are asked to report its delivery, its readers for a receipt.",
)


class ComposeText(ComposeSending):
    """Sending, and what makes a text whole."""

    def action_change_format(self) -> None:
        """Send what is written as text, or as Markdown with HTML beside it."""
        is_text = self._draft.format is TextFormat.TEXT
        self._draft = replace(
            self._draft, format=TextFormat.MARKDOWN if is_text else TextFormat.TEXT
        )
        self._touched()
        preview = shell(self).keys.shown("composer.preview")
        self._tell(
            f"Markdown: it is sent with HTML beside the text. {preview} shows it."
            if is_text
            else "Text: it is sent as it is."
        )

    @work(group="protect", exclusive=True)
    async def action_protect(self) -> None:
        """Go on to the next protection that is possible with the keys that are here."""
        if self._busy:
            return
        if self._draft.writing is Writing.BOUNCE:
            self._tell("It is passed on as it is.")
            return
        draft = self.current()
        app, now = shell(self), draft.protection
        account, lack = app.accounts[draft.account_id], ""
        certified = any(each.key_files for each in app.accounts.values())
        for way in ways_after(now, has_certificates=certified):
            lack_here = await lack_of_keys(app, replace(draft, protection=way), account)
            if not lack_here:
                break
            lack = lack_here
        if way is not DraftProtection.NONE and way.is_smime != now.is_smime:
            # What PGP lacks is of no interest to who has certificates and never used it.
            lack = lack if now is not DraftProtection.NONE else ""
        if self._sending or self._editing:
            return  # what is asked about is what is sent
        self._draft = replace(self._draft, protection=way)
        self._touched()
        self._show_people()
        self._tell(f"{protection_words(way)} {lack}".rstrip())

    def action_receipts(self) -> None:
        """Go on to the next that can be asked for: of the servers, of the readers, of both."""
        draft = self._draft
        if self._busy:
            return
        if draft.writing is Writing.BOUNCE:
            self._tell("It is passed on as it is.")
            return
        asked = draft.asks_report + 2 * draft.asks_receipt
        asked = (asked + 1) % len(_ASKED)
        self._draft = replace(draft, asks_report=bool(asked & 1), asks_receipt=bool(asked & 2))
        self._touched()
        self._tell(_ASKED[asked])

    @work(group="preview", exclusive=True)
    async def action_preview(self) -> None:
        """Show the message as its receivers see it."""
        app, draft = shell(self), self.current()
        try:
            raw = await raw_as_written(app, draft, app.accounts[draft.account_id])
        except (StoreError, MimeError) as error:
            self._tell(f"There is no preview: {error.message}", Severity.ERROR)
            return
        await self.app.push_screen_wait(PreviewScreen(raw, draft.account_id))

    @work(group="template", exclusive=True)
    async def action_template(self) -> None:
        """Choose a text that was prepared, and put it in front of what is written."""
        from tuimail.config.paths import config_dir  # noqa: PLC0415 - with the first template
        from tuimail.config.templates import FOLDER, read_template, template_names  # noqa: PLC0415

        folder = config_dir()
        names = template_names(folder)
        if not names:
            self._tell(f"There are no templates. They are files in {folder / FOLDER}.")
            return
        choices = [Choice(clean(name)) for name in names]
        chosen = await self.app.push_screen_wait(ChoiceSheet("Templates", choices, ""))
        if chosen is None:
            return
        try:
            text, is_markdown = read_template(folder, chosen)
        except ConfigError as error:
            self._tell(error.message, Severity.ERROR)
            return
        self._put_in(text, is_markdown=is_markdown)

    def _put_in(self, text: str, *, is_markdown: bool) -> None:
        from tuimail.config.templates import fill_in  # noqa: PLC0415 - as above
        from tuimail.ui.writing.editor_file import from_file_text  # noqa: PLC0415

        app, draft = shell(self), self.current()
        people = [one for one in recipients(draft) if one.is_usable]
        name = str(people[0].name) if people else ""
        sender = draft.sender_or(app.accounts[draft.account_id].address)
        values = {
            "name": name,
            "first": name.split(" ")[0],
            "me": str(sender.display),
            "date": f"{app.now():%-d %B %Y}",
        }
        filled = from_file_text(fill_in(text, values), replace(draft, body=""))
        kept = {
            field: getattr(filled, field) or getattr(draft, field)
            for field in ("to", "cc", "bcc", "subject")
        }
        below = draft.body.lstrip("\n")
        body = f"{filled.body.rstrip()}\n" + (f"\n{below}" if below.strip() else "")
        if is_markdown:
            self._draft = replace(self._draft, format=TextFormat.MARKDOWN)
        self._fill(replace(draft, **kept, body=body))
        self._touched()
        self._text.focus()
