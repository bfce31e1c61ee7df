"""Messages that have broken mail programs, and what stored messages are made of in tests."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tuimail.mime.parser import parse
from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import BodyState, Message, MessageKey, MessageSummary
from tuimail.text.safe import SafeText, clean

RECEIVED = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


def stored(
    raw: bytes, *, with_structure: bool = True, body: BodyState = BodyState.COMPLETE
) -> tuple[Message, Callable[[str], bytes | None]]:
    """Return a message as the store has it, and the lookup of its sections.

    Without a structure only the whole message is there, as when Exchange's made no sense.
    """
    parsed = parse(raw)
    summary = MessageSummary(
        key=MessageKey(7),
        account_id=AccountId(1),
        folder_id=FolderId(1),
        internaldate=RECEIVED,
        from_text=SafeText(""),
        subject=parsed.envelope.subject,
        snippet=SafeText(""),
        flags=Flags(),
        size=len(raw),
        has_attachment=False,
        thread_id=None,
        body=body,
        pending=False,
    )
    message = Message(
        summary=summary,
        envelope=parsed.envelope,
        server_folder_id=FolderId(1),
        uid=UID(1),
        structure=parsed.structure if with_structure else None,
        references=parsed.references,
    )

    def section(name: str) -> bytes | None:
        if not with_structure:
            return raw if name == "" else None
        return parsed.section(name) if name else None

    return message, section


def forbidden_in(text: str) -> set[str]:
    """Return the characters that could act on a terminal or mislead a reader."""
    bidi = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    return {
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in bidi
    }


def is_clean(text: str) -> bool:
    """Whether cleaning the text once more changes nothing, on one line."""
    return not forbidden_in(text) and clean(text) == text


def nested_multiparts(depth: int) -> bytes:
    """Return a message with multiparts nested so deep, text in the innermost."""
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    )
    tail = b"".join(b"\r\n--b%d--" % level for level in reversed(range(depth)))
    return head + b"\r\ninnermost" + tail + b"\r\n"


def nested_messages(depth: int) -> bytes:
    """Return a message in a message in a message."""
    return b"Subject: layer\r\nContent-Type: message/rfc822\r\n\r\n" * depth + b"\r\ncore\r\n"


def many_parts(count: int) -> bytes:
    """Return one multipart with so many parts."""
    parts = b"".join(b"--x\r\n\r\npart %d\r\n" % number for number in range(count))
    return b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + parts + b"--x--\r\n"


def _with_header(field: bytes) -> bytes:
    return b"From: a@b.example\r\n" + field + b"\r\n\r\nbody\r\n"


MIXED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"

ODD: Mapping[str, bytes] = {
    "empty": b"",
    "only-a-newline": b"\r\n",
    "no-header": b"just some words\nand more\n",
    "no-body": b"Subject: nothing follows",
    "lone-carriage-returns": b"Subject: old\rFrom: a@b.example\r\rtext\r",
    "nul-bytes": b"Subject: a\x00b\r\n\r\nc\x00d\r\n",
    "mbox-line": b"From a@b Mon Jan  1 00:00:00 2001\nSubject: x\n\ntext\n",
    "folded-into-nothing": b" folded\r\nSubject: x\r\n\r\ntext",
    "junk-between-fields": b"Subject: x\r\njunk without colon\r\nFrom: a@b.example\r\n\r\ntext",
    "raw-8bit-header": _with_header("Subject: Grüße".encode("latin-1")),
    "raw-utf8-header": _with_header("Subject: Grüße 山田".encode()),
    "controls-in-subject": _with_header(b"Subject: \x1b]0;owned\x07\x9b31m\x00 x"),
    "encoded-controls": _with_header(b"Subject: =?utf-8?b?G11kO293bmVkB+KArnR4dC4=?="),
    "encoded-newline": _with_header(b"Subject: =?utf-8?q?x=0D=0ABcc:_y@z?="),
    "bad-base64-word": _with_header(b"Subject: =?utf-8?b?YWJ?= =?utf-8?b?!!!!?="),
    "unknown-charset": _with_header(
        b"Subject: =?x-klingon?q?=E4?=\r\nContent-Type: text/plain; charset=x-klingon"
    ),
    "nul-in-charset": _with_header(b'Content-Type: text/plain; charset="utf\x00-8"'),
    "punycode-charset": _with_header(b"Content-Type: text/plain; charset=punycode"),
    "escape-charset": _with_header(b"Content-Type: text/plain; charset=unicode_escape"),
    "not-text-charset": _with_header(b"Content-Type: text/plain; charset=hex"),
    "utf16-without-mark": b"Content-Type: text/plain; charset=utf-16\r\n\r\n"
    + "ab".encode("utf-16-be")
    + b"x",
    "from-empty": _with_header(b"From: "),
    "from-open-angle": b"From: <\r\n\r\n",
    "from-half": b"From: foo@\r\nMessage-ID: <<>>\r\n\r\n",
    "from-open-bracket": b"From: a@[1.2.3\r\n\r\n",
    "comments-2000-deep": b"From: " + b"(" * 2000 + b"a@b.example\r\n\r\n",
    "quotes-unclosed": b'From: "never closed <a@b.example>\r\n\r\n',
    "50000-recipients": b"To: " + b"a@b.example, " * 50_000 + b"\r\n\r\n",
    "date-nonsense": _with_header(b"Date: 99 Foo -1 25:61:61 +9999"),
    "date-far": _with_header(b"Date: Mon, 1 Jan 99999 00:00:00 +0000"),
    "type-empty": _with_header(b"Content-Type: "),
    "type-twice": _with_header(b"Content-Type: text/html\r\nContent-Type: text/plain"),
    "parameters-broken": _with_header(
        b"Content-Type: text/plain; charset; =; name*; name*0*=x; ;;"
    ),
    "rfc2231-broken": _with_header(
        b"Content-Disposition: attachment; filename*0*=utf-8''%E4; filename*x*=%zz; filename*2=b"
    ),
    "rfc2231-huge-index": _with_header(b"Content-Disposition: attachment; filename*99999999999=a"),
    "filename-path": _with_header(b'Content-Disposition: attachment; filename="../../etc/passwd"'),
    "filename-controls": _with_header(
        b"Content-Disposition: attachment; filename*=utf-8''%1B%5D0%E2%80%AEfdp.exe"
    ),
    "encoding-unknown": _with_header(b"Content-Transfer-Encoding: x-rot13"),
    "base64-broken": b"Content-Transfer-Encoding: base64\r\n\r\nYWJj*ZGVm\r\nY\r\n====\r\nZZ",
    "qp-broken": b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=ZZ=\r\n=4\r\n=",
    "uu-broken": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\nM!!\n!\n\xff\nend\n",
    "boundary-missing": b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\ntext\r\n",
    "boundary-empty": b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\ntext\r\n',
    "boundary-never-used": b"Content-Type: multipart/mixed; boundary=x\r\n\r\ntext\r\n",
    "boundary-unclosed": MIXED + b"--x\r\n\r\ntext\r\n",
    "boundary-same-inside": MIXED + b"--x\r\n" + MIXED + b"--x\r\n\r\ntext\r\n--x--\r\n",
    "boundary-regex": b'Content-Type: multipart/mixed; boundary="(.*)+$"\r\n\r\n'
    b"--(.*)+$\r\n\r\ntext\r\n--(.*)+$--\r\n",
    "parts-without-headers": MIXED + b"--x\r\n\r\none\r\n--x\r\n\r\ntwo\r\n--x--",
    "part-empty": MIXED + b"--x\r\n--x\r\n--x--",
    "digest": b"Content-Type: multipart/digest; boundary=x\r\n\r\n"
    b"--x\r\n\r\nSubject: in\r\n\r\ntext\r\n--x--",
    "encrypted": b"Content-Type: multipart/encrypted; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--x--",
    "html-only": b"Content-Type: text/html\r\n\r\n"
    b"<p onclick=x>Hi <a href='javascript:x'>y</a>\x1b[31m &#27;[2J &#x202e;",
    "html-utf16": b"Content-Type: text/html; charset=utf-16\r\n\r\n" + "<p>hé</p>".encode("utf-16"),
    "nested-50": nested_multiparts(50),
    "nested-3000": nested_multiparts(3_000),
    "nested-messages-3000": nested_messages(3_000),
    "parts-5000": many_parts(5_000),
    "header-1MB": b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\nbody",
    "fields-20000": b"X: y\r\n" * 20_000 + b"\r\nbody",
    "folds-50000": b"Subject: x\r\n" + b" y\r\n" * 50_000 + b"\r\nbody",
    "line-1MB": b"Subject: x\r\n\r\n" + b"y" * 1_000_000,
    "quotes-10000": b"Subject: x\r\n\r\n" + b">" * 10_000 + b" deep",
    "lines-100000": b"Subject: x\r\n\r\n" + b"\r\n" * 100_000 + b"end",
}
"""Name to message; nothing here may raise or reach the screen as more than text."""


def corpus() -> Iterator[tuple[str, bytes]]:
    """Yield the made messages, and real ones from the directory that TUIMAIL_CORPUS names."""
    yield from ODD.items()
    directory = os.environ.get("TUIMAIL_CORPUS")
    if directory:
        for file in sorted(Path(directory).glob("*.eml")):
            yield file.name, file.read_bytes()
