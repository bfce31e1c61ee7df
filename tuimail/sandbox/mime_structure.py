"""MIME structure by byte offsets, so that every size and every section is exact.

The IMAP server serves sections, ENVELOPE and BODYSTRUCTURE from this. It reads raw bytes and
never raises on broken mail. Sources: RFC 2045, RFC 2046, RFC 3501 sections 6.4.5 and 7.4.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_FIELD = re.compile(
    rb"([!-9;-~]+)[ \t]*:[ \t]*((?:[^\r\n]|\r\n[ \t]|\r(?!\n)|(?<!\r)\n)*)(?:\r\n|$)"
)
_PARAMETER = re.compile(rb'([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
_COMMENT_OR_QUOTED = re.compile(rb'("(?:[^"\\]|\\.)*")|\((?:[^()\\]|\\.)*\)')
_CONTINUATION = re.compile(rb"([^*]+)\*(\d{1,4})(\*?)")
_SECTION = re.compile(rb"((?:\d+\.)*\d+)?\.?(.*)", re.S)
_TEXT_PLAIN = (b"text", b"plain")
_DEEPEST = 40
_MOST_PARTS = 5000


@dataclass
class Part:
    """One entity of a message: its header starts at ``start``, its body at ``body_start``."""

    raw: bytes
    start: int
    end: int
    default_type: tuple[bytes, bytes] = _TEXT_PLAIN
    depth: int = 0
    body_start: int = 0
    main_type: bytes = b""
    subtype: bytes = b""
    parameters: list[tuple[bytes, bytes]] = field(default_factory=list)
    children: list[Part] = field(default_factory=list)
    message: Part | None = None
    header: dict[bytes, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.body_start = self._find_body()
        for match in _FIELD.finditer(self.raw, self.start, self.body_start):
            value = re.sub(rb"\r\n(?=[ \t])", b"", match[2]).strip()
            self.header.setdefault(match[1].lower(), []).append(value)
        self._read_content_type()
        if self.depth >= _DEEPEST:
            return
        if self.main_type == b"multipart":
            self._split()
        elif (self.main_type, self.subtype) == (b"message", b"rfc822"):
            self.message = Part(self.raw, self.body_start, self.end, depth=self.depth + 1)

    @classmethod
    def of(cls, raw: bytes) -> Part:
        """The structure of a whole message."""
        return cls(raw, 0, len(raw))

    def field(self, name: bytes) -> bytes | None:
        """The unfolded value of the first header field of this (lower-case) name."""
        values = self.header.get(name)
        return values[0] if values else None

    @property
    def body(self) -> bytes:
        """The octets of the body, still transfer-encoded."""
        return self.raw[self.body_start : self.end]

    def find(self, path: list[int]) -> Part | None:
        """The part with these numbers, as IMAP counts them; a leaf's only part is 1."""
        part = self
        for position, number in enumerate(path):
            if position and part.message is not None:
                part = part.message
            elif position and not part.children:
                return None
            if part.children:
                if not 1 <= number <= len(part.children):
                    return None
                part = part.children[number - 1]
            elif number != 1:
                return None
        return part

    def _find_body(self) -> int:
        if self.raw[self.start : self.start + 2] == b"\r\n":
            return min(self.start + 2, self.end)
        blank = self.raw.find(b"\r\n\r\n", self.start, self.end)
        return self.end if blank < 0 else blank + 4

    def _read_content_type(self) -> None:
        value, self.parameters = parse_parameters(
            without_comments(self.field(b"content-type") or b"")
        )
        main, slash, sub = value.lower().partition(b"/")
        if slash and main.strip() and sub.strip():
            self.main_type, self.subtype = main.strip(), sub.strip()
        else:
            self.main_type, self.subtype = self.default_type

    def _split(self) -> None:
        boundary = {name.lower(): value for name, value in self.parameters}.get(b"boundary")
        if not boundary:
            return
        digest = self.subtype == b"digest"
        default = (b"message", b"rfc822") if digest else _TEXT_PLAIN
        # Looked for in place: a copy of the body at each level would fill the memory.
        delimiter = re.compile(rb"(?<=\r\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|\Z)")
        open_at: int | None = None
        for match in delimiter.finditer(self.raw, self.body_start, self.end):
            line = match.start()
            if open_at is not None:
                self._add_child(open_at, max(line - 2, open_at), default)
                open_at = None
            if match[1]:
                return
            open_at = min(match.end() + 2, self.end)
            if len(self.children) == _MOST_PARTS:
                break
        if open_at is not None:
            self._add_child(open_at, self.end, default)

    def _add_child(self, start: int, end: int, default: tuple[bytes, bytes]) -> None:
        self.children.append(Part(self.raw, start, end, default, self.depth + 1))


def without_comments(value: bytes) -> bytes:
    """The value of a MIME field without its comments (RFC 2045 section 5.1)."""
    return _COMMENT_OR_QUOTED.sub(lambda match: match[1] or b"", value)


def parse_parameters(value: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """``text/plain; charset=utf-8`` as the value before the first semicolon and the parameters."""
    head, _, rest = value.partition(b";")
    parameters = [
        (
            match[1],
            re.sub(rb"\\(.)", rb"\1", match[2]) if match[2] is not None else match[3].strip(),
        )
        for match in _PARAMETER.finditer(rest)
    ]
    return head.strip(), _joined(parameters)


def _joined(parameters: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Parameters with continuations (RFC 2231 section 3) put together, after the plain ones."""
    plain: list[tuple[bytes, bytes]] = []
    pieces: dict[bytes, dict[int, tuple[bytes, bool]]] = {}
    for name, value in parameters:
        match = _CONTINUATION.fullmatch(name)
        if match is None:
            plain.append((name, value))
        else:
            pieces.setdefault(match[1], {})[int(match[2])] = (value, bool(match[3]))
    for name, numbered in pieces.items():
        extended = any(is_extended for _, is_extended in numbered.values())
        value = b"".join(
            piece if is_extended or not extended else piece.replace(b"%", b"%25")
            for _, (piece, is_extended) in sorted(numbered.items())
        )
        plain.append((name + b"*" if extended else name, value))
    return plain


def section(root: Part, name: bytes) -> bytes | None:
    """The octets of ``BODY[name]``: empty for a part that does not exist, None if unreadable."""
    match = _SECTION.fullmatch(name)
    numbers, what = (match[1], match[2].strip()) if match else (None, name)
    path = [int(number) for number in numbers.split(b".")] if numbers else []
    part = root.find(path)
    if part is None:
        return b""
    keyword = what.upper()
    if path and keyword == b"MIME":
        return part.raw[part.start : part.body_start]
    if not keyword:
        return part.body if path else part.raw[part.start : part.end]
    message = part.message if path else part
    return b"" if message is None else _of_message(message, keyword, what)


def _of_message(message: Part, keyword: bytes, what: bytes) -> bytes | None:
    if keyword == b"HEADER":
        return message.raw[message.start : message.body_start]
    if keyword == b"TEXT":
        return message.body
    if keyword.startswith(b"HEADER.FIELDS"):
        return _header_fields(message, what)
    return None


def _header_fields(part: Part, what: bytes) -> bytes | None:
    names = re.search(rb"\((.*)\)", what, re.S)
    if names is None:
        return None
    wanted = {name.strip(b'"').lower() for name in names[1].split()}
    excluding = what.upper().startswith(b"HEADER.FIELDS.NOT")
    kept = [
        match[0]
        for match in _FIELD.finditer(part.raw, part.start, part.body_start)
        if (match[1].lower() in wanted) != excluding
    ]
    return b"".join(kept) + b"\r\n"
