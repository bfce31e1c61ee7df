"""Sections of messages that are wanted for something: at hand at once, or once they have come."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

from tuimail.model.changes import ChangeSet
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.ui.shell import is_connected, shell

Then = Callable[[bytes], None]

_WHOLE = ""


class AwaitedSections:
    """Asks the engine for what is not here, and goes on when the store has it.

    Args:
        owner: A mounted widget; it lends its application.
    """

    def __init__(self, owner: Widget) -> None:
        self._owner = owner
        self._waiting: dict[MessageKey, list[Then]] = {}

    def with_whole(self, message: MessageSummary, then: Then) -> None:
        """Call with the octets of a whole message, now or when they are here.

        Raises:
            StoreError: What is here cannot be read.
        """
        data = self._whole(message.key)
        if data is not None:
            then(data)
            return
        app = shell(self._owner)
        self._waiting.setdefault(message.key, []).append(then)
        if app.engine is not None:
            app.engine.want_body(message.key, section=_WHOLE)
        comes_now = is_connected(app, message.account_id)
        later = "It is done with the next connection."
        app.tell(app.glyphs.own("Fetching the whole message …" if comes_now else later))

    def store_changed(self, changes: ChangeSet) -> None:
        """Go on with what has come.

        Raises:
            StoreError: What is here cannot be read.
        """
        for key in changes.messages & self._waiting.keys():
            data = self._whole(key)
            if data is not None:
                for then in self._waiting.pop(key):
                    then(data)

    def give_up(self) -> bool:
        """Have nothing fetched any more; return whether something was waited for."""
        given_up, engine = tuple(self._waiting), shell(self._owner).engine
        self._waiting.clear()
        for key in given_up:
            if engine is not None:
                engine.give_up(key, section=_WHOLE)
        return bool(given_up)

    def _whole(self, key: MessageKey) -> bytes | None:
        """The whole message; None while not all of it is here."""
        read = shell(self._owner).store.read
        return read.part(key, _WHOLE) if _WHOLE in read.sections(key) else None
