"""The fields that Exchange Online puts above a message it delivers: which way it came, and what was
found out about its sender.

The forms are Exchange's own: Authentication-Results without an authserv-id, `compauth`, and
X-MS-Exchange-Organization-AuthAs for what was submitted by somebody who had signed in.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from email.utils import format_datetime, parseaddr

from tuimail.sandbox.delivery_reports import HOST

_STORE = "AM0PR01MB0002.eurprd01.prod.outlook.com"
_FRONT = "AM0EUR01FT001.mail.protection.outlook.com"
_FRONT_INSIDE = "AM0EUR01FT001.eop-EUR01.prod.protection.outlook.com"
_DOOR = "AM0PR01CA0001.outlook.office365.com"
_DOOR_INSIDE = "AM0PR01CA0001.eurprd01.prod.exchangelabs.com"
_FROM = re.compile(rb"^from:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I | re.M)
# What only Exchange may write is taken out of what comes in: the header firewall.
_FORGED = re.compile(
    rb"^x-ms-exchange-organization-[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*", re.I | re.M
)


def with_trace(
    raw: bytes, date: datetime, own_domains: Collection[str], *, is_forged: bool = False
) -> bytes:
    """Return a message as it lies in a mailbox.

    Args:
        raw: As it was submitted, with CRLF.
        date: When it was delivered, aware.
        own_domains: Those of the organisation, lower case.
        is_forged: The domain in From is not the sender's.
    """
    header, blank, body = raw.partition(b"\r\n\r\n")
    header = _FORGED.sub(b"", header + b"\r\n")[:-2]
    domain = sender_domain(header)
    stamp = format_datetime(date)
    lines = [f"Received: from {HOST} (::1) by\r\n {_STORE} with HTTPS; {stamp}"]
    if domain in own_domains and not is_forged:
        lines += [
            f"Received: from {HOST} ([::1]) by {HOST}\r\n with mapi id 15.20; {stamp}",
            "Authentication-Results: dkim=none (message not signed)\r\n header.d=none;dmarc=none"
            f" action=none header.from={domain};",
            "X-MS-Exchange-Organization-AuthAs: Internal",
        ]
    else:
        sender = f"mail.{domain or 'unknown.example'}"
        by = "with Microsoft SMTP Server"
        front = f"{by} via\r\n Frontend Transport; {stamp}"
        lines += [
            f"Received: from {_DOOR_INSIDE} (2001:db8::2) by\r\n {HOST} {by}; {stamp}",
            f"Received: from {_FRONT_INSIDE}\r\n (2001:db8::1) by {_DOOR} {front}",
            f"Authentication-Results: {_results(domain, is_forged=is_forged)}",
            f"Received: from {sender} (192.0.2.25) by\r\n {_FRONT} {front}",
            "X-MS-Exchange-Organization-AuthAs: Anonymous",
        ]
    trace = "".join(f"{line}\r\n" for line in lines)
    return trace.encode("ascii", "replace") + header + blank + body


def sender_domain(header: bytes) -> str:
    """The domain in From, in lower case; empty where there is none."""
    found = _FROM.search(header)
    value = "" if found is None else found[1].decode("latin-1")
    domain = parseaddr(value)[1].rpartition("@")[2].lower()
    return domain if domain.isascii() and re.fullmatch(r"[a-z0-9.-]{1,200}", domain) else ""


def _results(domain: str, *, is_forged: bool) -> str:
    if is_forged:
        return (
            "spf=fail (sender IP is 192.0.2.25)\r\n smtp.mailfrom=mail-quota.example; dkim=none"
            f" (message not signed)\r\n header.d=none;dmarc=fail action=quarantine\r\n"
            f" header.from={domain};compauth=fail reason=000"
        )
    return (
        f"spf=pass (sender IP is 192.0.2.25)\r\n smtp.mailfrom={domain}; dkim=pass (signature was"
        f" verified)\r\n header.d={domain};dmarc=pass action=none\r\n header.from={domain};"
        "compauth=pass reason=100"
    )
