"""A mail written in Markdown as the HTML that its receivers see (CommonMark with tables).

Styles stand on the elements, because Outlook and most web mail drop style sheets. What the writer
typed cannot bring in HTML of its own, and links lead only where http, https, mailto or tel lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tuimail.mime.dates import spoken_date
from tuimail.model.message import Message
from tuimail.text.closing_quote import at_closing_quote

_FONT: Final = "font-family:Aptos,Calibri,Helvetica,sans-serif;font-size:11pt;color:#000000"
_MONO: Final = "font-family:Consolas,'Courier New',monospace;font-size:10pt"
_CELL: Final = "border:1px solid #c8c8c8;padding:3pt 6pt;vertical-align:top"
_STYLES: Final[dict[str, str]] = {
    "p": "margin:0 0 11pt 0",
    "blockquote": "margin:0 0 11pt 0;padding:0 0 0 8pt;border-left:2pt solid #b0b0b0;color:#404040",
    "ul": "margin:0 0 11pt 0;padding-left:24pt",
    "ol": "margin:0 0 11pt 0;padding-left:24pt",
    "li": "margin:0 0 3pt 0",
    "a": "color:#0563c1;text-decoration:underline",
    "h1": "font-size:18pt;margin:0 0 9pt 0",
    "h2": "font-size:15pt;margin:0 0 8pt 0",
    "h3": "font-size:13pt;margin:0 0 7pt 0",
    "h4": "font-size:11pt;margin:0 0 6pt 0",
    "table": "border-collapse:collapse;margin:0 0 11pt 0",
    "th": f"{_CELL};background:#f3f3f3;text-align:left",
    "td": _CELL,
    "code": f"{_MONO};background:#f3f3f3",
    "pre": f"{_MONO};background:#f3f3f3;padding:6pt;margin:0 0 11pt 0;white-space:pre-wrap",
    "img": "max-width:100%",
    "hr": "border:none;border-top:1px solid #c8c8c8;margin:0 0 11pt 0",
}
_SEPARATOR: Final = "border:none;border-top:solid #e1e1e1 1pt;padding:3pt 0 0 0"
_SAFE_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:|cid:)", re.IGNORECASE)
_SIGNATURE: Final = "-- "


@dataclass(frozen=True, slots=True)
class History:
    """The head of the mail that is answered, as Outlook writes it above what was said before.

    Attributes:
        lines: (label, text): From, Sent, To, Cc, Subject; not escaped.
    """

    lines: tuple[tuple[str, str], ...]


def history_of(message: Message) -> History:
    """Return the head of a message that is answered or forwarded."""
    envelope = message.envelope
    people = (("To", envelope.to), ("Cc", envelope.cc))
    shown = [(label, ", ".join(str(one) for one in those)) for label, those in people if those]
    return History(
        (
            ("From", ", ".join(str(one) for one in envelope.from_)),
            ("Sent", spoken_date(envelope.date or message.summary.internaldate)),
            *shown,
            ("Subject", envelope.subject),
        )
    )


def html_of(
    body: str, *, history: History | None = None, images: Mapping[str, str] | None = None
) -> str:
    """Return a whole HTML document of what was typed.

    Args:
        body: Markdown, quotes with `>`, a signature below `-- `.
        history: With it, a quote that ends the text stands below this head instead of beside a
            line, without its mark.
        images: By the name an image is written with, its Content-ID without angle brackets.
    """
    own, _, quoted = at_closing_quote(body)
    parts = [_text(own if history is not None else body, images or {})]
    if history is not None and quoted:
        parts.append(_head(history))
        parts.append(_text(_without_mark(quoted), {}))
    inner = "\n".join(parts)
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>\n'
        f'<body><div style="{_FONT}">\n{inner}\n</div></body></html>\n'
    )


def image_names(body: str) -> tuple[str, ...]:
    """Return what the images in a text are called, in order, each once."""
    before, _, behind = _at_signature(body)
    tokens = [*_reader().parse(before), *_reader().parse(behind)]
    found = (
        unquote(str(child.attrGet("src") or ""))
        for token in tokens
        for child in token.children or ()
        if child.type == "image"
    )
    return tuple(dict.fromkeys(name for name in found if name))


def _text(body: str, images: Mapping[str, str]) -> str:
    before, signature, behind = _at_signature(body)
    rendered = _rendered(before, images)
    if signature:
        lines = "<br>\n".join(escape(line) for line in signature.split("\n"))
        rendered += f'<p style="{_STYLES["p"]};color:#606060">-- <br>\n{lines}</p>\n'
    return (rendered + (_rendered(behind, images) if behind.strip() else "")).rstrip()


def _rendered(text: str, images: Mapping[str, str]) -> str:
    reader = _reader()
    tokens = reader.parse(text)
    _dress(tokens, images)
    return str(reader.renderer.render(tokens, reader.options, {}))


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True})
    reader.enable(["table", "strikethrough", "linkify"])
    reader.validateLink = _is_safe  # type: ignore[method-assign]
    return reader


def _is_safe(url: str) -> bool:
    """A name without a scheme may be an attached image; links to such names say nothing bad."""
    return bool(_SAFE_LINK.match(url)) or ":" not in url


def _dress(tokens: Iterable[Token], images: Mapping[str, str]) -> None:
    for token in tokens:
        if token.nesting >= 0 and token.tag in _STYLES:
            own = token.attrGet("style")
            style = _STYLES[token.tag]
            token.attrSet("style", f"{style};{own}" if own else style)
        if token.type == "image":
            name = unquote(str(token.attrGet("src") or ""))
            if name in images:
                token.attrSet("src", f"cid:{images[name]}")
        _dress(token.children or (), images)


def _at_signature(body: str) -> tuple[str, str, str]:
    """Part a text around its signature, whose `-- ` would make a heading of the line above it.

    A signature ends where a quote begins, or the line that says whose it is.
    """
    lines = body.split("\n")
    if _SIGNATURE not in lines:
        return body, "", ""
    first = lines.index(_SIGNATURE)
    end = next((at for at in range(first, len(lines)) if lines[at].startswith(">")), len(lines))
    if end < len(lines) and lines[end - 1].rstrip().endswith(":"):
        end -= 1
    signature = "\n".join(lines[first + 1 : end]).strip("\n")
    return "\n".join(lines[:first]) + "\n", signature, "\n".join(lines[end:])


def _without_mark(quoted: str) -> str:
    return "\n".join(re.sub(r"^> ?", "", line) for line in quoted.split("\n"))


def _head(history: History) -> str:
    lines: Sequence[str] = [
        f"<b>{escape(label)}:</b> {escape(text)}" for label, text in history.lines
    ]
    inner = "<br>\n".join(lines)
    return f'<div style="{_SEPARATOR}"><p style="{_STYLES["p"]}">{inner}</p></div>'
