"""Takes out of a text what tells who somebody is, each thing always by the same word.

What is known is replaced first: addresses, names of mailboxes, the tenant, the home folder. Then
what has the form of an address, an id, a token or a server's own id, wherever it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from tuimail.model.checkup import Private

_LOCAL = r"[\w!#$%&'*+/=?^`{|}~.-]+"
_HOST = r"[\w-]+(?:\.[\w-]+)+"
_ADDRESS: Final = re.compile(rf"({_LOCAL})(?:@|%40)({_HOST}|localhost)", re.IGNORECASE)
_TOKEN: Final = re.compile(
    r"eyJ[\w-]{5,}(?:\.[\w-]*)*"  # JSON Web Token (RFC 7519)
    r"|(?<=Bearer )[^\s\x01\"]+"
    r"|\b0\.A[\w.-]{20,}"  # Entra ID's refresh tokens
    r"|\b(?=[\w+/=.~-]*\d)[A-Za-z0-9+/=_.~-]{40,}"
)
_ID: Final = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_INNER: Final = re.compile(
    r"\b[\w.-]+\.prod\.(?:outlook|exchangelabs|protection\.outlook)\.com\b", re.IGNORECASE
)
_SERVER_ID: Final = re.compile(r"\b[A-Z0-9]{2,}[A-Z]{2}\d{2,}[A-Z]{2}\d{3,}\b|\b[0-9A-F]{16}\b")
_TENANT_HOST: Final = re.compile(r"\b[\w-]+(?:\.mail)?\.onmicrosoft\.(?:com|us|cn)\b", re.I)
_IPV4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_IPV6: Final = re.compile(r"(?<![\w:])(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f:]{3,39}(?![\w:])", re.I)
_HOME: Final = re.compile(r"/(?:home|Users)/[^/\s]+")
_UNTOUCHED: Final = frozenset({"127.0.0.1", "::1"})
_NO_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?\Z")


class Redaction:
    """Replaces consistently: who comes twice has the same word twice.

    Args:
        known: Words to take out, wherever they stand alone.
    """

    def __init__(self, known: Iterable[Private] = ()) -> None:
        self._words: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._known: list[tuple[re.Pattern[str], str]] = []
        for kind, word in sorted(known, key=lambda each: -len(each.word)):
            self.learn(kind, word)

    def learn(self, kind: str, word: str) -> None:
        """Take out a word from now on; an address tells its domain and its user too."""
        if not word:
            return
        user, at, domain = word.rpartition("@")
        if at:
            self._take_out("domain", domain)
            self._take_out("user", user)
        else:
            self._take_out(kind, word)

    def text(self, text: str) -> str:
        """Return the text without them."""
        text = _TOKEN.sub("token", text)
        text = _ADDRESS.sub(lambda found: self._address(found[1], found[2]), text)
        for pattern, word in self._known:
            text = pattern.sub(word, text)
        for kind, pattern in (
            ("server", _INNER),
            ("domain", _TENANT_HOST),
            ("id", _ID),
            ("server", _SERVER_ID),
            ("ip", _IPV4),
            ("ip", _IPV6),
        ):
            text = self._each(kind, pattern, text)
        return _HOME.sub("~", text)

    def _each(self, kind: str, pattern: re.Pattern[str], text: str) -> str:
        def replaced(found: re.Match[str]) -> str:
            word = found[0]
            keeps = word in _UNTOUCHED or _NO_CLOCK.match(word)
            return word if keeps else self._word(kind, word)

        return pattern.sub(replaced, text)

    def _address(self, user: str, domain: str) -> str:
        if user.startswith(("user-", "token")):
            return f"{user}@{self._word('domain', domain)}"
        return f"{self._word('user', user)}@{self._word('domain', domain)}"

    def _word(self, kind: str, word: str) -> str:
        key = (kind, word.lower())
        if key not in self._words:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._words[key] = f"{kind}-{self._counts[kind]}"
        return self._words[key]

    def _take_out(self, kind: str, word: str) -> None:
        new = self._word(kind, word)
        for form in {word, quote(word, safe="")}:
            pattern = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE)
            self._known.append((pattern, new))
        self._known.sort(key=lambda each: -len(each[0].pattern))
