"""What a row says of a mailbox that is not online, where the server's words name the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tuimail.auth.outcome import error_from_words
from tuimail.errors import NotConnected
from tuimail.model.account import Account, AccountId, Endpoint
from tuimail.sync.explain import account_problem
from tuimail.sync.opening import recognised

ACCOUNT = Account(
    id=AccountId(1),
    name="work",
    address="anna@contoso.example",
    username="anna@contoso.example",
    client_id="22222222-2222-2222-2222-222222222222",
    authority="https://login.example/common",
    known_authority=False,
    scopes=("https://outlook.office.com/IMAP.AccessAsUser.All",),
    imap=Endpoint("imap.example", 993),
    smtp=Endpoint("smtp.example", 587),
)
AT = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def closed(detail: str) -> NotConnected:
    return recognised(NotConnected("The mailbox stays closed.", detail=detail), ACCOUNT)


def test_imap_switched_off_names_itself_and_the_line_that_mends_it() -> None:
    """Guard against one sentence for every closed mailbox, whatever the server said."""
    words = '[Error="UserDisabled" AuthResult=27] AUTHENTICATE completed. User is authenticated but'
    told = account_problem(closed(words), "work", AT, is_new=True)
    assert told.short == "Reading is switched off for this mailbox."
    assert told.command == "Set-CASMailbox -Identity anna@contoso.example -ImapEnabled $true"
    assert "UserDisabled" in told.detail


def test_a_mailbox_that_stays_closed_says_what_to_check() -> None:
    told = account_problem(
        closed("User is authenticated but not connected."), "work", AT, is_new=True
    )
    assert told.short == "The server let us in, but does not open the mailbox."
    assert "username" in told.you_can
    assert told.command == "Get-CASMailbox -Identity anna@contoso.example | Format-List ImapEnabled"


def test_a_sign_in_of_another_name_is_named_first() -> None:
    """exchange-online.md 2: compare the names before anything else."""
    error = NotConnected("Closed.", detail="User is authenticated but not connected.")
    other = replace(ACCOUNT, username="service@contoso.example")
    told = recognised(error, other, "anna@contoso.example")
    assert "anna@contoso.example" in told.hint
    assert "service@contoso.example" in told.hint
    same = recognised(error, ACCOUNT, "Anna@Contoso.example")
    assert "Anna" not in same.hint


def test_words_that_nobody_knows_are_kept() -> None:
    told = account_problem(closed("The moon is full."), "work", AT, is_new=True)
    assert told.short == "The mailbox stays closed."
    assert "The moon is full." in told.happened


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("AADSTS53003: blocked", "A rule of your organisation blocks this sign-in."),
        ("AADSTS53000: device", "Your organisation wants a managed device."),
        (
            "AADSTS90094: admin",
            "Your organisation wants an administrator to allow tuimail first.",
        ),
        ("AADSTS50173: revoked", "Your sign-in for work ended. Reading and writing go on."),
    ],
)
def test_a_rule_of_the_organisation_is_not_called_the_end_of_a_sign_in(
    words: str, short: str
) -> None:
    """Guard against asking for a sign-in that ends the same way."""
    told = account_problem(error_from_words(words, ACCOUNT), "work", None, is_new=False)
    assert told.short == short
