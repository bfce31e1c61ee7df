"""The text of the message that is read: how much of it is here, the rest, and its letters."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult

from tuimail.errors import StoreError
from tuimail.model.bodystructure import leaves
from tuimail.model.message import MessageKey
from tuimail.model.notice import Severity
from tuimail.model.status import ALL_TEXT, Connectivity
from tuimail.ui.reading.fetch_words import fetching_words, share_text
from tuimail.ui.shell import shell
from tuimail.ui.widgets.fetch_line import FetchLine
from tuimail.ui.widgets.message_pane import MessagePane

AS_IT_SAYS = "As the message says"


class ReaderText(MessagePane):
    """The actions on the text as a whole."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line = FetchLine()

    def compose(self) -> ComposeResult:
        """Say between head and text how much of it is here."""
        yield self._head
        yield self._line
        yield self._body

    def on_mount(self) -> None:
        """Follow how far it is; what else is followed the pane follows itself."""
        shell(self).signal_status.subscribe(self, lambda _: self._say_share())

    def show(self, key: MessageKey | None) -> None:
        """Show a message from its beginning, or nothing."""
        super().show(key)
        if key is None:
            self._line.say("")

    def _show_head(self) -> None:
        super()._show_head()
        self._say_share()

    def _say_share(self) -> None:
        """Say how far a long text is, or how much of it is here."""
        app, message = shell(self), self._message
        if message is None:
            self._line.say("")
            return
        key = message.summary.key
        status = app.engine.status.get(message.summary.account_id) if app.engine else None
        words = fetching_words(status, key, None, "the text")
        if words or self._reading is None or not self._reading.is_cut:
            self._line.say(words)
            return
        here = sum(self._begun.values())
        share = share_text(here, max(here, self._octets_of_text()))
        load_all = app.keys.shown("reader.load_all")
        self._line.say(f"Only the beginning is here: {share}.", load_all, "fetch the rest")

    def _octets_of_text(self) -> int:
        """How long the cut parts are, as far as the server told."""
        message = self._message
        if message is None:
            return 0
        if message.structure is None:
            return message.summary.size
        return sum(part.size for part in leaves(message.structure) if part.section in self._begun)

    # -- keys ----------------------------------------------------------------------------------

    def action_load_all(self) -> None:
        """Fetch the rest of a text of which the beginning is here."""
        app, message, reading = shell(self), self._message, self._reading
        if message is None or reading is None:
            app.tell("There is no text yet.")
        elif not reading.is_cut:
            app.tell("All of the text is here.")
        elif app.engine is not None:
            app.engine.want_body(message.summary.key, section=ALL_TEXT)
            status = app.engine.status.get(message.summary.account_id)
            is_online = status is not None and status.connectivity is Connectivity.ONLINE
            app.tell("Fetching the text …" if is_online else "It comes with the next connection.")

    @work(group="read-as", exclusive=True)
    async def action_read_as(self) -> None:
        """Choose what the letters are, where the message says it wrongly."""
        app, message = shell(self), self._message
        if message is None or self._reading is None:
            app.tell("There is no text yet.")
            return
        key = message.summary.key
        try:
            charsets = await app.texts.charsets(message)
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
        if self._message is not None and self._message.summary.key == key:
            self._load(self._message, keep_place=True)
