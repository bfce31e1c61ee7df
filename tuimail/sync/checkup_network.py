"""Whether the servers can be reached: names, both families of addresses, the proxy, the clock."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tuimail.errors import CertificateInvalid, NetworkError
from tuimail.http import HttpClient, proxy_for, proxy_mistake, proxy_speaks_tls
from tuimail.model.account import Account, Endpoint
from tuimail.model.checkup import Found, Private, failed, passed, skipped, warned
from tuimail.sync.checkup import Step, from_error
from tuimail.sync.checkup_tls import Way, look_at_tls

CONNECT_SECONDS: Final = 10.0
SKEW_NOTED: Final = 60.0
"""Seconds. Entra ID allows five minutes; a minute is a clock that nobody sets."""
SKEW_FATAL: Final = 300.0

_NO_IPV6_HERE: Final = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_FAMILIES: Final = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}


class HostCheckup:
    """The checks of one server, as far as nobody has to sign in.

    Args:
        what: What it is for: `IMAP`, `SMTP`, `Sign-in`.
        way: How it is reached.
    """

    def __init__(
        self, what: str, endpoint: Endpoint, ca_file: Path | None, way: Way = Way.DIRECT
    ) -> None:
        self.group = f"{what} {endpoint}"
        self._endpoint = endpoint
        self._ca_file = ca_file
        self._way = way
        self._addresses: dict[str, list[str]] = {}

    def steps(self) -> list[Step]:
        """Return the checks in their order."""
        dns = f"{self.group}/dns"
        return [
            Step(self.group, "dns", "DNS", self._dns),
            Step(self.group, "ipv4", "IPv4", lambda: self._reach("IPv4", "IPv6"), (dns,)),
            Step(self.group, "ipv6", "IPv6", lambda: self._reach("IPv6", "IPv4"), (dns,)),
            self.tls_step(dns),
        ]

    def tls_step(self, *needs: str) -> Step:
        """Return the check of TLS alone."""
        return Step(self.group, "tls", "TLS", self._tls, needs)

    def _dns(self) -> Found:
        host = self._endpoint.host
        self._addresses = {
            name: addresses_of(self._endpoint, family) for name, family in _FAMILIES.items()
        }
        counts = [f"{len(found)} {name}" for name, found in self._addresses.items() if found]
        if not counts:
            return failed(
                f"the name {host} is not known here",
                "Check the network and its name server, and the server's name in the settings.",
            )
        return passed(f"{host} has {' and '.join(counts)}")

    def _reach(self, name: str, other: str) -> Found:
        addresses = self._addresses.get(name, [])
        if not addresses:
            return skipped(f"the name has no {name} address")
        reasons = [_refusal(address, self._endpoint.port, name) for address in addresses[:2]]
        if None in reasons:
            return passed(f"port {self._endpoint.port} answers")
        code = next((reason for reason in reasons if reason), 0) or 0
        if name == "IPv6" and code in _NO_IPV6_HERE:
            return skipped("this network has no IPv6; IPv4 is used")
        says = f"port {self._endpoint.port} cannot be reached ({_words(code)})"
        if self._addresses.get(other):
            return warned(says, f"{other} is used where it works; each start waits for {name}.")
        return failed(says, "Check the network, and whether a firewall closes the port.")

    def _tls(self) -> Found:
        return look_at_tls(self._endpoint, self._ca_file, self._way)


def addresses_of(endpoint: Endpoint, family: socket.AddressFamily) -> list[str]:
    """Return the addresses of one family; none when the name has none."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _refusal(address: str, port: int, family: str) -> int | None:
    """Connect and leave; return the errno, 0 for none that is known, or None when it worked."""
    try:
        with socket.socket(_FAMILIES[family], socket.SOCK_STREAM) as plain:
            plain.settimeout(CONNECT_SECONDS)
            plain.connect((address, port))
    except TimeoutError:
        return errno.ETIMEDOUT
    except OSError as error:
        return error.errno or 0
    return None


def _words(code: int) -> str:
    known = {
        errno.ECONNREFUSED: "refused",
        errno.ETIMEDOUT: "no answer",
        errno.ENETUNREACH: "no way there",
        errno.EHOSTUNREACH: "no way there",
    }
    return known.get(code, errno.errorcode.get(code, "failed"))


def network_steps(accounts: Iterable[Account], http: Callable[[Account], HttpClient]) -> list[Step]:
    """Return the checks of every server of these mailboxes, each server once.

    Args:
        http: Gives the client that trusts what the mailbox trusts.
    """
    steps: list[Step] = []
    seen: set[str] = set()
    for account in accounts:
        for each in (_sign_in(account, http(account)), *_servers(account)):
            if each and each[0].group not in seen:
                seen.add(each[0].group)
                steps += each
    return steps


def sign_in_endpoint(account: Account) -> Endpoint:
    """Return where a mailbox's people sign in."""
    parts = urlsplit(account.authority)
    return Endpoint(parts.hostname or "", parts.port or 443)


def _servers(account: Account) -> list[list[Step]]:
    imap = HostCheckup("IMAP", account.imap, account.ca_file)
    smtp = HostCheckup("SMTP", account.smtp, account.ca_file, Way.STARTTLS)
    return [imap.steps(), smtp.steps()]


def _sign_in(account: Account, http: HttpClient) -> list[Step]:
    """A proxy is asked for the name, so behind one nothing can be said of DNS and addresses."""
    checkup = HostCheckup("Sign-in", sign_in_endpoint(account), account.ca_file, Way.PROXY)
    authority = account.authority
    proxy = Step(checkup.group, "proxy", "Proxy", lambda: _proxy(authority))
    needs = f"{checkup.group}/tls"
    if proxy_speaks_tls(authority):
        steps = []
    elif proxy_for(authority):
        steps = [checkup.tls_step()]
    else:
        steps, needs = checkup.steps(), f"{checkup.group}/dns"
    clock = Step(checkup.group, "clock", "Clock", lambda: check_clock(authority, http), (needs,))
    return [proxy, *steps, clock]


def _proxy(authority: str) -> Found:
    mistake = proxy_mistake(authority)
    if mistake is not None:
        return from_error(mistake)
    proxy = proxy_for(authority)
    if not proxy:
        return passed("none is used")
    says = f"sign-in goes through {proxy}; IMAP and SMTP go directly"
    return passed(says, Private("proxy", proxy.rpartition(":")[0] or proxy))


def check_clock(authority: str, http: HttpClient) -> Found:
    """Compare this computer's clock with the Date of an answer (RFC 9110, 6.6.1)."""
    url = f"{authority}/v2.0/.well-known/openid-configuration"
    try:
        headers = http.get(url).headers
    except CertificateInvalid:
        return skipped("the certificate does not verify, so its time proves nothing")
    except NetworkError:
        return skipped("the sign-in service could not be asked for the time")
    now = time.time()
    dated = next((value for key, value in headers.items() if key.lower() == "date"), "")
    try:
        theirs = parsedate_to_datetime(dated)
    except ValueError:
        return skipped("the answer has no date")
    return judge_clock(now - theirs.replace(tzinfo=theirs.tzinfo or UTC).timestamp())


def judge_clock(ahead: float) -> Found:
    """Say what a difference means.

    Args:
        ahead: Seconds that this computer's clock is ahead of the server's.
    """
    off = abs(ahead)
    if off <= SKEW_NOTED:
        return passed("right, to the minute")
    amount = f"{off:.0f} seconds" if off < 2 * SKEW_NOTED else f"{off / 60:.0f} minutes"
    says = f"this computer's clock is {amount} {'ahead' if ahead > 0 else 'behind'}"
    you_can = "Set it right; a time service keeps it so."
    command = "timedatectl set-ntp true"
    return (failed if off > SKEW_FATAL else warned)(says, you_can, command)
