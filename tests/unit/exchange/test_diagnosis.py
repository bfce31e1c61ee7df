"""Recognising the server's words, copied by hand from the reference into tests/data."""

from pathlib import Path

import pytest

from tuimail.exchange.diagnosis import Diagnosis, Source, catalogue, diagnose
from tuimail.model.notice import Severity

DATA = Path(__file__).parents[2] / "data"
SOURCES: tuple[Source, ...] = ("entra", "imap", "smtp")


def cases() -> list[tuple[Source, str, str]]:
    found: list[tuple[Source, str, str]] = []
    for source in SOURCES:
        for block in (DATA / f"{source}.txt").read_text("utf-8").split("== ")[1:]:
            expected, _, text = block.partition("\n")
            found.append((source, expected, text.strip()))
    return found


def must(text: str, source: Source, address: str = "anna@contoso.com") -> Diagnosis:
    diagnosis = diagnose(text, source=source, address=address)
    assert diagnosis is not None
    return diagnosis


@pytest.mark.parametrize(("source", "expected", "text"), cases())
def test_a_whole_server_string_is_recognised_and_a_near_miss_is_not(
    source: Source, expected: str, text: str
) -> None:
    diagnosis = diagnose(text, source=source, address="anna@contoso.com")
    assert (diagnosis.id if diagnosis else "-") == expected


@pytest.mark.parametrize("where", ["Mailbox", "Tenant"])
def test_switched_off_sending_names_the_exact_line_for_this_mailbox(where: str) -> None:
    reply = (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
        f"{where}. Visit https://aka.ms/smtp_auth_disabled for more information."
    )
    diagnosis = must(reply, "smtp")
    assert diagnosis.command == (
        "Set-CASMailbox -Identity anna@contoso.com -SmtpClientAuthenticationDisabled $false"
    )
    assert diagnosis.url == "https://aka.ms/smtp_auth_disabled"
    assert diagnosis.who == "admin"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@contoso.com; Remove-Mailbox boss",
        "a$(calc)@contoso.com",
        'a"b@contoso.com',
        "a`b@contoso.com",
        "anna@contoso.com\n",
        "anna@contoso.com -Force",
        "<anna@contoso.com>",
    ],
)
def test_a_line_for_the_administrator_never_carries_more_than_an_address(address: str) -> None:
    reply = "535 5.7.139 x, SmtpClientAuthentication is disabled for the Mailbox."
    assert must(reply, "smtp", address).command == (
        "Set-CASMailbox -Identity <address> -SmtpClientAuthenticationDisabled $false"
    )


def test_an_address_with_an_apostrophe_is_one_quoted_argument() -> None:
    reply = "535 5.7.139 x, SmtpClientAuthentication is disabled for the Mailbox."
    command = must(reply, "smtp", "o'brien@contoso.com").command
    assert '-Identity "o\'brien@contoso.com" -Smtp' in command


def test_send_as_denied_names_the_address_the_server_named() -> None:
    diagnosis = must(
        "554 5.2.252 SendAsDenied; anna@contoso.com not allowed to send as "
        "finance@contoso.com; STOREDRV",
        "smtp",
    )
    assert diagnosis.title == "You may not send as finance@contoso.com."
    assert diagnosis.command == (
        "Add-RecipientPermission -Identity finance@contoso.com "
        "-Trustee anna@contoso.com -AccessRights SendAs"
    )


def test_a_hostile_name_in_the_servers_words_reaches_neither_title_nor_command() -> None:
    diagnosis = must(
        "554 5.2.252 SendAsDenied; a@b.c not allowed to send as $(calc)@x.y; STOREDRV", "smtp"
    )
    assert diagnosis.title == "You may not send as this address."
    assert "calc" not in diagnosis.command


def test_the_servers_words_are_kept_without_control_characters() -> None:
    diagnosis = must("535 5.7.3 Authentication unsuccessful \x1b]0;owned\x07[host]", "smtp")
    assert "\x1b" not in diagnosis.raw
    assert "[host]" in diagnosis.raw


def test_a_reply_over_several_lines_is_one_text() -> None:
    reply = (
        "535-5.7.139 Authentication unsuccessful,\n"
        "SmtpClientAuthentication is disabled for the\nTenant."
    )
    assert must(reply, "smtp").id == "smtp-auth-off-tenant"


def test_the_code_is_named_only_when_the_server_named_one() -> None:
    assert "(AADSTS70043)" in must("invalid_grant AADSTS70043: x", "entra").cause
    assert "AADSTS" not in must("admin_consent_required", "entra").cause


def test_no_sentence_blames_shouts_or_keeps_a_placeholder() -> None:
    for entry in catalogue():
        for key in ("title", "cause", "now", "fix"):
            assert entry.texts[key], (entry.id, key)
            assert "!" not in entry.texts[key]
            assert "please" not in entry.texts[key].lower()
        assert len(entry.texts["title"]) <= 76, entry.id


def test_every_entry_is_reached_by_a_copied_string_or_a_code() -> None:
    covered = {expected for _, expected, _ in cases()}
    assert {entry.id for entry in catalogue() if not entry.codes} - covered <= {
        "imap-quota",
        "client-refused",
    }


def test_ids_are_unique_and_codes_belong_to_one_entry() -> None:
    ids = [entry.id for entry in catalogue()]
    codes = [code for entry in catalogue() for code in entry.codes]
    assert len(ids) == len(set(ids))
    assert len(codes) == len(set(codes))


def test_a_diagnosis_becomes_a_notice() -> None:
    notice = must("5.7.3 Authentication unsuccessful", "smtp").notice(Severity.WARNING)
    assert notice.severity is Severity.WARNING
    assert notice.short
    assert notice.detail
