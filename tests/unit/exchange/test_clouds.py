"""The clouds and the client ids."""

import pytest

from tuimail.exchange.clients import admin_consent_url, resolve_client_id
from tuimail.exchange.clouds import (
    CLOUDS,
    files_sent_copy,
    is_known_authority_host,
    is_personal_account,
)


@pytest.mark.parametrize("name", ["global", "gcc-high", "dod", "china", "personal"])
def test_every_cloud_asks_for_both_scopes_of_one_resource(name: str) -> None:
    cloud = CLOUDS[name]
    resources = {scope.rpartition("/")[0] for scope in cloud.scopes}
    assert len(resources) == 1
    assert [scope.rpartition("/")[2] for scope in cloud.scopes] == [
        "IMAP.AccessAsUser.All",
        "SMTP.Send",
    ]
    assert is_known_authority_host(cloud.authority_host)
    assert cloud.imap.port == 993
    assert cloud.smtp.port == 587


def test_a_personal_mailbox_signs_in_as_a_consumer() -> None:
    assert CLOUDS["personal"].authority() == "https://login.microsoftonline.com/consumers"
    assert CLOUDS["global"].authority("contoso.com").endswith("/contoso.com")


@pytest.mark.parametrize(
    ("host", "server"),
    [
        ("smtp.office365.com", True),
        ("SMTP-MAIL.OUTLOOK.COM", True),
        ("localhost", False),
        ("notoutlook.com", False),
        ("outlook.com.example.net", False),
    ],
)
def test_the_server_files_the_sent_copy_only_on_exchange_hosts(host: str, server: bool) -> None:
    assert files_sent_copy(host) is server


def test_a_client_id_is_a_guid_or_a_preset() -> None:
    assert resolve_client_id("Thunderbird") == "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
    assert resolve_client_id(" 11111111-2222-3333-4444-55555555555A ") == (
        "11111111-2222-3333-4444-55555555555a"
    )
    assert resolve_client_id("outlook") is None


def test_the_consent_page_is_never_that_of_common() -> None:
    url = admin_consent_url(
        "https://login.microsoftonline.com/common", "abc", CLOUDS["global"].scopes
    )
    assert url.startswith("https://login.microsoftonline.com/organizations/v2.0/adminconsent?")
    assert "https://outlook.office.com/SMTP.Send" in url


@pytest.mark.parametrize(
    ("authority", "address", "expected"),
    [
        ("https://login.microsoftonline.com/consumers", "anna@example.org", True),
        ("https://login.microsoftonline.com/consumers/", "anna@example.org", True),
        (
            "https://login.microsoftonline.com/9188040D-6c67-4c5b-b112-36a304b66dad",
            "anna@example.org",
            True,
        ),
        ("https://login.microsoftonline.com/common", "anna@outlook.com", True),
        ("https://login.microsoftonline.com/common", "anna@example.org", False),
        ("https://login.microsoftonline.com/organizations", "consumers", False),
    ],
)
def test_a_personal_account_is_told_by_where_it_signs_in_or_by_its_address(
    authority: str, address: str, expected: bool
) -> None:
    assert is_personal_account(authority, address) is expected
