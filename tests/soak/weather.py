"""The line of a soak: what goes wrong between tuimail and the servers, decision by decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Cut, Faults
from tests.soak.decisions import Decision
from tests.soak.ground import Ground

_TOKEN_ENDS: Final = b"* BYE Session invalidated - AccessTokenExpired"
_THROTTLED: Final = b"* BYE Connection is closed. 13"


@dataclass
class Weather:
    """Two proxies, and what goes wrong on them.

    Attributes:
        imap: In front of the mail server; reads text.
        smtp: In front of the submission server.
        began: What went wrong, counted.
    """

    ground: Ground
    imap: FaultProxy
    smtp: FaultProxy
    began: dict[str, int] = field(default_factory=dict)

    def act(self, decision: Decision) -> None:
        """Change the weather."""
        if decision.what == "clear":
            self.clear()
            return
        self.began[decision.what] = self.began.get(decision.what, 0) + 1
        size = 200 + decision.picks[0] % 12_000
        place, _, kind = decision.what.rpartition(": ")
        if place == "sending":
            _begin(self.smtp, kind, 100 + decision.picks[0] % 4000)
        elif kind == "goodbye":
            self.imap.inject(_THROTTLED)
        elif kind == "expire":
            (self.ground.expire or self._say_that_the_token_ends)()
        elif kind == "refusals":
            if self.ground.refuse is not None:
                self.ground.refuse()
        else:
            _begin(self.imap, kind, size)

    def clear(self) -> None:
        """Let everything be well; broken lines stay broken, silent ones silent."""
        self.imap.faults = Faults()
        self.smtp.faults = Faults()

    def _say_that_the_token_ends(self) -> None:
        self.imap.inject(_TOKEN_ENDS)


_KINDS: Final[dict[str, Callable[[int], dict[str, Any]]]] = {
    "delay": lambda size: {"rtt": 0.02 + size % 200 / 1000},
    "throttle": lambda size: {"rate": 5_000.0 + size},
    "single octets": lambda _: {"chunk": 1},
    "cut": lambda size: {"cut_after": size},
    "reset": lambda size: {"cut_after": size, "cut": Cut.RST},
    "cut in a literal": lambda size: {"literal_cut": 1 + size % 60},
    "stall": lambda size: {"stall_after": size},
    "refuse": lambda _: {"refuse": True},
    "black hole": lambda _: {"blackhole": True},
    "break": lambda _: {},
}
_KILLS: Final = frozenset(("refuse", "black hole", "break"))


def _begin(proxy: FaultProxy, kind: str, size: int) -> None:
    proxy.faults = Faults(**_KINDS[kind](size))
    if kind in _KILLS:
        proxy.kill()
