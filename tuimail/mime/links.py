"""Where a link really leads.

Microsoft 365 rewrites every link to Safe Links of 680 characters that hide the target; phishing
shows one host and leads to another. Targets are read as a browser reads them (WHATWG URL, 4.4):
backslashes are slashes, control characters do not exist, and what stands before `@` is not a host.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from tuimail.mime.redirectors import named_target
from tuimail.mime.rendered import Link
from tuimail.text.safe import SafeText, clean

_LONGEST = 8_000
_MOST_REDIRECTORS = 4
MOST_LINKS = 500
_SCHEME = re.compile(r"(https?|mailto):", re.IGNORECASE)
# A host at the start of a text: with a scheme, with www, or the whole of it.
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_NAMED = re.compile(
    rf"(?:https?:/*|www\.(?=[^\s.]))?((?:{_LABEL}\.)+[^\W\d_]{{2,24}})(?=[/:?#]\S*\Z|\Z)",
    re.IGNORECASE,
)
_NAMED_WITH_SCHEME = re.compile(
    r"(?:https?:/{1,3}|\bwww\.)([^\s/:?#<>\"'()]{3,253})", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@([^\s@<>\"/:?#]{3,253})\Z")
# Endings that are far more often a file than a host.
_FILES = re.compile(
    "bat|cfg|csv|docx?|exe|gif|html?|ics|jpe?g|js|json|log|md|msg|net|pdf|png|pptx?|py|rar|rs|sh"
    "|sql|svg|toml|ts|txt|xlsx?|xml|ya?ml|zip"
)


def clean_target(href: str) -> SafeText | None:
    """Return the address a browser would open; None for other schemes.

    Safe Links and other redirectors that name their target are decoded, several in a row.
    """
    target = _as_browser(href)
    for _ in range(_MOST_REDIRECTORS):
        named = None if target is None else named_target(host_of(target), target)
        inner = _as_browser(named) if named else None
        if inner is None:
            break
        target = inner
    return target


def _as_browser(href: str) -> SafeText | None:
    href = re.sub(r"[\t\r\n]", "", href[:_LONGEST]).strip("".join(map(chr, range(33))))
    match = _SCHEME.match(href)
    if match is None:
        return None
    scheme = match[1].lower()
    rest = str(clean(href[match.end() :])).replace(" ", "%20")
    if scheme == "mailto":
        return SafeText(f"mailto:{rest}") if rest else None
    place, mark, query = re.split(r"([?#]|\Z)", rest, maxsplit=1)
    place = place.replace("\\", "/").lstrip("/")
    return SafeText(f"{scheme}://{place}{mark}{query}") if place else None


def host_of(target: str) -> SafeText:
    """Return the host of a cleaned target in lower-case ASCII form, "" when there is none."""
    if target.startswith("mailto:"):
        host = target.partition(":")[2].partition("?")[0].rpartition("@")[2]
    else:
        authority = re.split(r"[/?#]", target.partition("://")[2], maxsplit=1)[0]
        host = authority.rpartition("@")[2]
        # Browsers undo percent signs in a host before they look it up.
        host = host if host.startswith("[") else unquote(host.partition(":")[0])
    return _ascii_host(host)


def _rewriter(href: str, host: str) -> SafeText:
    """The host that the mail names and that leads on to the target's; "" for none."""
    written = _as_browser(href)
    via = SafeText("") if written is None else host_of(written)
    return via if via != host else SafeText("")


def _ascii_host(host: str) -> SafeText:
    host = clean(host).strip(". ").lower()
    if host.isascii() or len(host) > 253:
        return clean(host[:253])
    try:
        return SafeText(host.encode("idna").decode("ascii").lower())
    except UnicodeError:
        return clean(host)


def _named_host(text: str) -> str:
    """Return the host a text names, "" when it names none; of a redirector the one behind it."""
    if text[:4].lower() == "http" and " " not in text.strip():
        named = clean_target(text)
        if named is not None:
            text = f"https://{host_of(named)}"
    text = " ".join(text[:1_000].split()).strip("<>()[]\"'.,;")
    match = _ADDRESS.match(text) or _NAMED_WITH_SCHEME.search(text)
    if match is None:
        match = _NAMED.match(text)
        if match is None or _FILES.fullmatch(match[1].rpartition(".")[2].lower()):
            return ""
    return _ascii_host(match[1].rpartition("@")[2])


def site_of(host: str) -> str:
    """Return the registrable name, roughly: three labels under co.uk and its like, else two."""
    labels = host.split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and _SECOND_LEVEL.fullmatch(labels[-2]):
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


_SECOND_LEVEL = re.compile("ac|com?|edu|gob|gouv?|gov|go|net?|or|org")


_NUMERIC = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*")
_DOTTED_QUAD = re.compile(r"(?:[1-9]?\d|1\d\d|2[0-4]\d|25[0-5])(?:\.(?:0|[1-9]\d{0,2})){3}")


def hides_host(target: str) -> bool:
    """Return whether a target is written so that people read another host, or none."""
    authority = re.split(r"[/?#]", target.partition("://")[2], maxsplit=1)[0]
    if "@" in authority or "%" in authority:
        return True
    host = host_of(target)
    return bool(_NUMERIC.fullmatch(host)) and not _DOTTED_QUAD.fullmatch(host)


class LinkList:
    """The links of one body, numbered as they appear; a repeated target keeps its number."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, str], Link] = {}

    def add(self, href: str, text: str) -> Link | None:
        """Return the link to show for an anchor; None when it leads nowhere or there are too many.

        Args:
            href: As in the mail, entities resolved.
            text: What the reader sees of it.
        """
        target = clean_target(href)
        if target is None:
            return None
        host = host_of(target)
        named = _named_host(text)
        differs = bool(named) and site_of(named) != site_of(host)
        known = self._links.get((target, named if differs else ""))
        if known is not None or len(self._links) >= MOST_LINKS:
            return known
        link = Link(
            number=len(self._links) + 1,
            target=target,
            host=host,
            suspicious=differs or hides_host(target),
            text=clean(" ".join(text[:200].split())),
            named_host=clean(named) if differs else SafeText(""),
            via=_rewriter(href, host),
        )
        self._links[(target, named if differs else "")] = link
        return link

    @property
    def is_full(self) -> bool:
        """Whether further links stay without a number."""
        return len(self._links) >= MOST_LINKS

    def all(self) -> tuple[Link, ...]:
        """Return the links by number."""
        return tuple(self._links.values())
