"""The checks of reading and sending, against what each persona's servers answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.signing_in import provider_for, sandbox_account, seed
from tuimail.exchange.clouds import is_personal_account
from tuimail.model.finding import Finding, MailboxFound, Verdict
from tuimail.sandbox.personas import persona_named
from tuimail.sandbox.sandbox import Sandbox
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.sync.checks import check_reading, check_sending
from tuimail.sync.opening import SessionOpener


def checked(sandbox: Sandbox, token_file: Path) -> tuple[Finding, MailboxFound | None, Finding]:
    account = sandbox_account(sandbox)
    seed(sandbox, account, token_file)
    with provider_for(account, token_file) as tokens:
        personal = is_personal_account(account.authority, account.username)
        submitter = SmtpSubmitter(account.smtp, account.ca_file, personal=personal)
        reading, found = check_reading(account, SessionOpener(account, tokens))
        return reading, found, check_sending(account, tokens, submitter)


def test_a_mailbox_that_works_is_counted_and_nothing_is_sent(
    fresh_sandbox: Sandbox, token_file: Path
) -> None:
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    inbox.append(b"Subject: one\r\n\r\nHello.\r\n")
    reading, found, sending = checked(fresh_sandbox, token_file)
    assert reading.verdict is sending.verdict is Verdict.OK
    assert found is not None
    assert found.messages == 1
    assert found.folders[:3] == ("Inbox", "Drafts", "Sent Items")
    assert "Calendar" not in found.folders
    assert reading.says == f"IMAP works: 1 message in Inbox, {len(found.folders)} folders"
    assert len(fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("Sent Items")) == 0


@pytest.mark.parametrize(
    ("persona", "says", "verdict"),
    [
        ("smtp-off-mailbox", "SMTP AUTH is switched off for this mailbox", Verdict.WARN),
        ("smtp-off-tenant", "SMTP AUTH is switched off in your organisation", Verdict.WARN),
    ],
)
def test_sending_that_is_off_is_a_limit_with_the_administrators_line(
    fresh_sandbox: Sandbox, token_file: Path, persona: str, says: str, verdict: Verdict
) -> None:
    persona_named(persona).apply(fresh_sandbox)
    reading, _, sending = checked(fresh_sandbox, token_file)
    assert reading.verdict is Verdict.OK
    assert (sending.verdict, sending.says) == (verdict, says)
    assert sending.problem is not None
    assert sending.problem.command == (
        f"Set-CASMailbox -Identity {fresh_sandbox.accounts[0]} "
        "-SmtpClientAuthenticationDisabled $false"
    )
    assert "5.7.139" in sending.problem.detail


def test_a_mailbox_that_is_closed_to_imap_names_the_line(
    fresh_sandbox: Sandbox, token_file: Path
) -> None:
    persona_named("imap-off").apply(fresh_sandbox)
    reading, found, sending = checked(fresh_sandbox, token_file)
    assert reading.verdict is Verdict.FAIL
    assert found is None
    assert reading.problem is not None
    assert "-ImapEnabled $true" in reading.problem.command
    assert sending.verdict is Verdict.OK


def test_without_a_network_both_say_so_and_nothing_is_raised(
    fresh_sandbox: Sandbox, token_file: Path
) -> None:
    account = sandbox_account(fresh_sandbox)
    seed(fresh_sandbox, account, token_file)
    fresh_sandbox.cut()
    reading, found, sending = checked(fresh_sandbox, token_file)
    assert reading.verdict is sending.verdict is Verdict.FAIL
    assert found is None
    assert "cannot be reached" in reading.says
    assert reading.problem is not None
    assert reading.problem.command == ""
