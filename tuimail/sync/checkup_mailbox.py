"""Whether one mailbox can be signed in to, read, watched and sent from."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tuimail.auth.discovery import Found as Known
from tuimail.auth.discovery import discover
from tuimail.auth.outcome import foreign_audience, token_claims
from tuimail.auth.provider import TokenProvider
from tuimail.errors import ServerError, SignInRequired, TokenUnavailable
from tuimail.http import HttpClient
from tuimail.imap import capabilities
from tuimail.imap.idle import try_idle
from tuimail.imap.session import ImapSession
from tuimail.imap.wire import Timeouts
from tuimail.model.account import Account, Token
from tuimail.model.checkup import Found, Private, failed, passed, skipped, warned
from tuimail.model.finding import Verdict
from tuimail.model.folder import FolderRole
from tuimail.sync.checks import SendingCheck, check_reading, check_sending
from tuimail.sync.checkup import Step, from_error
from tuimail.sync.checkup_network import SKEW_FATAL, sign_in_endpoint
from tuimail.sync.opening import SessionOpener
from tuimail.text.safe import clean

_TOKEN_SECONDS: Final = 30.0
_TIMEOUTS: Final = Timeouts(connect=15, read=15)
_COSTS: Final = {
    capabilities.IDLE: "without IDLE new mail is looked for every minute",
    capabilities.MOVE: "without MOVE a move is a copy and a deletion",
    capabilities.UIDPLUS: "without UIDPLUS single messages cannot be deleted for ever",
}
_NEEDED_SCOPES: Final = {"imap.accessasuser.all": "reading", "smtp.send": "sending"}


class MailboxCheckup:
    """The checks of one mailbox.

    Args:
        tokens: Its tokens; of a shared mailbox, its owner's.
        submitter: Its way to send; None when that cannot be tried without sending.
        needs: Keys of the checks that have to pass before a token is asked for.
    """

    def __init__(
        self,
        account: Account,
        tokens: TokenProvider,
        submitter: SendingCheck | None,
        http: HttpClient,
        needs: tuple[str, ...] = (),
    ) -> None:
        self.group = f"Mailbox {account.name}"
        self._account = account
        self._tokens = tokens
        self._submitter = submitter
        self._http = http
        self._needs = needs
        self._opener = SessionOpener(account, tokens, _TIMEOUTS)
        self._offered: frozenset[str] = frozenset()

    def steps(self) -> list[Step]:
        """Return the checks in their order."""
        account, group = self._account, self.group
        token, imap, roles = (f"{group}/{name}" for name in ("token", "imap", "roles"))
        return [
            Step(group, "discovery", "Organisation", self._discovery, (_tls("Sign-in", account),)),
            Step(group, "token", "Sign-in", self._token, self._needs),
            Step(group, "imap", "Reading", self._imap, (token, _tls("IMAP", account))),
            Step(group, "capabilities", "Server can", self._capabilities, (imap,)),
            Step(group, "roles", "Folders", self._roles, (imap,)),
            Step(group, "idle", "New mail", self._idle, (roles,)),
            Step(group, "smtp", "Sending", self._smtp, (token, _tls("SMTP", account))),
        ]

    def _discovery(self) -> Found:
        found = discover(self._account.address, self._http, self._account.authority)
        if found.found is Known.NOBODY:
            return warned(
                "Microsoft knows no organisation of this address's domain",
                "Check the address in the settings.",
            )
        if found.found is Known.UNCLEAR:
            return warned(found.problem.removesuffix("."), "Try again later.")
        if found.found is Known.PERSONAL:
            return passed("a personal account")
        name = found.name or "without a name"
        return passed(f"{name}, cloud {found.cloud}", Private("organisation", name))

    def _token(self) -> Found:
        try:
            token = self._tokens.get().result(_TOKEN_SECONDS)
        except concurrent.futures.TimeoutError:
            return from_error(TokenUnavailable("Microsoft's sign-in service does not answer."))
        except SignInRequired as error:
            found = from_error(error)
            if found.problem is None or found.problem.command:
                return found
            line = f"tuimail --account {self._account.name} login"
            return replace(found, problem=replace(found.problem, command=line))
        return judge_token(token, self._account, time.time())

    def _imap(self) -> Found:
        def opened() -> ImapSession:
            session = self._opener()
            self._offered = session.capabilities
            return session

        finding, _ = check_reading(self._account, opened)
        return Found.of(finding)

    def _capabilities(self) -> Found:
        missing = [words for name, words in _COSTS.items() if name not in self._offered]
        if missing:
            return warned("; ".join(missing), "Nothing has to be done; it is slower.")
        extra = (
            "changes by others are told by CONDSTORE"
            if capabilities.CONDSTORE in self._offered
            else "no CONDSTORE, so changes by others are found by comparing"
        )
        return passed(f"IDLE, MOVE, UIDPLUS; {extra}")

    def _roles(self) -> Found:
        session = self._opener()
        try:
            listed = session.list_folders()
        finally:
            session.logout()
        there = {folder.role for folder in listed if folder.selectable}
        wanted = [role for role in FolderRole if role not in there]
        if wanted:
            return warned(
                f"there is no folder for {', '.join(wanted)}",
                "What goes there cannot be filed. Make the folder in Outlook.",
            )
        return passed("inbox, drafts, sent, archive, junk and trash are there")

    def _idle(self) -> Found:
        if capabilities.IDLE not in self._offered:
            return skipped("the server does not offer IDLE")
        session = self._opener()
        try:
            session.select("INBOX")
            try_idle(session)
        except ServerError as error:
            found = from_error(error)
            return replace(found, verdict=Verdict.WARN)
        finally:
            session.logout()
        return passed("IDLE is accepted and answered")

    def _smtp(self) -> Found:
        if self._submitter is None:
            return skipped("sending cannot be tried without a message")
        finding = check_sending(self._account, self._tokens, self._submitter)
        if finding.verdict is Verdict.OK:
            return passed("EHLO, STARTTLS and AUTH are accepted; nothing was sent")
        return Found.of(finding)


def judge_token(token: Token, account: Account, now: float) -> Found:
    """Say whether a token is for what it is needed for, by its claims. The token is not verified.

    A token that is no JWT, such as those of personal accounts, is taken as it is.

    Args:
        now: This computer's clock, as `time.time`.
    """
    claims = token_claims(token.secret.reveal())
    ended = _ended(token, claims, now)
    if ended is not None:
        return ended
    until = f"good until {_clock(token.expires_on)}"
    if not claims:
        return passed(f"a token is here, {until}")
    scopes = frozenset(_word(claims, "scp").lower().split())
    lacking = [use for scope, use in _NEEDED_SCOPES.items() if scopes and scope not in scopes]
    login = f"tuimail --account {account.name} login"
    if lacking:
        judged = warned if lacking == ["sending"] else failed
        return judged(
            f"the token is not for {' and '.join(lacking)}",
            "The app registration lacks the permission, or you did not give it: sign in again.",
            login,
        )
    foreign = foreign_audience(claims, account)
    if foreign:
        return failed(
            f"the token is for another service than mail ({foreign})",
            "Check cloud and authority in the settings, then sign in again.",
            login,
        )
    for_whom = _word(claims, "upn") or _word(claims, "preferred_username") or token.username
    if for_whom and for_whom.lower() != account.signs_in_as.lower():
        return warned(
            f"the sign-in is for {for_whom}, the mailbox is {account.signs_in_as}",
            "If reading fails, check username in the settings, or sign in as the other.",
            login,
        )
    return passed(f"a token for {for_whom or account.signs_in_as}, {until}")


def _ended(token: Token, claims: Mapping[str, Any], now: float) -> Found | None:
    """Say that a token has ended, or that it was made later than now (RFC 7519, 4.1.4, 4.1.6).

    What is stored of its end was reckoned by this computer's clock, its claims by the server's.
    """
    made, ends = (claims.get(name) for name in ("iat", "exp"))
    if isinstance(made, int | float) and made > now + SKEW_FATAL:
        says = f"the token was made at {_clock(made)}, which is later than now"
    elif token.expires_on <= now:
        says = f"the token ended at {_clock(token.expires_on)}"
    elif isinstance(ends, int | float) and ends <= now:
        says = f"the token ended at {_clock(ends)}, as the server reckons"
    else:
        return None
    return failed(says, "Check this computer's clock, then sign in again.")


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%H:%M}"


def _word(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return clean(value)[:240] if isinstance(value, str) else ""


def _tls(what: str, account: Account) -> str:
    endpoint = {
        "IMAP": account.imap,
        "SMTP": account.smtp,
        "Sign-in": sign_in_endpoint(account),
    }[what]
    return f"{what} {endpoint}/tls"
