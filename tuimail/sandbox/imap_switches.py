"""The switches of the IMAP service: everything that can be made to differ, or to go wrong.

One place, so that personas, tests and the control endpoint name the same things. Each reproduces
behaviour reported of Exchange Online; the comment beside it says what the client gets to see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection
    from tuimail.sandbox.imap_syntax import Argument

AuthenticateFailure = Literal[
    "no", "no_with_error_code", "ok_with_error_code", "authed_not_connected", "challenge"
]
EVERYBODY = "*"


def roughly(octets: int, _uid: int) -> int:
    """What Exchange might say of a message of so many octets: about three per cent more."""
    return octets + octets // 32


def threefold(octets: int, _uid: int) -> int:
    """The other estimate that was seen: three times the octets."""
    return octets * 3


class Fault(Protocol):
    """Called before every command; returns the tagged answer without tag, or None to go on.

    It may also write untagged lines with ``connection.put`` and raise
    `tuimail.sandbox.imap_syntax.HangUp` to close the connection without an answer. Commands by
    UID come with the plain name (``FETCH``).
    """

    def __call__(
        self,
        connection: ImapConnection,
        tag: bytes,
        command: str,
        arguments: Sequence[Argument],
        /,
    ) -> bytes | None:
        """The answer, for example ``b"NO Server Unavailable. 15"``, or None."""


@dataclass(eq=False)
class ImapSwitches:
    """What may be set from any thread at any time; `clear_faults` sets everything back.

    ========================  ==================================================================
    faults                    functions that answer, write or hang up before a command
    latency                   seconds before every command is looked at
    generation                greeting and capabilities of ``classic`` or ``2026``
    rev2                      IMAP4rev2 advertised: ENABLE works, LSUB does not
    login                     how LOGIN is refused, and whether CAPABILITY says so
    hidden_capabilities       capabilities to leave out
    authenticate_fails        address or ``*`` -> kind of failure of AUTHENTICATE
    authenticate_answers      address -> the tagged answer itself
    bare_continuation         ``+`` without the blank
    not_connected             addresses (or ``*``) "authenticated but not connected"
    connections_per_user      one more is not connected
    most_errors               so many BADs bring ``BYE Connection closed. 14``
    expiry                    how a session ends whose token expired
    clock_speed               server seconds in one real second, for the three below
    idle_timeout              server seconds without a command until BYE 13
    greeting_timeout          the same before sign-in
    pushes_stop_after         server seconds of IDLE after which nothing is pushed
    pushes_stopped            nothing is pushed in IDLE
    news_before_idle          EXISTS before ``+ IDLE accepted``
    estimate_size             RFC822.SIZE from octets and UID
    copyuid                   the three forms of COPYUID
    shapes                    UID or Message-ID -> broken ENVELOPE or BODYSTRUCTURE
    unreadable                UIDs or Message-IDs whose rows are missing: ``NO [*] Some of …``
    largest_append            octets of a message that APPEND takes
    longest_line              octets of a line in an appended message
    longest_command           octets of a command line without literals
    ========================  ==================================================================
    """

    # Called before each command; `fail_next`, `throttle` and `server_unavailable` add some.
    faults: list[Fault] = field(default_factory=list)
    # Seconds by which every command is delayed.
    latency: float = 0.0
    # Greeting and capabilities: up to 2025, or those of the front end of 2026 (LOGINDISABLED).
    generation: Literal["classic", "2026"] = "classic"
    # "advertise": ENABLE IMAP4rev2 is accepted and LSUB is BAD. "server-bug": after that BAD every
    # LIST is answered NO [SERVERBUG].
    rev2: Literal["off", "advertise", "server-bug"] = "off"
    # LOGIN is always refused: plainly, with the diagnostic code of blocked basic authentication,
    # or having said LOGINDISABLED (and no AUTH=PLAIN) before.
    login: Literal["failed", "blocked", "disabled"] = "failed"
    # Capabilities to leave out, for example {"MOVE", "SASL-IR"}; their commands still work.
    hidden_capabilities: set[str] = field(default_factory=set)
    # Address (or "*" for everybody) -> how AUTHENTICATE fails, whatever the token says.
    authenticate_fails: dict[str, AuthenticateFailure] = field(default_factory=dict)
    # Address -> tagged answer to AUTHENTICATE instead of checking the token. One that begins
    # with OK leaves the session "authenticated but not connected".
    authenticate_answers: dict[str, bytes] = field(default_factory=dict)
    # AUTHENTICATE without initial response is answered "+" where the standard asks for "+ ".
    bare_continuation: bool = False
    # Addresses (or "*") whose sessions are "authenticated but not connected".
    not_connected: set[str] = field(default_factory=set)
    # The connection after these is "authenticated but not connected".
    connections_per_user: int = 16
    # The last of so many BAD answers is followed by BYE Connection closed. 14 (not connected: 2).
    most_errors: int = 10
    # An expired token ends the session with BYE, with EOF alone, or nothing is ever answered.
    expiry: Literal["bye", "eof", "silence"] = "bye"
    # Seconds on the server's clock in one real second; a wait that began keeps its end.
    clock_speed: float = 1.0
    # Server seconds without a command (IDLE included) until BYE Connection is closed. 13.
    idle_timeout: float = 1800.0
    # The same for a connection that has not signed in.
    greeting_timeout: float = 60.0
    # Server seconds after which an IDLE stays open but says nothing more; None: never.
    pushes_stop_after: float | None = None
    # IDLE stays open but says nothing more.
    pushes_stopped: bool = False
    # Exchange sometimes sends pending lines before "+ IDLE accepted".
    news_before_idle: bool = False
    # RFC822.SIZE is an estimate on Exchange: (octets, uid) -> what FETCH says.
    estimate_size: Callable[[int, int], int] = roughly
    # COPYUID after MOVE: as the standard says, without "* OK", or with empty sets.
    copyuid: Literal["coded", "bare", "empty"] = "coded"
    # UID or Message-ID -> name of a shape in `tuimail.sandbox.imap_shapes.SHAPES`.
    shapes: dict[int | str, str] = field(default_factory=dict)
    # UIDs or Message-IDs that FETCH leaves out, to end with NO [*] Some of the requested …
    unreadable: set[int | str] = field(default_factory=set)
    # A bigger message is NO Maximum size of appendable message has been exceeded.
    largest_append: int = 36 << 20
    # A longer line in an appended message is BAD Command Argument Error. 11.
    longest_line: int = 10_500
    # A longer command line (without its literals) is BAD Command Error. 10.
    longest_command: int = 10_240

    def clear_faults(self) -> None:
        """Set every switch back."""
        fresh = ImapSwitches()
        for each in fields(ImapSwitches):
            setattr(self, each.name, getattr(fresh, each.name))
