"""Recognising the server's words, copied by hand from the reference into tests/data."""

from pathlib import Path

import pytest

from tuimail.exchange.catalogue import catalogue, fallbacks
from tuimail.exchange.diagnosis import Diagnosis, Source, diagnose, explain
from tuimail.model.account import Sharing
from tuimail.model.notice import Severity

DATA = Path(__file__).parents[2] / "data"
SOURCES: tuple[Source, ...] = ("entra", "imap", "smtp", "graph")


def cases(whose: str = "") -> list[tuple[Source, str, str]]:
    found: list[tuple[Source, str, str]] = []
    for source in SOURCES[1:3] if whose else SOURCES:
        for block in (DATA / f"{source}{whose}.txt").read_text("utf-8").split("== ")[1:]:
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


@pytest.mark.parametrize(("source", "expected", "text"), cases("-shared"))
def test_what_is_said_of_a_shared_mailbox_is_a_missing_right_or_what_it_always_is(
    source: Source, expected: str, text: str
) -> None:
    sharing = Sharing("info@contoso.com", "anna@contoso.com")
    found = diagnose(text, source=source, address="anna@contoso.com", sharing=sharing)
    assert (found.id if found else "-") == expected
    if found is not None and found.id.startswith(f"{source}-shared"):
        identity, who = "-Identity info@contoso.com", "anna@contoso.com"
        assert found.command in (
            f"Add-MailboxPermission {identity} -User {who} -AccessRights FullAccess",
            f"Add-RecipientPermission {identity} -Trustee {who} -AccessRights SendAs",
        )


def test_a_shared_mailbox_with_a_hostile_name_reaches_no_command() -> None:
    sharing = Sharing("x@y.z; Remove-Mailbox", "$(calc)@x.y")
    found = diagnose("AUTHENTICATE failed.", source="imap", sharing=sharing)
    assert found is not None
    assert found.command == (
        "Add-MailboxPermission -Identity <shared> -User <delegate> -AccessRights FullAccess"
    )


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
    for entry in (*catalogue(), *fallbacks()):
        for key in ("title", "cause", "now", "fix"):
            assert entry.texts[key], (entry.id, key)
            assert "!" not in entry.texts[key]
            assert "please" not in entry.texts[key].lower()
        assert len(entry.texts["title"]) <= 76, entry.id


def test_every_entry_is_reached_by_a_copied_string_or_a_code() -> None:
    covered = {expected for _, expected, _ in cases() + cases("-shared")}
    listed = {entry.id for entry in catalogue() if not entry.codes and not entry.personal}
    assert listed - covered <= {
        "imap-quota",
        "client-refused",
    }


def test_ids_are_unique_and_codes_belong_to_one_entry() -> None:
    ids = [entry.id for entry in (*catalogue(), *fallbacks())]
    codes = [code for entry in catalogue() for code in entry.codes]
    assert len(ids) == len(set(ids))
    assert len(codes) == len(set(codes))


def test_a_diagnosis_becomes_a_notice() -> None:
    notice = must("5.7.3 Authentication unsuccessful", "smtp").notice(Severity.WARNING)
    assert notice.severity is Severity.WARNING
    assert notice.short
    assert notice.detail


def coded() -> list[tuple[str, str]]:
    lines = (DATA / "entra_codes.txt").read_text("utf-8").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(code, expected) for expected, codes in pairs for code in codes.split()]


@pytest.mark.parametrize(("code", "expected"), coded())
def test_every_code_of_the_reference_is_recognised(code: str, expected: str) -> None:
    diagnosis = must(f"invalid_grant AADSTS{code}: Words that may change. Trace ID: x", "entra")
    assert diagnosis.id == expected
    assert diagnosis.ids.code == f"AADSTS{code}"
    assert diagnosis.url.startswith("https://")


def test_the_ids_that_support_asks_for_are_found() -> None:
    ids = must(
        "AADSTS90094: The grant requires admin permission.\r\n"
        "Trace ID: 0c2f4e1a-1111-4222-8333-444455556666\r\n"
        "Correlation ID: 81b0aaaa-1111-4222-8333-4444555544fa\r\n"
        "Timestamp: 2026-11-23 09:44:12Z",
        "entra",
    ).ids
    assert ids.lines() == [
        "code AADSTS90094",
        "correlation id 81b0aaaa-1111-4222-8333-4444555544fa",
        "trace id 0c2f4e1a-1111-4222-8333-444455556666",
        "time 2026-11-23 09:44:12Z",
    ]
    assert ids.short() == "AADSTS90094  correlation 81b0…44fa  09:44:12"


def test_exchanges_trailer_is_taken_apart() -> None:
    ids = must(
        "535 5.7.3 Authentication unsuccessful "
        "[AM0PR02CA0134.eurprd02.prod.outlook.com 2024-07-11T11:46:49.042Z 08DCA18218166FB4]",
        "smtp",
    ).ids
    assert ids.lines() == [
        "time 2024-07-11T11:46:49.042Z",
        "server AM0PR02CA0134.eurprd02.prod.outlook.com",
        "session 08DCA18218166FB4",
    ]


OFF = "535 5.7.139 x, SmtpClientAuthentication is disabled for the Mailbox."


@pytest.mark.parametrize("address", ["anna@outlook.com", "anna@hotmail.co.uk", "a@LIVE.de"])
def test_a_personal_account_is_not_sent_to_an_administrator(address: str) -> None:
    for reply, source in ((OFF, "smtp"), ("NO AUTHENTICATE failed.", "imap")):
        diagnosis = must(reply, source, address)  # type: ignore[arg-type]
        assert diagnosis.id.endswith("-personal")
        assert "administrator" not in diagnosis.fix
        assert diagnosis.command == ""


@pytest.mark.parametrize(
    "address", ["anna@outlook.com.contoso.com", "anna@liveright.com", "live.de"]
)
def test_an_organisation_with_a_similar_name_keeps_its_administrator(address: str) -> None:
    assert must(OFF, "smtp", address).id == "smtp-auth-off-mailbox"


def test_who_signed_in_may_be_known_better_than_the_address_shows() -> None:
    found = diagnose(OFF, source="smtp", address="anna@example.org", personal=True)
    assert found is not None
    assert found.id == "smtp-auth-off-personal"


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("entra", "invalid_request AADSTS900144: The body must contain", "entra-unlisted-app"),
        ("entra", "AADSTS999999: A code from the future.", "entra-unlisted"),
        ("entra", "", "entra-unlisted"),
        ("imap", "NO [NOPERM] Access denied", "imap-unlisted-rights"),
        ("imap", "NO [INUSE] Mailbox is locked", "imap-unlisted-busy"),
        ("imap", "NO Something new. 16", "imap-unlisted"),
        ("smtp", "450 4.9.9 Something new", "smtp-unlisted-busy"),
        ("smtp", "421 Closing", "smtp-unlisted-busy"),
        ("smtp", "535 5.9.9 Something new", "smtp-unlisted-sign-in"),
        ("smtp", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "smtp-unlisted-address"),
        ("smtp", "550 5.2.1 Mailbox disabled", "smtp-unlisted-mailbox"),
        ("smtp", "550 5.7.193 New policy", "smtp-unlisted-policy"),
        ("smtp", "554 Transaction failed", "smtp-unlisted"),
    ],
)
def test_what_is_not_listed_is_explained_by_its_class(
    source: Source, text: str, expected: str
) -> None:
    assert diagnose(text, source=source) is None
    found = explain(text, source=source, address="anna@contoso.com")
    assert found.id == expected
    assert not found.is_listed
    assert found.title
    assert found.fix


def test_an_unlisted_code_leads_to_microsofts_own_page() -> None:
    found = explain("AADSTS999999: A code from the future.", source="entra")
    assert found.url == "https://login.microsoftonline.com/error?code=999999"
    assert "(AADSTS999999)" in found.cause


@pytest.mark.parametrize("code", [53003, 530003, 50097])
def test_a_refused_device_code_names_the_browser_as_another_way(code: int) -> None:
    assert must(f"AADSTS{code}: x", "entra").other_flow == "browser"
