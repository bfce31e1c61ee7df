"""Mail that attacks whoever shows it. Each text begins with a word of its own: `body-3`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final, NamedTuple

from tuimail.sandbox.winmail import rtf_property, text_property, winmail

TRICKS: Final = (
    "\x1b]52;c;b3duZWQ=\x07\x1b]0;owned\x07\x1b]2;owned\x1b\\\x1b[2J\x1b[31m\x1b[?1049l\x1b[6n"
    "\x9b31m\x9d0;owned\x9c\x1bPq#0owned\x1b\\\x1b_Gowned\x1b\\\x1bc\x08\x08\x7f\x00\x0e"
    "\u202eowned\u202c\u2066x\u2069\u200b\u200f\u2028\U000e0041\ufeff"
    "[bold red]x[/][link=https://evil.example]y[/link][@click=app.quit]z[/]"
    "\x1b]8;;https://evil.example\x1b\\owned\x1b]8;;\x1b\\" + "e" + "\u0301" * 300
)
_UTF8: Final = TRICKS.encode()
_HTML: Final = (
    "<p>&#27;]52;c;b3duZWQ=&#7; &#155;31m &#x1b;[2J &#x9d;0;owned&#x9c; &#8238;owned</p>"
    "<title>\x1b]0;owned\x07</title><script>owned()</script>"
    "<a href='javascript:owned()'>js</a> <a href='data:text/html,owned'>data</a> "
    "<a href='https://evil.example/&#27;]0;owned&#7;?a=%1b%5d0;owned%07'>www.contoso.com\x1b[2J"
    "</a><a href='https://xn--pple-43d.com/'>apple</a>"
    "<a href='mailto:x@evil.example?subject=%1b[2J'>w</a>"
    "<img src='https://evil.example/pixel' alt='\x1b[31mowned'>"
    "<table>" + "<tr>" + "<td>x</td>" * 300 + "</tr>" + "</table>"
    + "<div>" * 5_000 + "deep" + "<blockquote>" * 500 + "deeper"
)  # fmt: skip


_LABEL: Final = b"Content-Type: text/plain; charset="
_OCTETS: Final = b"application/octet-stream"


class Hostile(NamedTuple):
    """A mail, and what the keys find in it.

    Attributes:
        raw: As on the server.
        inside: What is on the screen when the last of its files is looked at; empty where none
            can be.
        links: Whether there are any.
        files: How many it has.
        is_quoted: It has a text, and is more than a card.
        text: What is seen of it without scrolling, if not `body-3`: a card, an invitation.
    """

    raw: bytes
    inside: str = ""
    links: bool = False
    text: str = ""
    files: int = 0
    is_quoted: bool = True


def _field(name: str, value: str) -> bytes:
    encoded = base64.b64encode(value.encode()).decode()
    pieces = [encoded[at : at + 60] for at in range(0, len(encoded), 60)]
    return f"{name}: ".encode() + b"\r\n ".join(f"=?utf-8?b?{one}?=".encode() for one in pieces)


def _mail(number: int, body: bytes, *more: bytes, kind: bytes = b"text/plain") -> bytes:
    head = [
        _field("Subject", f"case-{number} {TRICKS}"),
        _field("From", f"Kim {TRICKS}") + b" <kim@fabrikam.example>",
        b"To: anna@contoso.com",
        b"Date: Mon, 23 Nov 2026 09:43:00 +0000",
        b"Message-ID: <\x1b]0;owned\x07%d@evil.example>" % number,
        b"References: <all@evil.example>",
        b"MIME-Version: 1.0",
        *more,
    ]
    if not any(each.lower().startswith(b"content-type") for each in more):
        head.append(b"Content-Type: " + kind + b"; charset=utf-8")
        head.append(b"Content-Transfer-Encoding: 8bit")
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def _with_file(number: int, kind: bytes, name: str, content: bytes, *more: bytes) -> bytes:
    escaped = "".join(f"%{octet:02X}" for octet in name.encode())
    body = (
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nbody-%d\r\n" % number
        + b"--b\r\nContent-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n"
        + b"Content-Disposition: attachment; filename*=utf-8''" + escaped.encode() + b"\r\n\r\n"
        + base64.encodebytes(content).replace(b"\n", b"\r\n") + b"--b--\r\n"
    )  # fmt: skip
    return _mail(number, body, b"Content-Type: multipart/mixed; boundary=b", *more)


def _nested(number: int, depth: int) -> bytes:
    """Parts in parts, the first of which says what the mail is."""
    body = b"--b\r\nContent-Type: text/plain\r\n\r\nbody-%d\r\n--b\r\n" % number
    for level in range(depth):
        body += b"Content-Type: multipart/mixed; boundary=n%d\r\n\r\n--n%d\r\n" % (level, level)
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" * depth
    return _mail(number, body + inner, b"Content-Type: multipart/mixed; boundary=b")


def _packed(number: int) -> bytes:
    """A `winmail.dat` with a text and a file."""
    text = text_property(0x1000, f"body-{number} {TRICKS}")
    return winmail(TRICKS, [text], [(f"../{TRICKS}.txt", b"inside-tnef " + _UTF8)])


_ICS: Final = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    b"DTSTART:20261126T140000Z\r\nSUMMARY:inside-ics " + _UTF8 + b"\r\nLOCATION:" + _UTF8
    + b"\r\nORGANIZER;CN=\"" + _UTF8 + b"\":mailto:x@evil.example\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)  # fmt: skip
_VCARD: Final = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:inside-card " + _UTF8 + b"\r\nTEL:" + _UTF8
    + b"\r\nURL:javascript:owned()\r\nEND:VCARD\r\n"
)  # fmt: skip
_REPORT: Final = (
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nbody-%d\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; " + _UTF8
    + b"\r\n\r\nFinal-Recipient: rfc822; x@evil.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 " + _UTF8 + b"\r\n\r\n--b--\r\n"
)  # fmt: skip


_Makers = tuple[Callable[[int], Hostile], ...]


def hostile_mails() -> list[Hostile]:
    """Return the mails, in the order of their numbers."""
    made = (*_texts(), *_files(), *_odd_ones())
    return [make(number) for number, make in enumerate(made)]


def _texts() -> _Makers:
    people = b",\r\n ".join(b"r%d <r%d@evil.example>" % (n, n) for n in range(10_000))
    wide = b"\r\n".join(b"X-Field-%d: \x1b]0;owned\x07" % n for n in range(2_000))
    return (
        lambda n: Hostile(_mail(n, b"body-%d " % n + _UTF8), links=True),
        lambda n: Hostile(
            _mail(n, b"body-%d \x9b31m\x9d0;owned\x9c" % n, _LABEL + b"latin1")
        ),
        lambda n: Hostile(
            _mail(n, b"<p>body-%d</p>" % n + _HTML.encode(), kind=b"text/html"), links=True
        ),
        lambda n: Hostile(_mail(n, b"body-%d" % n, b"X-Long: " + b"\x1b[2J" * 60_000, wide)),
        lambda n: Hostile(_mail(n, b"body-%d" % n, b"Cc: " + people)),
        lambda n: Hostile(_nested(n, 150)),
    )  # fmt: skip


def _files() -> _Makers:
    tnef = winmail("owned\x1b]0;owned\x07", [rtf_property(TRICKS.encode("ascii", "replace"))], [])
    letter = _mail(99, b"inside-mail " + _UTF8, b"Content-Type: text/plain; charset=utf-8")
    return (
        lambda n: Hostile(
            _with_file(n, b"text/plain", f"../../../etc/{TRICKS}.txt", b"inside-text " + _UTF8),
            "inside-text",
            files=1,
        ),
        lambda n: Hostile(
            _with_file(n, b"text/csv", "C:\\con\\-rf.csv", b"inside-csv," + _UTF8),
            "inside-csv",
            files=1,
        ),
        lambda n: Hostile(
            _with_file(n, b"application/ics", "a.ics", _ICS),
            "inside-ics",
            files=1,
            text="inside-ics",
        ),
        lambda n: Hostile(
            _with_file(n, b"text/x-vcard", "a.vcf", _VCARD),
            "inside-card",
            files=1,
            text="inside-card",
        ),
        lambda n: Hostile(_with_file(n, _OCTETS, "a.eml", letter), "inside-mail", files=1),
        lambda n: Hostile(_with_file(n, b"application/ms-tnef", "winmail.dat", tnef), files=1),
        lambda n: Hostile(
            _mail(n, _VCARD, kind=b"text/vcard"),
            "inside-card",
            files=1,
            text="inside-card",
            is_quoted=False,
        ),
        lambda n: Hostile(
            _mail(n, _ICS, kind=b"text/calendar; method=REQUEST"),
            text="inside-ics",
            is_quoted=False,
        ),
        lambda n: Hostile(
            _mail(
                n,
                base64.encodebytes(_packed(n)).replace(b"\n", b"\r\n"),
                b"Content-Type: application/ms-tnef",
                b"Content-Transfer-Encoding: base64",
            ),
            "inside-tnef",
            links=True,
            files=2,
        ),
    )  # fmt: skip


def _odd_ones() -> _Makers:
    return (
        lambda n: Hostile(
            _mail(n, _REPORT % n, b"Content-Type: multipart/report; boundary=b")
        ),
        lambda n: Hostile(
            _mail(
                n,
                b"body-%d" % n,
                b"Authentication-Results: contoso.com; dkim=pass header.d=" + _UTF8,
                b"List-Unsubscribe: <https://evil.example/\x1b[2J>, <mailto:x@evil.example?\x1b>",
                b"Reply-To: " + _UTF8 + b" <x@evil.example>",
            )
        ),
        lambda n: Hostile(
            _mail(n, b"body-%d \x1b$B\x1b(J\x1b]0;owned" % n, _LABEL + b"iso-2022-jp")
        ),
        lambda n: Hostile(
            _mail(n, b"body-%d +ABsAXQAw-;owned" % n, _LABEL + b'"utf-7\x1b]0;owned"')
        ),
        lambda n: Hostile(
            _mail(n, b"body-%d https://evil.example/%%1b]0;owned\x1b[2J http://a@b" % n), links=True
        ),
    )  # fmt: skip
