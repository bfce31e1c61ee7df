"""What the steps of a set-up say, in rows of a few words. Pure."""

from __future__ import annotations

from typing import Final

from tuimail.auth.discovery import Found, Organisation
from tuimail.errors import TuimailError
from tuimail.exchange.clients import PRESETS, resolve_client_id
from tuimail.model.account import Account
from tuimail.model.finding import Finding, Verdict
from tuimail.model.notice import Notice, Severity
from tuimail.model.setup import SetupStep, StepResult, StepState
from tuimail.sync.explain import failure_notice
from tuimail.text.address import parse_addresses
from tuimail.text.safe import clean

CLOUD_WORDS: Final[dict[str, str]] = {
    "global": "Microsoft 365, worldwide cloud",
    "gcc-high": "Microsoft 365, GCC High",
    "dod": "Microsoft 365, DoD",
    "china": "Microsoft 365, 21Vianet (China)",
    "personal": "a personal account at Microsoft",
}
"""A name of `exchange.clouds.CLOUDS` to what a person calls it."""


def organisation_words(name: str, cloud: str) -> str:
    """Return `Contoso AB, Microsoft 365, worldwide cloud`."""
    words = CLOUD_WORDS[cloud]
    if cloud == "personal" or not name:
        return words[0].upper() + words[1:]
    return f"{clean(name)}, {words}"


def app_words(client_id: str) -> str:
    """Return whose app signs in, with the ends of its id."""
    for name, preset in PRESETS.items():
        if preset == resolve_client_id(client_id):
            return f"{name.capitalize()}'s, {_ends(preset)}"
    return f"your organisation's own, {_ends(clean(client_id))}"


def _ends(client_id: str) -> str:
    return f"{client_id[:4]}…{client_id[-4:]}"


def doing_words(step: SetupStep, account: Account | None) -> str:
    """Return what a step does, or asks, when it begins."""
    match step:
        case SetupStep.ORGANISATION:
            return "asking Microsoft where it is"
        case SetupStep.APP:
            return "who asks Microsoft for your mail?"
        case SetupStep.SIGN_IN:
            return "asking Microsoft"
        case SetupStep.READING if account is not None:
            return f"asking {account.imap.host}"
        case SetupStep.SENDING if account is not None:
            return f"asking {account.smtp.host}, nothing is sent"
        case _:
            return ""


def result_of(finding: Finding) -> StepResult:
    """Return what a check found, as a step shows it."""
    return StepResult(
        _VERDICTS[finding.verdict],
        finding.says,
        seconds=finding.seconds,
        problem=finding.problem,
        ids=finding.ids,
    )


_VERDICTS: Final = {
    Verdict.OK: StepState.DONE,
    Verdict.WARN: StepState.LIMITED,
    Verdict.FAIL: StepState.STOPPED,
}


def address_problem(text: str) -> str:
    """Return why a text is no address that mail can be sent from; empty when it is one."""
    parsed = parse_addresses(text)
    usable = len(parsed) == 1 and parsed[0].is_usable and parsed[0].address == text
    domain = text.rpartition("@")[2]
    if usable and "." in domain:
        return ""
    return f"“{clean(text)}” is not a whole address" if text else "An address is needed"


def nobody_there(address: str) -> Notice:
    """Say that Microsoft knows no organisation of the address's domain."""
    domain = clean(address.rpartition("@")[2])
    return Notice(
        Severity.ERROR,
        f"Microsoft knows no organisation {domain}.",
        happened=f"Nobody at Microsoft signs in people of {domain}. The address may be mistyped.",
        now="Nothing is stored.",
        you_can="Correct the address, or choose the cloud yourself if it is right.",
    )


def unclear(organisation: Organisation) -> Notice:
    """Say that nobody could be asked."""
    reason = f" {organisation.problem}" if organisation.problem else ""
    return Notice(
        Severity.WARNING,
        "Microsoft could not be asked where this mailbox is.",
        happened=f"Where this mailbox is could not be found out.{reason}",
        now="Waits for your choice.",
        you_can="Choose the cloud yourself, or try again.",
    )


def is_clear(organisation: Organisation) -> bool:
    """Whether the user need not choose."""
    return organisation.found in (Found.ORGANISATION, Found.PERSONAL)


def wrong_answer(words: str, hint: str) -> Notice:
    """Say why an answer will not do."""
    words = clean(words)
    return Notice(Severity.ERROR, f"{words}.", happened=f"{words}.", you_can=clean(hint))


def problem_of(error: Exception) -> Notice:
    """Say why a step stopped; a defect names its kind, because nothing more is known."""
    if isinstance(error, TuimailError):
        return failure_notice(error)
    if isinstance(error, OSError):
        reason = clean(error.strerror or type(error).__name__)
        words = f"The settings could not be written: {reason}."
        return Notice(
            Severity.ERROR, words, happened=words, now="Nothing is stored.", you_can="Try again."
        )
    words = f"This step stopped: {type(error).__name__}."
    return Notice(Severity.ERROR, words, happened=words, you_can="Try again.")
