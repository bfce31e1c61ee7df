"""From a script of the demo to a message: text, page, history, attachments, header."""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from tuimail.sandbox import demo_attachments as files
from tuimail.sandbox import demo_odd as odd
from tuimail.sandbox.demo_mail import DemoMail, Script, load_demo_mail
from tuimail.sandbox.demo_wire import (
    Entity,
    address,
    attached_message,
    attachment,
    folded,
    multipart,
    text,
    unstructured,
    write_message,
)
from tuimail.sandbox.folder_names import DEFAULT_FOLDERS
from tuimail.sandbox.mailbox import Mailbox
from tuimail.sandbox.received import with_trace

DOMAIN = "contoso.example"
FORGERS = frozenset({"fakeit", "winner"})
_FLOW = 72
_OFFICE = "application/vnd.openxmlformats-officedocument."
_RULE = "________________________________"

# kind -> media type, and what makes the octets from the file's name
ATTACHMENTS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "pdf": ("application/pdf", files.demo_pdf),
    "png": ("image/png", lambda _name: files.make_png()),
    "jpg": ("image/jpeg", lambda _name: files.make_jpg()),
    "docx": (_OFFICE + "wordprocessingml.document", files.demo_docx),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", lambda _name: files.demo_xlsx()),
    "txt": ("text/plain; charset=us-ascii", files.demo_text),
    "csv": ("text/csv", lambda _name: b"unit,watt\r\nA,3100\r\nB,3050\r\nC,2980\r\n"),
    "ics": ("text/calendar; charset=utf-8", files.demo_ics),
    "vcf": ("text/vcard; charset=utf-8", files.demo_vcf),
    "zip": ("application/zip", files.demo_zip),
    "tnef": ("application/ms-tnef", lambda _name: files.make_tnef()),
    "bin": ("application/octet-stream", lambda _name: bytes(range(256)) * 40),
}


def fill(mailbox: Mailbox, now: datetime | None = None) -> int:
    """Put the demo's messages into a mailbox, oldest first; returns how many.

    Folders of Exchange's own are found by their English names, whatever the mailbox calls them.
    """
    mail = load_demo_mail().owned_by(mailbox.address)
    when = now or datetime.now(UTC)
    for script in sorted(mail.scripts, key=lambda script: script.date(when)):
        first, slash, rest = script.folder.partition("/")
        if first in DEFAULT_FOLDERS:
            first = mailbox.default(first).name
        folder = mailbox.create(first + slash + rest)
        raw = make_message(script, mail, when)
        if mail.people[script.sender].address != mail.owner.address:
            raw = with_trace(raw, script.date(when), {DOMAIN}, is_forged=script.sender in FORGERS)
        folder.append(raw, script.flags, script.date(when))
    return len(mail.scripts)


def make_message(script: Script, mail: DemoMail, now: datetime) -> bytes:
    """The message in the Internet Message Format."""
    date = script.date(now)
    whole = odd.WHOLE_MESSAGES.get(script.special)
    if whole is not None:
        return whole(mail, date)
    fields = {
        "From": _people([script.sender], mail),
        "To": odd.crowd() if script.special == "crowd" else _people(script.to, mail),
        "Cc": _people(script.cc, mail),
        "Subject": unstructured(script.subject),
        "Date": format_datetime(date),
        "Message-ID": message_id(script),
        **_references(script, mail),
        **odd.EXTRA_FIELDS.get(script.special, {}),
    }
    return write_message(fields, _entity(script, mail, now))


def message_id(script: Script) -> str:
    """Its Message-ID with the angle brackets."""
    return f"<{script.name}.demo@{DOMAIN}>"


def _people(keys: Sequence[str], mail: DemoMail) -> str:
    shown = [address(mail.people[key].name, mail.people[key].address) for key in keys]
    return folded(shown, ", ")


def _references(script: Script, mail: DemoMail) -> dict[str, str]:
    chain = [message_id(each) for each in mail.ancestors(script)]
    if not chain:
        return {}
    return {"In-Reply-To": chain[0], "References": folded(chain[::-1])}


def _entity(script: Script, mail: DemoMail, now: datetime) -> Entity:
    body = _body(script, mail, now)
    attached = [each for each in script.attachments if each[0] != "inline"]
    if not attached:
        return body
    parts = [_attachment(kind, name, mail) for kind, name in attached]
    return multipart("mixed", _boundary(script, "m"), [body, *parts])


def _body(script: Script, mail: DemoMail, now: datetime) -> Entity:
    words = odd.TEXTS[script.special]() if script.special in odd.TEXTS else script.text
    words, page = words.lstrip("\n"), script.html.lstrip("\n")
    if script.chain:
        words, page = _with_history(script, mail, now)
    alternatives = [_text(words, script)] if words or not page else []
    if page:
        alternatives.append(_page(page, script))
    calendar = odd.INVITATIONS.get(script.special)
    if calendar is not None:
        alternatives.append(calendar(mail, now))
    if len(alternatives) == 1:
        return alternatives[0]
    return multipart("alternative", _boundary(script, "a"), alternatives)


def _text(words: str, script: Script) -> Entity:
    if script.encoding != "flowed":
        return text(words, encoding=script.encoding, charset=script.charset)
    lines = [
        " \n".join(textwrap.wrap(line, _FLOW, break_long_words=False)) or line
        for line in words.split("\n")
    ]
    return text("\n".join(lines), parameters="; format=flowed")


def _page(page: str, script: Script) -> Entity:
    html = text(page, "html", encoding=script.encoding, charset=script.charset)
    inline = [name for kind, name in script.attachments if kind == "inline"]
    if not inline:
        return html
    pictures = [
        attachment(files.make_png(), "image/png", name, content_id=f"picture{number}@{DOMAIN}")
        for number, name in enumerate(inline, 1)
    ]
    return multipart(
        "related", _boundary(script, "r"), [html, *pictures], parameters='; type="text/html"'
    )


def _with_history(script: Script, mail: DemoMail, now: datetime) -> tuple[str, str]:
    """What Outlook sends: the new words on top, all that came before below, in header blocks."""
    words = script.text.lstrip("\n")
    page = [f"<div>{_paragraphs(words)}</div>"]
    for each in mail.ancestors(script):
        block = {
            "From": _shown([each.sender], mail),
            "Sent": f"{each.date(now):%A, %d %B %Y %H:%M}",
            "To": _shown(each.to, mail),
            **({"Cc": _shown(each.cc, mail)} if each.cc else {}),
            "Subject": each.subject,
        }
        lines = "\n".join(f"{name}: {value}" for name, value in block.items())
        head = "<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in block.items())
        old = each.text.lstrip("\n")
        words += f"\n{_RULE}\n{lines}\n\n{old}"
        page.append(f'<hr><div id="divRplyFwdMsg">{head}</div><div>{_paragraphs(old)}</div>')
    style = "<style>p.MsoNormal{margin:0;font-family:Calibri}</style>"
    return words, f"<html><head>{style}</head><body>{''.join(page)}</body></html>\n"


def _shown(keys: Sequence[str], mail: DemoMail) -> str:
    return "; ".join(f"{mail.people[key].name} <{mail.people[key].address}>" for key in keys)


def _paragraphs(words: str) -> str:
    blocks = escape(words.strip(), quote=False).split("\n\n")
    joined = (block.replace("\n", "<br>\n") for block in blocks)
    return "\n".join(f'<p class="MsoNormal">{block}</p>' for block in joined)


def _attachment(kind: str, name: str, mail: DemoMail) -> Entity:
    if kind == "eml":
        return attached_message(odd.what_the_customer_said(mail), name)
    media_type, make = ATTACHMENTS[kind]
    return attachment(make(name), media_type, name)


def _boundary(script: Script, level: str) -> str:
    return f"_{level}_{zlib.crc32(script.name.encode('utf-8')):08x}_contoso"
