"""The sheet that asks for the address of a shared mailbox, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from tuimail.errors import TuimailError
from tuimail.model.account import Account, AccountId
from tuimail.model.notice import Severity
from tuimail.text.address import parse_addresses
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Run
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import Field
from tuimail.ui.widgets.choice_sheet import SheetKeys
from tuimail.ui.work import begin

_NEEDED = "You open it with your own sign-in; your administrator gives the right to it."


class SheetRow(Widget):
    """One row of the sheet: its title, or what is worth knowing."""

    DEFAULT_CSS = "SheetRow { height: 1; width: 100%; }"

    def __init__(self, text: str, role: str) -> None:
        super().__init__()
        self._text, self._role = text, role

    def say(self, text: str, role: str) -> None:
        """Say something else."""
        self._text, self._role = text, role
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the words."""
        width = self.size.width
        words = cut(self._text, width - 2, shell(self).glyphs.cut)
        return roles(self.app).strip((BLANK, Run(words, self._role)), width, "sheet")


class SharedSheet(ModalScreen[str | None]):
    """Answers an address, or None when nothing is to be added.

    Args:
        owner: The label of the account that opens it.
    """

    DEFAULT_CSS = """
    SharedSheet { align: left bottom; background: transparent; }
    """
    BINDINGS = bindings_for("shared")

    def __init__(self, owner: str) -> None:
        super().__init__()
        self._owner = owner
        self._remark = SheetRow(_NEEDED, "muted")

    def compose(self) -> ComposeResult:
        """A title, the field, what is worth knowing, the keys."""
        yield SheetRow(f"Add a shared mailbox to {self._owner}", "strong")
        yield Field("", label="Address", id="shared-address")
        yield self._remark
        yield SheetKeys(("Enter", "add"), ("shared.close", "close"))

    @on(Input.Changed)
    def _typed(self) -> None:
        self._remark.say(_NEEDED, "muted")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        found = parse_addresses(typed)
        if len(found) == 1 and found[0].is_usable:
            self.dismiss(str(found[0].address))
        else:
            self._remark.say("This is not an address: it is like info@contoso.com.", "error")

    def action_close(self) -> None:
        """Add nothing."""
        self.dismiss(None)


def add_to(widget: Widget, owner: Account, shown: Callable[[], None]) -> None:
    """Open the sheet for an account, and add what it answers.

    Args:
        shown: Called when there is one more mailbox.
    """

    def answered(address: str | None) -> None:
        if address is not None:
            begin(widget, partial(_add, widget, owner, address, shown), group="shared")

    widget.app.push_screen(SharedSheet(clean(owner.name)), answered)


async def _add(widget: Widget, owner: Account, address: str, shown: Callable[[], None]) -> None:
    app = shell(widget)
    if app.add_shared is None:
        app.tell("Accounts cannot be changed here.", Severity.ERROR)
        return
    known = {
        name.lower() for each in app.accounts.values() for name in (each.address, each.username)
    }
    if address.lower() in known:
        app.tell(f"{clean(address)} is here already.")
        return
    try:
        account, is_opened = await asyncio.to_thread(app.add_shared, owner, address)
    except TuimailError as error:
        app.tell(f"Nothing was added: {error.message}", Severity.ERROR)
        return
    app.accounts = _below(app.accounts, account)
    shown()
    when = "with the first connection" if is_opened else "when the other window is started again"
    app.tell(f"{account.name} is added. Its folders come {when}.", Severity.SUCCESS)


def _below(accounts: Mapping[AccountId, Account], added: Account) -> dict[AccountId, Account]:
    """Return the accounts with one more, behind the last of its owner."""
    ids = [key for key in accounts if key != added.id]
    whose = [at for at, key in enumerate(ids) if accounts[key].sign_in_id == added.sign_in_id]
    ids.insert(whose[-1] + 1 if whose else len(ids), added.id)
    return {key: added if key == added.id else accounts[key] for key in ids}
