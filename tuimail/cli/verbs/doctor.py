"""`tuimail doctor`: every check from the computer to the mailbox, with what can be done."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from tuimail.auth.cache import TokenCache
from tuimail.cli.checkup_machine import GROUP, TOKENS, machine_steps, token_store
from tuimail.cli.checkup_terminal import terminal_steps
from tuimail.cli.checkup_words import document, report, rows, summary
from tuimail.cli.output import say, say_json
from tuimail.cli.run import json_option
from tuimail.cli.setup import Options, chosen, load_settings
from tuimail.cli.wiring import connected, connected_by, token_cache
from tuimail.config import paths
from tuimail.config.accounts import account_from, shared_accounts
from tuimail.config.schema import Settings, TokenSettings
from tuimail.errors import ConfigError, TuimailError
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId
from tuimail.model.checkup import Checked, Found, Private, passed
from tuimail.model.finding import Verdict
from tuimail.sync.checks import SendingCheck
from tuimail.sync.checkup import Step, from_error, run_all
from tuimail.sync.checkup_mailbox import MailboxCheckup
from tuimail.sync.checkup_network import network_steps
from tuimail.sync.engine import Connected
from tuimail.text.safe import clean

_ANY_TENANT: Final = frozenset({"organizations", "common", "consumers"})


@click.command()
@click.option("--report", "as_report", is_flag=True, help="Print a text without names to paste.")
@click.option("--account", metavar="NAME", help="Only this mailbox; as before the verb.")
@json_option
@click.pass_obj
def doctor(options: Options, as_report: bool, account: str | None, as_json: bool) -> int:
    """Check everything from this computer to the mailbox. Nothing is changed, nothing is sent."""
    logging.getLogger("tuimail").addHandler(logging.NullHandler())  # what matters is told
    options = replace(options, account=account or options.account)
    patient = _Patient(options)
    seen: list[Checked] = []
    if as_report:
        seen = list(patient.checked())
        for line in report(seen, patient.private()):
            say(line)
    elif as_json or options.as_json:
        seen = list(patient.checked())
        say_json([document(each) for each in seen])
    else:
        _tell(patient.checked(), seen)
    return int(any(each.found.verdict is Verdict.FAIL for each in seen))


def _tell(checks: Iterable[Checked], seen: list[Checked]) -> None:
    columns = shutil.get_terminal_size().columns
    is_ascii = _is_ascii()
    for each in checks:
        if not seen or seen[-1].group != each.group:
            say(clean(each.group))
        seen.append(each)
        for line in rows(each, columns, is_ascii=is_ascii):
            say(line)
    say("")
    say(summary(seen))


def _is_ascii() -> bool:
    kind = os.environ.get("TERM", "")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return encoding != "utf8" or kind in ("linux", "dumb") or kind.startswith("vt")


@dataclass
class _Patient:
    """What is examined: the mailboxes of the settings, as far as those can be read."""

    options: Options
    accounts: dict[AccountId, Account] = field(default_factory=dict)

    def checked(self) -> Iterator[Checked]:
        """Make the checks. The terminal is asked before anything is printed."""
        data = paths.data_path()
        yield from list(run_all(terminal_steps(os.environ)))
        try:
            settings = load_settings(self.options)
            self.accounts = _accounts(settings, self.options)
            clients = {key: HttpClient(each.ca_file) for key, each in self.accounts.items()}
        except ConfigError as error:
            found = from_error(error)
            steps = [_settings(found), *machine_steps(data, None)]
        else:
            names = ", ".join(each.name for each in self.accounts.values())
            steps = [
                _settings(passed(f"can be read, mailboxes: {names}")),
                *_all_steps(settings, data, self.accounts, clients),
            ]
        yield from run_all(steps)

    def private(self) -> Iterator[Private]:
        """Yield what is known of the person and of this computer."""
        yield Private("folder", str(Path.home()))
        yield Private("folder", str(self.options.settings_file()))
        yield Private("user", os.environ.get("USER") or os.environ.get("LOGNAME") or "")
        yield Private("computer", socket.gethostname())
        for each in self.accounts.values():
            yield from _names(each)


def _settings(found: Found) -> Step:
    return Step(GROUP, "settings", "Settings", lambda: found)


def _names(account: Account) -> Iterator[Private]:
    for address in (account.address, account.username, account.delegate):
        yield Private("user", address)
    yield Private("mailbox", "" if "@" in account.name else account.name)
    yield Private("id", account.client_id)
    tenant = urlsplit(account.authority).path.strip("/")
    yield Private("tenant", "" if tenant in _ANY_TENANT else tenant)
    if account.ca_file is not None:
        yield Private("folder", str(account.ca_file))


def _accounts(settings: Settings, options: Options) -> dict[AccountId, Account]:
    """Return the mailboxes that are looked at. Nothing is stored, so their numbers are made up."""
    found: dict[AccountId, Account] = {}
    for name in settings.accounts:
        own = account_from(settings, name, AccountId(len(found) + 1))
        found[own.id] = own
        for shared in shared_accounts(own, settings.accounts[name]):
            number = AccountId(len(found) + 1)
            found[number] = replace(shared, id=number)
    if options.account is None:
        return found
    one = chosen(found, options)
    return {each.id: each for each in found.values() if each.id in (one.id, one.owner)}


def _all_steps(
    settings: Settings,
    data: Path,
    accounts: Mapping[AccountId, Account],
    clients: Mapping[AccountId, HttpClient],
) -> list[Step]:
    cache, problem = _cache(settings.tokens, data)

    def look() -> Found:
        if problem is not None:
            return from_error(problem)
        cache.read()
        return token_store(settings.tokens, data)

    steps = machine_steps(data, look)
    steps += network_steps(accounts.values(), lambda each: clients[each.id])
    links: dict[AccountId, Connected] = {}
    for key, account in accounts.items():
        owner = links.get(account.sign_in_id)
        link = connected_by(owner, account, cache) if owner else connected(account, cache)
        links[key] = link
        way = link.submitter if isinstance(link.submitter, SendingCheck) else None
        checkup = MailboxCheckup(account, link.tokens, way, clients[key], (TOKENS,))
        steps += checkup.steps()
    return steps


def _cache(settings: TokenSettings, data: Path) -> tuple[TokenCache, TuimailError | None]:
    """Return the tokens; a file is not opened as a start does it, which mends its permissions."""
    file = TokenCache(data / "tokens.json")
    if settings.store == "file":
        return file, None
    try:
        return token_cache(settings, data, os.environ), None
    except TuimailError as error:
        return file, error
