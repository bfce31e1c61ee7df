"""The text of the message that is read: how much of it is here, the rest, and its letters."""

from __future__ import annotations

from typing import Final

from textual import work

from tuimail.errors import StoreError
from tuimail.model.bodystructure import leaves
from tuimail.model.message import MessageKey
from tuimail.model.notice import Severity
from tuimail.model.status import ALL_TEXT, EngineStatus
from tuimail.ui.drawing.formatting import size_text
from tuimail.ui.reading.fetch_words import fetching_words, share_text
from tuimail.ui.reading.shown_mail import ShownMail
from tuimail.ui.shell import is_connected, shell, status_of
from tuimail.ui.widgets.shown_message import ShownMessage

_WHOLE: Final = ""
AS_IT_SAYS = "As the message says"


class ReaderText(ShownMessage):
    """The actions on the text as a whole."""

    _wanted_whole: MessageKey | None = None

    def say_share(self) -> None:
        """Say how far a long text is, or how much of it is here."""
        app, shown = shell(self), self.shown
        if shown is None:
            self.say_line("")
            return
        status = status_of(app, shown.message.summary.account_id)
        words = fetching_words(status, shown.key, None, "the text")
        if not words and shown.reading is not None and shown.reading.is_large:
            self._say_large(shown, status)
            return
        if words or shown.reading is None or not shown.reading.is_cut:
            self.say_line(words, app.keys.shown("reader.give_up") if words else "", "give up")
            return
        here = sum(shown.begun.values())
        share = share_text(here, max(here, _octets_of_text(shown)))
        load_all = app.keys.shown("reader.load_all")
        self.say_line(f"Only the beginning is here: {share}.", load_all, "fetch the rest")

    def _say_large(self, shown: ShownMail, status: EngineStatus | None) -> None:
        """Say how much of a message is here that is opened when all of it is."""
        keys = shell(self).keys
        words = fetching_words(status, shown.key, _WHOLE, "the message")
        if words:
            self.say_line(words, keys.shown("reader.give_up"), "give up")
        else:
            size = size_text(shown.message.summary.size)
            self.say_line(f"It has {size}.", keys.shown("reader.load_all"), "fetch and open it")

    # -- keys ----------------------------------------------------------------------------------

    def action_load_all(self) -> None:
        """Fetch the rest of a text of which the beginning is here."""
        app, message, reading = shell(self), self.message, self.reading
        if message is None or reading is None:
            app.tell("There is no text yet.")
        elif not (reading.is_cut or reading.is_large):
            app.tell("All of the text is here.")
        elif app.engine is not None:
            self._wanted_whole = message.summary.key
            section = _WHOLE if reading.is_large else ALL_TEXT
            app.engine.want_body(message.summary.key, section=section)
            comes_now = is_connected(app, message.summary.account_id)
            app.tell("Fetching the text …" if comes_now else "It comes with the next connection.")

    def action_give_up(self) -> None:
        """Have no more fetched of what is waited for here."""
        is_given_up = self.give_up()
        shell(self).tell("Given up. What came is kept." if is_given_up else "Nothing is fetched.")

    def give_up(self) -> bool:
        """Wait for the text no more; return whether it was waited for."""
        app, shown, waits = shell(self), self.shown, self.waits_for_text
        if shown is None or app.engine is None:
            return False
        status = status_of(app, shown.message.summary.account_id)
        reading = shown.reading
        is_large = reading is not None and reading.is_large
        is_cut = is_large or (reading is not None and reading.is_cut)
        wants_rest = is_cut and self._wanted_whole == shown.key
        if not (waits or wants_rest or fetching_words(status, shown.key, None, "the text")):
            return False
        self._wanted_whole = None
        for section in (None, ALL_TEXT, *((_WHOLE,) if is_large else ())):
            app.engine.give_up(shown.key, section=section)
        if waits:
            self.wait_no_more()
        return True

    @work(group="read-as", exclusive=True)
    async def action_read_as(self) -> None:
        """Choose what the letters are, where the message says it wrongly."""
        app, shown = shell(self), self.shown
        if shown is None or shown.reading is None:
            app.tell("There is no text yet.")
            return
        key = shown.key
        try:
            charsets = await app.texts.charsets(shown.message)
        except StoreError as error:
            app.tell(error.message, Severity.ERROR)
            return
        words = dict(charsets)
        now = words.get(app.texts.charset(key) or "", AS_IT_SAYS)
        from tuimail.ui.widgets.choice_sheet import Choice, ChoiceSheet  # noqa: PLC0415 - not for the first frame

        choices = [Choice(AS_IT_SAYS), *map(Choice, words.values())]
        sheet = ChoiceSheet("Read the letters as", choices, now, "for this message")
        chosen = await self.app.push_screen_wait(sheet)
        if chosen is None:
            return
        names = {said: name for name, said in charsets}
        app.texts.read_as(key, names.get(chosen))
        self.read_again(shown)


def _octets_of_text(shown: ShownMail) -> int:
    """How long the cut parts are, as far as the server told."""
    structure = shown.message.structure
    if structure is None:
        return shown.message.summary.size
    return sum(part.size for part in leaves(structure) if part.section in shown.begun)
