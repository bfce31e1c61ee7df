"""Finding an organisation by its domain, against Entra ID in a box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuimail.auth.discovery import Found, Organisation, discover
from tuimail.http import HttpAnswer, HttpClient
from tuimail.sandbox.entra_directory import Tenant
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.tokens import TENANT


class ListeningHttp(HttpClient):
    """Remembers what was asked, with everything that was sent."""

    def __init__(self, ca_file: Path) -> None:
        super().__init__(ca_file)
        self.asked: list[str] = []

    def get(self, url: str, **options: Any) -> HttpAnswer:
        self.asked.append(f"{url} {options}")
        return super().get(url, **options)


def asked(sandbox: Sandbox, address: str) -> Organisation:
    http = HttpClient(sandbox.ca_file)
    try:
        return discover(address, http, f"{sandbox.entra.base}/organizations")
    finally:
        http.close()


def test_an_organisation_is_named_and_only_its_domain_is_sent(fresh_sandbox: Sandbox) -> None:
    http = ListeningHttp(fresh_sandbox.ca_file)
    authority = f"{fresh_sandbox.entra.base}/organizations"
    found = discover("anna.private.name@contoso.example", http, authority)
    http.close()
    assert found == Organisation(Found.ORGANISATION, "global", TENANT, "Contoso")
    assert len(http.asked) == 2
    assert all("contoso.example" in asked and "anna" not in asked for asked in http.asked)


@pytest.mark.parametrize(
    ("region", "sub", "cloud", "name"),
    [
        ("NA", "GCC", "microsoftonline.com", "global"),
        ("USGov", "DODCON", "microsoftonline.us", "gcc-high"),
        ("USGov", "DOD", "microsoftonline.us", "dod"),
        ("AS", "", "partner.microsoftonline.cn", "china"),
    ],
)
def test_the_cloud_is_told_by_region_and_instance(
    fresh_sandbox: Sandbox, region: str, sub: str, cloud: str, name: str
) -> None:
    fresh_sandbox.entra.tenants[TENANT] = Tenant(
        TENANT, "Contoso", ("contoso.example",), region=region, sub_region=sub, cloud=cloud
    )
    assert asked(fresh_sandbox, "anna@contoso.example").cloud == name


def test_a_domain_that_nobody_has_is_nobodys(fresh_sandbox: Sandbox) -> None:
    assert asked(fresh_sandbox, "anna@contosso.example") == Organisation(Found.NOBODY)


def test_a_personal_account_is_told_by_its_domain_without_asking_anybody(
    fresh_sandbox: Sandbox,
) -> None:
    found = asked(fresh_sandbox, "anna@outlook.com")
    assert found == Organisation(Found.PERSONAL, "personal")
    assert fresh_sandbox.entra.requests == []


def test_a_personal_account_elsewhere_is_told_by_the_realm(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.entra.personal = {"anna@post.example"}
    assert asked(fresh_sandbox, "anna@post.example").found is Found.PERSONAL


@pytest.mark.parametrize("outage", ["drop", "garbage"])
def test_what_cannot_be_asked_is_unclear_and_says_why(fresh_sandbox: Sandbox, outage: str) -> None:
    fresh_sandbox.entra.outage = outage
    found = asked(fresh_sandbox, "anna@contoso.example")
    assert found.found is Found.UNCLEAR
    assert found.problem.endswith(".")


def test_a_name_that_acts_on_a_terminal_is_made_harmless(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.entra.tenants[TENANT].name = "Con\x1b[31mtoso"
    assert "\x1b" not in asked(fresh_sandbox, "anna@contoso.example").name
