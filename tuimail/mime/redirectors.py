"""Links that stand for other links: what filters and services put before the target they name.

Only what the link itself says is used; nothing is asked. Mimecast's and Trend Micro's short codes
and every shortener name nothing, so they are shown as what they are: links to Mimecast.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_LONGEST: Final = 8_000
_MOST_FIELDS: Final = 60

Decoder = Callable[[str], str | None]


def _field(*names: str, path: str = "") -> Decoder:
    """Return a decoder that takes the target from the first of some fields of the query."""

    def decode(target: str) -> str | None:
        try:
            parts = urlsplit(target)
            if not parts.path.lower().startswith(path):
                return None
            fields = parse_qs(parts.query, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return None
        return next((fields[name][0] for name in names if name in fields), None)

    return decode


def _proofpoint(target: str) -> str | None:
    """Decode version 1 and 2 of URL Defense: `u` is quoted, in 2 with `-` for `%`, `_` for `/`."""
    found = _field("u")(target)
    if found is None or "/v2/" not in target.lower():
        return found
    return unquote(found.replace("-", "%").replace("_", "/"))


_V3 = re.compile(r"/v3/__(.{1,8000}?)__;([A-Za-z0-9_=-]{0,4000})!")
_V3_RUN = re.compile(r"\*(\*.)?")
_V3_LENGTHS: Final = {
    letter: number
    for number, letter in enumerate(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 2
    )
}


def _proofpoint_3(target: str) -> str | None:
    """Decode version 3: `*` stands for a character of the base64 behind it, `**X` for several."""
    match = _V3.search(target)
    if match is None:
        return None
    url, encoded = match[1], match[2]
    try:
        hidden = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
    except (ValueError, binascii.Error):
        return None
    at = 0

    def shown(run: re.Match[str]) -> str:
        nonlocal at
        count = 1 if run[1] is None else _V3_LENGTHS.get(run[1][1], 0)
        piece = hidden[at : at + count]
        at += count
        return piece

    return _V3_RUN.sub(shown, url) if hidden else url


def _in_path(target: str) -> str | None:
    """Take a quoted address from the path: Cisco puts it behind a code."""
    match = re.search(r"/(https?(?:%3A|:)(?:%2F|/)[^?#]{3,8000})", target, re.IGNORECASE)
    return unquote(match[1]) if match else None


def _base64_field(name: str, prefix: str = "") -> Decoder:
    """Return a decoder of a field that holds the target in base64, behind a prefix."""
    take = _field(name)

    def decode(target: str) -> str | None:
        found = take(target)
        if found is None or not found.startswith(prefix):
            return None
        encoded = found.removeprefix(prefix).replace(" ", "+")
        try:
            data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_")
            return data.decode("utf-8")
        except (ValueError, binascii.Error):
            return None

    return decode


_REDIRECTORS: Final[tuple[tuple[str, Decoder], ...]] = (
    # Microsoft: Safe Links in every cloud, with and without /ap/, and in Teams.
    (
        r"(?:[a-z0-9-]+\.)*safelinks\.protection\.(?:outlook\.com|office365\.us"
        r"|partner\.outlook\.cn)|statics\.teams\.cdn\.(?:office|live)\.net"
        r"|(?:[a-z0-9-]+\.)*safelink\.emails\.azure\.net",
        _field("url", "destination"),
    ),
    (r"(?:[a-z0-9-]+\.)?urldefense\.(?:proofpoint\.com|us)", _proofpoint),
    (r"urldefense\.com|(?:[a-z0-9-]+\.)?urldefense\.(?:proofpoint\.com|us)", _proofpoint_3),
    (r"linkprotect\.cudasvc\.com", _field("a")),
    (r"www\.google\.[a-z.]{2,6}|google\.com", _field("q", "url", path="/url")),
    (r"(?:l|lm|www|m)\.facebook\.com", _field("u", path="/l.php")),
    (r"l\.(?:instagram|threads|messenger)\.(?:com|net)", _field("u")),
    (r"(?:www\.)?linkedin\.com", _field("url", path="/redir")),
    (r"(?:www\.)?youtube\.com", _field("q", path="/redirect")),
    (r"www\.bing\.com", _base64_field("u", "a1")),
    (r"secure-web\.cisco\.com", _in_path),
    (r"protect2?\.(?:fireeye|trellix)\.com", _field("u")),
    (r"clicktime\.(?:symantec|cloud\.postoffice)\.[a-z.]{2,6}", _field("u")),
    (r"(?:[a-z0-9-]+\.)*protection\.sophos\.com", _base64_field("u")),
    (r"(?:[a-z0-9-]+\.)*trendmicro\.(?:com|eu)", _field("url")),
    (r"slack-redir\.net", _field("url")),
    (r"(?:www\.)?deref-(?:gmx|web|mail)\.[a-z.]{2,6}", _field("redirectUrl")),
    (r"steamcommunity\.com", _field("url", "u", path="/linkfilter")),
    (r"vk\.com", _field("to", path="/away.php")),
)  # fmt: skip
_BY_HOST: Final = tuple((re.compile(pattern), decode) for pattern, decode in _REDIRECTORS)


def named_target(host: str, target: str) -> str | None:
    """Return the address that a redirector leads to by its own words; None for other links.

    Args:
        host: Of the target, in lower case.
        target: A cleaned address.
    """
    for pattern, decode in _BY_HOST:
        if pattern.fullmatch(host):
            found = decode(target[:_LONGEST])
            if found and re.match(r"https?:", found, re.IGNORECASE):
                return found
    return None
