"""What can go wrong on the way to a server: the settings of a fault proxy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

Replacement = bytes | Callable[[re.Match[bytes]], bytes] | None
"""A template for `Match.expand`, a function of the match, or None to drop the whole line."""

Answer = bytes | Callable[[bytes], bytes | None]
"""What the proxy says in place of the server, without the tag; None lets the command through."""


class Cut(Enum):
    """How a connection ends."""

    FIN = "fin"
    """In order, as if the peer had closed it."""
    RST = "rst"
    """By reset, as if the peer or a middlebox had forgotten it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Rewrites lines of the server, never inside literals."""

    pattern: re.Pattern[bytes]
    replacement: Replacement


@dataclass(frozen=True, slots=True)
class Terminate:
    """The TLS of both sides when the proxy is to see text.

    Attributes:
        certificate: The chain shown to clients, PEM.
        key: Its private key, PEM.
        ca_file: What the upstream server's certificate is checked against, PEM.
    """

    certificate: Path
    key: Path
    ca_file: Path


@dataclass
class Faults:
    """What goes wrong. Byte counts are of one connection, from the server to the client.

    Attributes:
        rtt: Seconds of delay, half on each way; throughput is not limited.
        rate: Octets a second at most; 0 for no limit.
        chunk: Octets written at a time at most; 0 for no limit.
        cut_after: Close the connection after so many octets.
        cut: How `cut_after`, `literal_cut` and `kill` close.
        stall_after: Say nothing more after so many octets, and keep the connection open.
        flip: The octet in which one bit is wrong.
        refuse: Reset new connections as soon as they are accepted.
        blackhole: Accept new connections and never say a word.
        silent: Whatever is sent vanishes from now on, on open connections too; they stay open.
        literal_cut: Close after so many octets, at least one, of the next literal (text only).
        literal_lie: Announce literals longer by so many octets than they are (text only).
        rules: Applied in their order to every line of the server (text only).
        deny: Commands the proxy answers itself, by their name in capitals (text only).
    """

    rtt: float = 0.0
    rate: float = 0.0
    chunk: int = 0
    cut_after: int | None = None
    cut: Cut = Cut.FIN
    stall_after: int | None = None
    flip: int | None = None
    refuse: bool = False
    blackhole: bool = False
    silent: bool = False
    literal_cut: int | None = None
    literal_lie: int = 0
    rules: list[Rule] = field(default_factory=list)
    deny: dict[bytes, Answer] = field(default_factory=dict)
