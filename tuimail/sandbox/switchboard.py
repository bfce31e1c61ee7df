"""Every switch of a sandbox under one name, as data: for personas, and for the control endpoint.

A name is the part and its attribute (``imap.latency``); a value is what JSON can hold. What each
means stands where it is: `entra`, `imap_switches`, `client_submission`, `graph`, `weather`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Final

from tuimail.sandbox.entra import NOT_ERRORS
from tuimail.sandbox.entra_errors import error_named
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.tokens import TENANT
from tuimail.sandbox.weather import Weather

Value = object
"""bool, int, float, str, None, a list of str, or an object of str to str."""


@dataclass(frozen=True)
class Kind:
    """What values a switch takes, in words and as a check."""

    words: str
    fits: Callable[[object], bool]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_map(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(each, str) for key, each in value.items()
    )


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _is_outage(value: object) -> bool:
    if value is None or value in NOT_ERRORS:
        return True
    return isinstance(value, str) and bool(error_named(value))


def _one_of(*choices: str) -> Kind:
    return Kind("one of " + ", ".join(choices), lambda value: value in choices)


_YES_NO: Final = Kind("true or false", lambda value: isinstance(value, bool))
_NUMBER: Final = Kind("a number, not negative", _is_number)
_PERHAPS: Final = Kind(
    "a number, not negative, or null", lambda value: value is None or _is_number(value)
)
_MAP: Final = Kind("an object of texts", _is_map)
_LIST: Final = Kind("a list of texts", _is_list)

KINDS: Final[Mapping[str, Kind]] = {
    "entra.consent": _one_of(
        "granted", "user-may-consent", "admin-required", "request-workflow", "declined"
    ),
    "entra.refuse": _MAP,
    "entra.outage": Kind("an error of Entra ID, drop, garbage or null", _is_outage),
    "entra.retry_after": _PERHAPS,
    "entra.latency": _NUMBER,
    "entra.device_code_lifetime": _NUMBER,
    "entra.token_lifetime": _NUMBER,
    "entra.sign_in_frequency": _PERHAPS,
    "entra.refresh_lifetime": _PERHAPS,
    "entra.personal": _LIST,
    "entra.disabled": _LIST,
    "imap.generation": _one_of("classic", "2026"),
    "imap.rev2": _one_of("off", "advertise", "server-bug"),
    "imap.login": _one_of("failed", "blocked", "disabled"),
    "imap.latency": _NUMBER,
    "imap.hidden_capabilities": _LIST,
    "imap.authenticate_fails": _MAP,
    "imap.not_connected": _LIST,
    "imap.bare_continuation": _YES_NO,
    "imap.connections_per_user": _NUMBER,
    "imap.most_errors": _NUMBER,
    "imap.largest_append": _NUMBER,
    "imap.clock_speed": _NUMBER,
    "imap.idle_timeout": _NUMBER,
    "imap.greeting_timeout": _NUMBER,
    "imap.expiry": _one_of("bye", "eof", "silence"),
    "imap.pushes_stopped": _YES_NO,
    "imap.pushes_stop_after": _PERHAPS,
    "imap.news_before_idle": _YES_NO,
    "imap.copyuid": _one_of("coded", "bare", "empty"),
    "smtp.refuse": _MAP,
    "smtp.refuse_recipient": _MAP,
    "smtp.tls": _one_of("offered", "missing", "refused", "broken"),
    "smtp.most_connections": _NUMBER,
    "smtp.most_recipients": _NUMBER,
    "smtp.per_minute": _PERHAPS,
    "smtp.files_sent_copy": _YES_NO,
    "smtp.sent_copy_delay": _NUMBER,
    "smtp.largest": _NUMBER,
    "graph.refuse": _MAP,
    "weather.flaky": _YES_NO,
    "weather.throttled": _YES_NO,
}
"""Name -> what it takes."""


class Switchboard:
    """Reads and sets the switches of a started sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.weather = Weather(sandbox)
        self._parts: dict[str, object] = {
            "entra": sandbox.entra,
            "imap": sandbox.imap_server,
            "smtp": sandbox.smtp_server,
            "graph": sandbox.graph,
            "weather": self.weather,
        }
        self._fresh = self.read()

    def read(self) -> dict[str, Value]:
        """Every switch with its value."""
        return {name: self._value(name) for name in KINDS}

    def set(self, values: Mapping[str, Value]) -> None:
        """Set switches, all of them or none.

        Raises:
            ValueError: A name is unknown, or a value does not fit.
        """
        for name, value in values.items():
            kind = KINDS.get(name)
            if kind is None:
                raise ValueError(f"there is no switch {name!r}")
            if not kind.fits(value):
                raise ValueError(f"{name} takes {kind.words}")
        before = self.read()
        try:
            for name, value in values.items():
                self._put(name, value)
        except ValueError:
            for name in values:
                self._put(name, before[name])
            raise

    def reset(self) -> None:
        """Set every switch to what it was when the sandbox began."""
        for name, value in self._fresh.items():
            self._put(name, value)

    def _value(self, name: str) -> Value:
        entra = self._sandbox.entra
        if name == "entra.consent":
            return entra.consents.get((TENANT, self._sandbox.client_id), "granted")
        if name == "entra.token_lifetime":
            return entra.tokens.lifetime
        part, _, attribute = name.partition(".")
        value = getattr(self._parts[part], attribute)
        if isinstance(value, set):
            return sorted(value)
        return dict(value) if isinstance(value, Mapping) else value

    def _put(self, name: str, value: Value) -> None:
        entra = self._sandbox.entra
        part, _, attribute = name.partition(".")
        old = getattr(self._parts[part], attribute, None)
        if name == "entra.consent":
            entra.set_consent(value, self._sandbox.client_id)  # type: ignore[arg-type] # checked
        elif name == "entra.token_lifetime":
            entra.tokens.lifetime = int(str(value))
        elif isinstance(old, MutableMapping) and isinstance(value, Mapping):
            old.clear()
            old.update(value)
        elif isinstance(old, set) and isinstance(value, list | tuple):
            setattr(self._parts[part], attribute, set(value))
        else:
            setattr(self._parts[part], attribute, value)
