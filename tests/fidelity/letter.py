"""What the messages are put together from: header fields, text parts, attachments, multiparts.

Everything is drawn from a generator seeded by the message's number, so that the same number is the
same message on every machine. Line ends are LF here and become CRLF when the message is done.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from urllib.parse import quote

from tests.fidelity.words import (
    CHARSETS,
    DOMAINS,
    FIRST_NAMES,
    LANGUAGES,
    LAST_NAMES,
    Charset,
)

_NEWEST: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_SUBJECTS: Final = (
    "Budget {}",
    "Quarterly report {}",
    "Server migration {}",
    "Invoice {}",
    "Re: Re: Minutes {}",
    "Änderung {}",
    "Réunion du {}",
    "Отчёт {}",
    "会議のご案内 {}",
    "FW: Undeliverable: report {} 🎉",
)
_ATTACHMENTS: Final = (
    ("application/pdf", "report {}.pdf"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "draft {}.docx"),
    ("image/png", "scan{}.png"),
    ("application/zip", "Übersicht Größe {}.zip"),
    ("application/octet-stream", "資料 {}.bin"),
    ("text/csv", "numbers{}.csv"),
)


def encoded_word(text: str, charset: str = "utf-8", *, quoted: bool = False) -> str:
    """Return a text as one encoded word (RFC 2047)."""
    octets = text.encode(charset)
    if not quoted:
        return f"=?{charset}?B?{base64.b64encode(octets).decode()}?="
    letters = "".join(
        chr(octet) if chr(octet).isalnum() and octet < 128 else f"={octet:02X}" for octet in octets
    )
    return f"=?{charset}?Q?{letters}?="


class Letter:
    """The makings of one message.

    Args:
        number: Which message of the corpus.
        seed: Of the whole corpus.
    """

    def __init__(self, number: int, seed: int) -> None:
        self.number = number
        self.random = Random(seed * 1_000_003 + number)
        self.date = _NEWEST - timedelta(minutes=self.random.randrange(2 * 365 * 24 * 60))
        self.charset = self.random.choice(CHARSETS)
        self.boundary = f"_000_{self.random.getrandbits(64):016X}_"
        self.message_id = f"<{number:05d}.{self.random.getrandbits(40):x}@{DOMAINS[number % 4]}>"

    # ── header ────────────────────────────────────────────────────────────────────────────────

    def person(self) -> str:
        """Return somebody as `Name <address>`."""
        first = self.random.choice(FIRST_NAMES)
        name = f"{first} {self.random.choice(LAST_NAMES)}"
        address = f"u{self.random.randrange(900)}@{self.random.choice(DOMAINS)}"
        if not name.isascii():
            return f"{encoded_word(name, quoted=self.random.random() < 0.5)} <{address}>"
        return f'"{name}" <{address}>' if self.random.random() < 0.5 else f"{name} <{address}>"

    def people(self, most: int) -> str:
        """Return some people, folded as agents do it."""
        several = [self.person() for _ in range(self.random.randint(1, most))]
        return self.random.choice([",\n ", ", ", ",\n\t"]).join(several)

    def subject(self) -> str:
        """Return a subject as it stands in a header."""
        text = self.random.choice(_SUBJECTS).format(self.random.randrange(1000, 9999))
        return text if text.isascii() else encoded_word(text, quoted=self.random.random() < 0.3)

    def written(self) -> str:
        """Return the value of Date."""
        zone = self.random.choice(["+0000", "+0100", "-0500", "+0900", "GMT"])
        return self.date.strftime("%a, %d %b %Y %H:%M:%S ") + zone

    def header(self, **fields: str | None) -> str:
        """Return the usual header, ending in a line end.

        Args:
            fields: Name (with `_` for `-`) and value of fields to replace or add; None leaves a
                field out.
        """
        values: dict[str, str | None] = {
            "Received": f"from mx{self.number % 7}.example by hub.example with ESMTPS;\n"
            f" {self.written()}",
            "From": self.person(),
            "To": self.people(3),
            "Subject": self.subject(),
            "Date": self.written(),
            "Message-ID": self.message_id,
            "MIME-Version": "1.0",
        }
        if self.random.random() < 0.25:
            values["Cc"] = self.people(4)
        if self.random.random() < 0.1:
            values["Reply-To"] = self.person()
        values |= {name.replace("_", "-"): value for name, value in fields.items()}
        return "".join(f"{name}: {value}\n" for name, value in values.items() if value is not None)

    # ── parts ─────────────────────────────────────────────────────────────────────────────────

    def text(self, words: int = 60, language: str | None = None) -> str:
        """Return some lines of prose."""
        vocabulary = LANGUAGES[language or self.charset.language]
        lines, line = [], ""
        for _ in range(words):
            line = f"{line} {self.random.choice(vocabulary)}".lstrip()
            if len(line) > 60:
                lines.append(line + self.random.choice(["", ".", "?"]))
                line = ""
        return "\n".join([*lines, line, ""])

    def text_part(
        self, subtype: str = "plain", body: str | None = None, charset: Charset | None = None
    ) -> bytes:
        """Return a part of type text with its header."""
        chosen = charset or self.charset
        octets = (self.text(language=chosen.language) if body is None else body).encode(
            chosen.codec, "replace"
        )
        encodings = ["quoted-printable", "base64"]
        encodings += ["7bit", "7bit"] if octets.isascii() else []
        encodings += ["8bit"] if chosen.label.lower() in ("utf-8", "iso-8859-1") else []
        encoding = self.random.choice(encodings)
        if encoding == "quoted-printable":
            octets = quopri.encodestring(octets)
        elif encoding == "base64":
            octets = base64.encodebytes(octets)
        header = (
            f'Content-Type: text/{subtype}; charset="{chosen.label}"\n'
            f"Content-Transfer-Encoding: {encoding}\n\n"
        )
        return header.encode() + octets

    def html_part(self) -> bytes:
        """Return a part of type text/html."""
        paragraphs = "".join(
            f'<p class="MsoNormal">{line}</p>\n' for line in self.text().splitlines()
        )
        return self.text_part("html", f"<html><body>\n{paragraphs}</body></html>\n")

    def octets(self, most: int = 1500) -> bytes:
        """Return random octets in base64, in lines."""
        return base64.encodebytes(self.random.randbytes(self.random.randint(1, most)))

    def attachment(self) -> bytes:
        """Return an attachment, named plainly or by RFC 2047 and RFC 2231."""
        kind, pattern = self.random.choice(_ATTACHMENTS)
        name = pattern.format(self.random.randrange(100))
        if name.isascii():
            names = (f'name="{name}"', f'filename="{name}"')
        else:
            names = (f'name="{encoded_word(name)}"', f"filename*=utf-8''{quote(name)}")
        inline = self.random.random() < 0.3
        extra = f"\nContent-ID: <{self.random.getrandbits(32):x}@01DB>" if inline else ""
        header = (
            f"Content-Type: {kind};\n {names[0]}\nContent-Description: {names[0][6:-1]}\n"
            f"Content-Disposition: {'inline' if inline else 'attachment'}; {names[1]};\n"
            f' size={self.random.randrange(9999)}; creation-date="{self.written()}"{extra}\n'
            "Content-Transfer-Encoding: base64\n\n"
        )
        return header.encode() + self.octets()

    def multipart(
        self,
        subtype: str,
        parts: Sequence[bytes],
        *,
        boundary: str | None = None,
        parameters: str = "",
        closed: bool = True,
    ) -> bytes:
        """Return an entity of type multipart with its header."""
        line = boundary or self.boundary
        header = f'Content-Type: multipart/{subtype};\n\tboundary="{line}"{parameters}\n\n'
        delimiter = f"--{line}\n".encode()
        end = f"--{line}--\n".encode() if closed else b""
        return header.encode() + b"".join(delimiter + part + b"\n" for part in parts) + end

    def alternative(self) -> bytes:
        """Return text and HTML of the same."""
        return self.multipart(
            "alternative", [self.text_part(), self.html_part()], boundary=self.boundary + "alt"
        )

    def message(self, content: bytes, **fields: str | None) -> bytes:
        """Return a whole message; `content` begins with the fields of its type."""
        return self.header(**fields).encode("utf-8") + content
