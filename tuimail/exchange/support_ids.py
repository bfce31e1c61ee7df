"""The ids in a server's words by which Microsoft's support and an administrator find the event.

Entra ID puts a trace id, a correlation id and a time into every error description (Microsoft:
"Microsoft Entra authentication and authorization error codes"); Exchange ends SMTP replies with
`[host time id]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_GUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TRACE: Final = re.compile(rf"\bTrace ID:? ({_GUID})", re.IGNORECASE)
_CORRELATION: Final = re.compile(rf"\bCorrelation ID:? ({_GUID})", re.IGNORECASE)
_TIMESTAMP: Final = re.compile(r"\bTimestamp:? (\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ)", re.IGNORECASE)
_TRAILER: Final = re.compile(
    r"\[(?P<host>[A-Za-z0-9.-]{3,120}) (?P<time>\d{4}-\d\d-\d\dT[\d:.]{8,12}Z) "
    r"(?P<event>[0-9A-F]{8,20})\]\s*\Z"
)


@dataclass(frozen=True, slots=True)
class SupportIds:
    """What support asks for; each empty when the server did not say.

    Attributes:
        code: `AADSTS90094`.
        timestamp: As the server wrote it.
        host: Exchange's front end.
        event: Exchange's id of the session.
    """

    code: str = ""
    trace: str = ""
    correlation: str = ""
    timestamp: str = ""
    host: str = ""
    event: str = ""

    def lines(self) -> list[str]:
        """Return them in words, one a line, those that are known."""
        named = (
            ("code", self.code),
            ("correlation id", self.correlation),
            ("trace id", self.trace),
            ("time", self.timestamp),
            ("server", self.host),
            ("session", self.event),
        )
        return [f"{name} {value}" for name, value in named if value]

    def short(self) -> str:
        """Return one line for a narrow screen: code, correlation with its middle left out, time."""
        parts = [self.code]
        if self.correlation:
            parts.append(f"correlation {self.correlation[:4]}…{self.correlation[-4:]}")
        parts += [self.host, self.timestamp.partition(" ")[2].removesuffix("Z") or self.timestamp]
        return "  ".join(part for part in parts if part)


def support_ids(line: str, *, code: str = "") -> SupportIds:
    """Find the ids in a server's words.

    Args:
        line: Clean, runs of white space collapsed.
        code: An AADSTS number that was recognised.
    """
    trailer = _TRAILER.search(line)
    return SupportIds(
        code=f"AADSTS{code}" if code else "",
        trace=_found(_TRACE, line),
        correlation=_found(_CORRELATION, line),
        timestamp=trailer["time"] if trailer else _found(_TIMESTAMP, line),
        host=trailer["host"] if trailer else "",
        event=trailer["event"] if trailer else "",
    )


def _found(pattern: re.Pattern[str], line: str) -> str:
    match = pattern.search(line)
    return match[1] if match else ""
