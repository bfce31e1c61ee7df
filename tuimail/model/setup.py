"""Setting up a mailbox: the steps, how each stands, and what may be asked of the one who does it.

The screen and the verb show a `SetupState` and call a `SetupControl`; neither knows the network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, field, fields
from enum import StrEnum
from typing import Final, Protocol

from tuimail.model.account import Account
from tuimail.model.notice import Notice
from tuimail.model.sign_in import BrowserPage, SignInMethod
from tuimail.model.status import DeviceCode
from tuimail.records import record


class SetupStep(StrEnum):
    """The steps in their order; the value is what a person reads."""

    ADDRESS = "Address"
    ORGANISATION = "Organisation"
    APP = "App"
    SIGN_IN = "Sign-in"
    READING = "Reading mail"
    SENDING = "Sending mail"
    KEYS = "Keys"
    READY = "Ready"


class StepState(StrEnum):
    """How a step stands."""

    TODO = "to do"
    NOW = "now"
    DONE = "done"
    LIMITED = "works with a limit"
    STOPPED = "stopped"
    SKIPPED = "skipped"


@record
class StepResult:
    """One step. All text is clean.

    Attributes:
        says: What was found, what is done, or what is asked; without a full stop.
        asks: It waits for an answer of the user.
        seconds: How long it took; None when it is not known.
        began: `time.monotonic` when the work began; 0 when nothing is being worked on.
        problem: Why it stopped, or what its limit is.
        ids: What support asks for, in one line.
    """

    state: StepState = StepState.TODO
    says: str = ""
    asks: bool = False
    seconds: float | None = None
    began: float = 0.0
    problem: Notice | None = None
    ids: str = ""


@record
class SetupAnswers:
    """What is known of the account, and kept for the next start until it is set up.

    Attributes:
        cloud: A name of `exchange.clouds.CLOUDS`; empty until it is known.
        tenant: A domain, where it is known to be one; may be empty.
        organisation: As it calls itself; may be empty.
        client_id: A client id or the name of a preset; empty until it was chosen.
        name: The label wanted in the settings; empty for one that fits.
        authority: A sign-in service of one's own; may be empty.
        imap: `host:port` of one's own; may be empty.
        smtp: `host:port` of one's own; may be empty.
        graph: The base URL of a Graph of one's own; may be empty.
        ca_file: A PEM file; may be empty.
        keys: The set of keys; empty until it was chosen.
    """

    address: str = ""
    cloud: str = ""
    tenant: str = ""
    organisation: str = ""
    client_id: str = ""
    name: str = ""
    authority: str = ""
    imap: str = ""
    smtp: str = ""
    graph: str = ""
    ca_file: str = ""
    keys: str = ""


KEPT_AS: Final = "setup"
"""Name of the database's value that holds the answers of a set-up that was left."""


def answers_to_text(answers: SetupAnswers) -> str:
    """Write answers down, as JSON."""
    return json.dumps(asdict(answers))


def answers_from_text(text: str | None) -> SetupAnswers:
    """Read answers; empty ones when there are none or they cannot be read."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return SetupAnswers()
    if not isinstance(found, dict):
        return SetupAnswers()
    known = {each.name for each in fields(SetupAnswers)}
    texts = {key: value for key, value in found.items() if isinstance(value, str)}
    return SetupAnswers(**{key: value for key, value in texts.items() if key in known})


@record
class ConsentRequest:
    """What an administrator has to be asked for.

    Attributes:
        organisation: Its name, or its domain.
        url: The page on which they allow it.
        mail: The whole mail to them, ready to be sent.
        ids: What support asks for, in one line; may be empty.
        told: What the person is told of it; empty where the organisation's rule is all there is.
    """

    organisation: str
    url: str
    mail: str
    ids: str = ""
    told: str = ""


@record
class SetupState:
    """Everything that can be shown.

    Attributes:
        step: The one that is worked on or waits.
        results: By step, all of them.
        method: How the sign-in is done.
        code: Of the sign-in that waits.
        page: Of the sign-in that waits.
        refused: Why what was pasted will not do.
        consent: What the organisation's administrator is to be asked; None when it is not needed.
        folders: Names of the folders found.
        account: As it is stored; None until the sign-in was good.
        is_left: The user went away, or it is over.
    """

    step: SetupStep = SetupStep.ADDRESS
    answers: SetupAnswers = SetupAnswers()
    results: Mapping[SetupStep, StepResult] = field(default_factory=dict)
    method: SignInMethod = SignInMethod.DEVICE_CODE
    code: DeviceCode | None = None
    page: BrowserPage | None = None
    refused: str = ""
    consent: ConsentRequest | None = None
    folders: tuple[str, ...] = ()
    account: Account | None = None
    is_left: bool = False

    def result(self, step: SetupStep) -> StepResult:
        """How a step stands."""
        return self.results.get(step, StepResult())

    @property
    def now(self) -> StepResult:
        """How the present step stands."""
        return self.result(self.step)


class SetupControl(Protocol):
    """All that may be asked. Every method returns at once, on any thread."""

    @property
    def state(self) -> SetupState:
        """How it stands."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on any thread, after each change; returns the way to end it."""

    def start(self) -> None:
        """Begin, or go on where it was left."""

    def give_address(self, text: str) -> None:
        """Answer the first step; what is no address is said."""

    def choose_cloud(self, name: str) -> None:
        """Answer the second step, or correct what was found."""

    def choose_app(self, value: str) -> None:
        """Answer the third step: a client id or a preset's name; what is neither is said."""

    def choose_keys(self, name: str) -> None:
        """Answer the step of the keys: the name of a set; what is none is said."""

    def sign_in(self, method: SignInMethod) -> None:
        """Begin the sign-in, or go over to another way; one that waits is cancelled."""

    def paste(self, text: str) -> None:
        """Bring the address of the browser's last page."""

    def ask_administrator(self) -> None:
        """The sign-in page asks for an administrator: say what they have to be asked."""

    def retry(self) -> None:
        """Do the present step again."""

    def go_on(self) -> None:
        """Leave a step that stopped or has a limit as it is, where that is possible."""

    def send_through_graph(self) -> None:
        """Let mail go out through Microsoft Graph where SMTP is switched off, and go on."""

    def back(self) -> None:
        """Go to the step before, and do it again."""

    def leave(self) -> None:
        """Stop. An account that is stored stays; what was answered is kept for the next start.

        Leaving at the first step gives a set-up up: its answers are forgotten.
        """
