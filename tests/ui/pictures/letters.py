"""The letters that the design's readers show, as they come from a server."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

_TOP: Final = (
    "Received: from AM0PR01MB1.eurprd01.prod.exchangelabs.com (::1) by\r\n"
    " AM0PR01MB2.eurprd01.prod.outlook.com with HTTPS; Mon, 23 Nov 2026 09:32:00 +0000\r\n"
    "Authentication-Results: {results}\r\n"
    "Received: from mail.{domain} (192.0.2.1) by\r\n"
    " DB5EUR01FT1.mail.protection.outlook.com (10.152.4.1) with Microsoft SMTP Server\r\n"
)
_PASS: Final = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom={domain};"
    " dkim=pass header.d={domain};dmarc=pass action=none header.from={domain};compauth=pass"
)
_FAIL: Final = (
    "spf=fail (sender IP is 203.0.113.9) smtp.mailfrom={domain};"
    " dkim=none header.d=none;dmarc=fail action=none header.from={domain};compauth=fail reason=000"
)
_SHEET: Final = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")

NUMBERS: Final = """\
<p>Hi both,</p>
<p>The numbers are final now. Two cells changed since Friday, both in the Nordics tab: the accrual
for <a href="https://contoso.sharepoint.com/finance/Lease-Nordics-2026.pdf">the lease</a> and the
late invoice from Fabrikam. Everything else is as you saw it.</p>
<p>Please look at slide 7 before two o'clock; Olu wants to print at three. The model itself is
<a href="https://contoso.sharepoint.com/finance/Q3-model.xlsx">on the site</a> if you want to trace
a figure.</p>
<p>Thanks,<br>Anna</p>
<hr>
<p><b>From:</b> Ben Okafor &lt;ben.okafor@contoso.com&gt;<br><b>Sent:</b> Friday, 20 November 2026
16:12<br><b>To:</b> Anna Lindqvist &lt;anna.lindqvist@contoso.com&gt;<br><b>Subject:</b> Re:
Quarterly numbers</p>
<p>The Nordics tab still shows the old lease. Is that on purpose?</p>
<p>Lena says that we sign the new one on Monday, so keep the accrual.</p>
"""
CONTRACT: Final = """\
We accept 3.1 and 3.4. Clause 7.2 needs another look: our counsel reads it as \r
unlimited. A proposal is in the file, and in the portal at \r
https://portal.fabrikam.example/contracts/118\r
\r
Kim\r
\r
> Before we send it to Olu: is 7.2 what you meant?\r
>> We will need a cap, as in the 2024 contract.\r
>>> 2024 had no cap either.\r
"""
QUOTA: Final = """\
<p>Dear user, your mailbox has reached 98 percent. Confirm your account at
<a href="https://mail-quota.example/c?id=8841">contoso.com</a> within 24 hours or incoming mail will
be returned.</p>
<div style="display:none">quota quota quota</div><div style="font-size:1px">account</div>
"""
BOARD: Final = """\
Agenda: the final numbers (Anna), the lease (Lena), questions. Please read the slides before; we \
will not go through them in the room.
"""
MEETING: Final = """\
BEGIN:VCALENDAR\r
METHOD:REQUEST\r
PRODID:Microsoft Exchange Server 2010\r
VERSION:2.0\r
BEGIN:VEVENT\r
UID:board@contoso.com\r
SEQUENCE:0\r
DTSTAMP:20261123T075500Z\r
DTSTART:20261126T140000Z\r
DTEND:20261126T150000Z\r
SUMMARY:Board prep\r
LOCATION:Room Bifrost\r
ORGANIZER;CN=Board Office:mailto:board.office@contoso.com\r
ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:anna@contoso.com\r
ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:ben.okafor@contoso.com\r
ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:lena.fischer@contoso.com\r
ATTENDEE;RSVP=TRUE;PARTSTAT=DECLINED:mailto:olu.adeyemi@contoso.com\r
END:VEVENT\r
END:VCALENDAR\r
"""


def _message(sender: str, to: str, subject: str, date: str, cc: str = "") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    if cc:
        message["Cc"] = cc
    message["Date"] = date
    message["Message-ID"] = f"<{abs(hash(date))}@{sender.partition('@')[2].rstrip('>')}>"
    return message


def _delivered(message: EmailMessage, results: str = _PASS) -> bytes:
    """Put in front what Exchange adds."""
    domain = str(message["From"]).partition("@")[2].rstrip(">")
    top = _TOP.format(results=results.format(domain=domain), domain=domain)
    return top.encode() + message.as_bytes()


def numbers() -> bytes:
    """A colleague's mail with links, two files and history."""
    message = _message(
        "Anna Lindqvist <anna.lindqvist@contoso.com>",
        "anna@contoso.com, Ben Okafor <ben.okafor@contoso.com>",
        "Quarterly numbers: final before the board",
        "Mon, 23 Nov 2026 09:41:00 +0000",
        "Finance desk <finance@contoso.com>, a@contoso.com, b@contoso.com, c@contoso.com",
    )
    message.set_content(NUMBERS, subtype="html")
    message.add_attachment(b"x" * 86_016, *_SHEET, filename="Q3-final.xlsx")
    message.add_attachment(b"%PDF" * 550_000, "application", "pdf", filename="board-slides.pdf")
    return _delivered(message)


def contract() -> bytes:
    """A mail from outside with quotes of three levels."""
    message = _message(
        "Kim Chu <kim.chu@fabrikam.example>",
        "anna@contoso.com",
        "Contract draft v4 with our comments",
        "Mon, 23 Nov 2026 09:32:00 +0000",
        "Legal <legal@contoso.com>",
    )
    message.set_content(CONTRACT)
    message.add_attachment(
        b"x" * 62_464, "application", "msword", filename="contract-v4-comments.docx"
    )
    return _delivered(message)


def quota() -> bytes:
    """A forged mail whose reply goes elsewhere."""
    message = _message(
        "Contoso IT <helpdesk@contoso.com>",
        "anna@contoso.com",
        "Your mailbox is almost full",
        "Mon, 23 Nov 2026 08:02:00 +0000",
    )
    message["Reply-To"] = "help@mail-quota.example"
    message.set_content(QUOTA, subtype="html")
    return _delivered(message, _FAIL)


def board() -> bytes:
    """An invitation, as Outlook sends it."""
    message = _message(
        "Board Office <board.office@contoso.com>",
        "anna@contoso.com, Anna Lindqvist <anna.lindqvist@contoso.com>,"
        " Ben Okafor <ben.okafor@contoso.com>, Lena Fischer <lena.fischer@contoso.com>",
        "Invitation: Board prep, Thu 26 Nov 14:00",
        "Mon, 23 Nov 2026 08:55:00 +0000",
    )
    message.set_content(BOARD)
    message.add_alternative(MEETING, subtype="calendar", params={"method": "REQUEST"})
    return _delivered(message)
