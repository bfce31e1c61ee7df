"""Whether reading and sending work for an account, as plain functions.

Each makes one connection, asks for what proves it, and leaves: nothing is changed, nothing is
stored, nothing is sent. The set-up and `tuimail doctor` show what they return. They block.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol, runtime_checkable

from tuimail.auth.provider import TokenProvider
from tuimail.errors import (
    ConnectFailed,
    NotConnected,
    Retry,
    ServerTimeout,
    SubmissionDisabled,
    TokenUnavailable,
    TuimailError,
)
from tuimail.exchange.clouds import is_personal_account
from tuimail.exchange.diagnosis import Source, diagnose
from tuimail.http import proxy_for
from tuimail.imap.session import ImapSession
from tuimail.model.account import Account, Endpoint, Token
from tuimail.model.finding import Finding, MailboxFound, Verdict
from tuimail.model.folder import FolderRole, ListedFolder
from tuimail.model.notice import Notice, Severity
from tuimail.sync.explain import failure_notice
from tuimail.sync.opening import TOKEN_SECONDS
from tuimail.text.safe import clean

_ROLES: Final = tuple(FolderRole)


@runtime_checkable
class SendingCheck(Protocol):
    """A way to send that can be tried without sending; see `submission.smtp.SmtpSubmitter`."""

    async def check(self, *, username: str, token: Token) -> None:
        """Sign in and leave."""


def check_reading(
    account: Account, open_session: Callable[[], ImapSession]
) -> tuple[Finding, MailboxFound | None]:
    """Sign in by IMAP, list the folders and count the Inbox.

    An OK to AUTHENTICATE proves nothing at Exchange: only the answer to a command does.

    Args:
        open_session: Returns an authenticated session, such as a `SessionOpener`.

    Returns:
        What was found, and what the mailbox holds; None when it was not opened.
    """
    began = time.monotonic()
    try:
        session = open_session()
        try:
            listed = session.list_folders()
            counted = session.status(["INBOX"])
        finally:
            session.logout()
    except TuimailError as error:
        return _failed(error, "imap", account, time.monotonic() - began), None
    found = MailboxFound(counted[0].messages if counted else None, _names(listed))
    number = len(found.folders)
    messages = f"{found.messages:,}" if found.messages is not None else "no count of"
    many = "message" if found.messages == 1 else "messages"
    folders = f"{number} folder{'' if number == 1 else 's'}"
    says = f"IMAP works: {messages} {many} in Inbox, {folders}"
    return Finding(Verdict.OK, says, time.monotonic() - began), found


def check_sending(account: Account, tokens: TokenProvider, submitter: SendingCheck) -> Finding:
    """Sign in to the submission server, and leave without a message.

    Returns:
        A warning where sending is switched off, because reading works all the same.
    """
    began = time.monotonic()
    try:
        token = tokens.get().result(TOKEN_SECONDS)
        asyncio.run(submitter.check(username=account.signs_in_as, token=token))
    except concurrent.futures.TimeoutError:
        late = TokenUnavailable("Microsoft's sign-in service does not answer.")
        return _failed(late, "entra", account, time.monotonic() - began)
    except TuimailError as error:
        return _failed(error, "smtp", account, time.monotonic() - began)
    return Finding(Verdict.OK, "works", time.monotonic() - began)


def _failed(error: TuimailError, source: Source, account: Account, seconds: float) -> Finding:
    """Say it in the catalogue's words where it knows the case, else in the error's own."""
    personal = is_personal_account(account.authority, account.username)
    words = "entra" if "AADSTS" in error.detail else source
    found = diagnose(error.detail, source=words, address=account.username, personal=personal)
    is_limit = isinstance(error, SubmissionDisabled)
    verdict = Verdict.WARN if is_limit else Verdict.FAIL
    severity = Severity.WARNING if is_limit or error.retry is Retry.BACKOFF else Severity.ERROR
    problem = failure_notice(error)
    ids = ""
    if source != "entra" and isinstance(error, (ConnectFailed, ServerTimeout)):
        problem = _unreachable(problem, account.imap if source == "imap" else account.smtp)
    if found is not None:
        problem = found.notice(severity)
        ids = found.ids.short()
    if found is not None and isinstance(error, NotConnected) and error.hint:
        # Who opened it has compared the names, which say more than the server.
        problem = replace(problem, you_can=error.hint, command=error.command)
    return Finding(verdict, _sentence(problem), seconds, problem, ids)


def _unreachable(problem: Notice, server: Endpoint) -> Notice:
    """Name the server and what may stand in between: mail does not go through a proxy."""
    you_can = (
        f"Check the network, and whether a firewall closes port {server.port}; then try again."
    )
    proxy = proxy_for(f"https://{server.host}")
    if proxy:
        you_can = (
            f"Mail does not go through the proxy {proxy}: ask whoever runs this network to let "
            f"{server.host}, port {server.port}, out. Try again."
        )
    happened = f"{server.host}, port {server.port}, cannot be reached from here."
    return replace(problem, happened=happened, you_can=clean(you_can))


def _sentence(problem: Notice) -> str:
    return clean(problem.short).removesuffix(".")


def _names(listed: list[ListedFolder]) -> tuple[str, ...]:
    shown = [each for each in listed if each.has_mail and each.selectable]
    ordered = sorted(shown, key=lambda each: (_rank(each.role), each.path.casefold()))
    return tuple(_name(each) for each in ordered)


def _rank(role: FolderRole | None) -> int:
    return _ROLES.index(role) if role is not None else len(_ROLES)


def _name(folder: ListedFolder) -> str:
    if folder.role is FolderRole.INBOX:
        return "Inbox"
    last = folder.path.rpartition(folder.delimiter)[2] if folder.delimiter else folder.path
    return str(clean(last))
