"""Mailboxes that other mail programs know: what is worth taking over, and what is left.

Only what names a mailbox is taken: addresses, user names, hosts and client ids. Passwords, tokens
and commands that print them are neither taken nor shown; their settings are named as left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tuimail.exchange.clients import PRESETS, resolve_client_id
from tuimail.exchange.clouds import cloud_of_host, is_personal_address
from tuimail.text.address import parse_addresses

LARGEST: Final = 4 * 1024 * 1024
"""Octets of a file that are read at most: Thunderbird's preferences may be large."""

_DEAD_CLIENT_IDS: Final = frozenset({"08162f7c-0fd2-4200-a84a-f25a4db0b584"})
"""Ids that get no tokens any more: Thunderbird's of before 2023."""


@dataclass(frozen=True, slots=True)
class Found:
    """One mailbox of Microsoft's, as another program has it.

    Attributes:
        program: `Thunderbird`, `neomutt` …
        file: Where it stands.
        label: What the program calls it; empty when it has no name.
        address: The address mail is sent from; empty when only a user name is known.
        username: The name that signs in.
        host: The IMAP or SMTP server.
        client_id: A GUID; empty when the program has none, or none that works.
        tenant: From an authority or a token address; empty when there is none.
        uses_password: It signs in with a password, which Microsoft does not take any more.
        left: Settings that are not taken, by their names in the file.
    """

    program: str
    file: Path
    label: str
    address: str
    username: str
    host: str
    client_id: str = ""
    tenant: str = ""
    uses_password: bool = False
    left: tuple[str, ...] = ()

    @property
    def cloud(self) -> str:
        """The word of the settings for the cloud its server is in."""
        if is_personal_address(self.address):
            return "personal"
        return cloud_of_host(self.host) or "global"


@dataclass(slots=True)
class Sketch:
    """A mailbox while its file is being read."""

    label: str = ""
    address: str = ""
    username: str = ""
    host: str = ""
    client_id: str = ""
    tenant: str = ""
    uses_password: bool = False
    left: list[str] = field(default_factory=list)

    def leave(self, name: str) -> None:
        """Note a setting that is not taken."""
        if name not in self.left:
            self.left.append(name)

    def found(self, program: str, file: Path) -> Found | None:
        """Return the mailbox; None if it is not one of Microsoft's, or nobody's."""
        address = _address(self.address) or _address(self.username)
        username = self.username or address
        if not address or cloud_of_host(self.host) is None:
            return None
        client_id = resolve_client_id(self.client_id) or ""
        return Found(
            program=program,
            file=file,
            label=self.label,
            address=address,
            username=username,
            host=self.host.lower(),
            client_id="" if client_id in _DEAD_CLIENT_IDS else client_id,
            tenant="" if self.tenant in ("common", "organizations") else self.tenant,
            uses_password=self.uses_password,
            left=tuple(self.left),
        )


def preset_of(client_id: str) -> str:
    """Return the preset's name for a client id, or the id itself."""
    return next((name for name, known in PRESETS.items() if known == client_id), client_id)


def merged(found: Iterable[Found]) -> list[Found]:
    """Make one of what several programs, or a program's halves, say of the same mailbox.

    The first names it; client ids, tenants and what is left are put together.
    """
    by_address: dict[str, Found] = {}
    for each in found:
        key = each.address.casefold()
        known = by_address.get(key)
        if known is None:
            by_address[key] = each
            continue
        programs = known.program.split(" and ")
        by_address[key] = replace(
            known,
            program=" and ".join(
                [*programs, *([] if each.program in programs else [each.program])]
            ),
            label=known.label or each.label,
            client_id=known.client_id or each.client_id,
            tenant=known.tenant or each.tenant,
            uses_password=known.uses_password or each.uses_password,
            left=tuple(dict.fromkeys((*known.left, *each.left))),
        )
    return list(by_address.values())


def read_text(path: Path) -> str:
    """Read a settings file of another program; empty if it is missing, too large or unreadable."""
    try:
        if path.stat().st_size > LARGEST:
            return ""
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _address(text: str) -> str:
    parsed = parse_addresses(text)
    return parsed[0].address if len(parsed) == 1 and parsed[0].is_usable else ""
