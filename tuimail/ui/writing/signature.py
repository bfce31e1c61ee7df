"""What stands below a text: the signature that goes with its From (RFC 3676, 4.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tuimail.model.account import Account
from tuimail.model.draft import Draft, TextFormat, Writing
from tuimail.text.closing_quote import at_closing_quote
from tuimail.text.safe import clean

if TYPE_CHECKING:
    from tuimail.config.schema import Settings

SEPARATOR: Final = "-- "
_MOST_CHARACTERS: Final = 4000


def begun(draft: Draft, settings: Settings, account: Account) -> Draft:
    """Return a new draft as writing begins: with its signature, in the format of the settings.

    One that was stored, or that has words of the writer already, is left as it is.
    """
    own = at_closing_quote(draft.body).own
    if draft.id is not None or own.strip() or draft.writing is Writing.BOUNCE:
        return draft
    signature = signature_of(settings, account, draft.sender_or(account.address).address)
    body = with_signature(draft.body, signature) if signature else draft.body
    return replace(draft, body=body, format=TextFormat(settings.compose.format))


def signature_of(settings: Settings, account: Account, sender: str) -> str:
    """Return the signature for a From, "" where there is none.

    Args:
        settings: `signature` of the account, and `signatures` by address.
        account: Whose draft it is; of a shared mailbox, only one by its address counts.
        sender: The address it is sent from.
    """
    own = settings.accounts.get(account.name)
    tables = [own] if own is not None else list(settings.accounts.values())
    by_address = {
        address.lower(): text for table in tables for address, text in table.signatures.items()
    }
    text = by_address.get(sender.lower(), own.signature if own is not None else "")
    return clean(text.strip("\n")[:_MOST_CHARACTERS], multiline=True)


def with_signature(body: str, signature: str) -> str:
    """Put a signature below the text and above what is quoted; a former one makes way for it.

    Args:
        body: What was written so far.
        signature: Without its separator; "" takes a former one out.
    """
    parts = at_closing_quote(body)
    quoted = "\n".join(part for part in (parts.introduction, parts.quote) if part)
    own = _without_signature(parts.own).rstrip()
    if signature:
        own = f"{own}\n\n{SEPARATOR}\n{signature}"
    return f"{own}\n\n{quoted}" if quoted else f"{own}\n" if own else ""


def without_quote(body: str) -> str:
    """Return a body without the quote that ends it."""
    parts = at_closing_quote(body)
    return f"{parts.own.rstrip()}\n" if parts.quote else body


def _without_signature(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(lines[: lines.index(SEPARATOR)]) if SEPARATOR in lines else text
