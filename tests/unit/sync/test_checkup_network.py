"""Both families of addresses, each judged by what the other can."""

from __future__ import annotations

import errno
import socket

import pytest

from tuimail.config.accounts import account_from_table
from tuimail.config.schema import AccountSettings
from tuimail.errors import ConnectFailed
from tuimail.http import HttpClient, open_tunnel
from tuimail.model.account import Endpoint
from tuimail.model.finding import Verdict
from tuimail.sync import checkup_network
from tuimail.sync.checkup import run_all
from tuimail.sync.checkup_network import HostCheckup, judge_clock, network_steps


def test_a_clock_is_judged_by_how_far_it_is_off() -> None:
    assert judge_clock(59).verdict is Verdict.OK
    assert judge_clock(-61).verdict is judge_clock(300).verdict is Verdict.WARN
    assert judge_clock(301).verdict is Verdict.FAIL


def test_a_name_that_nobody_knows_stops_everything_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Said for the name server: a real one may take its time, or know every name."""

    def ask(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    checkup = HostCheckup("IMAP", Endpoint("nowhere.invalid", 993), None)
    found = {each.name: each.found for each in run_all(checkup.steps())}
    assert found["dns"].says == "the name nowhere.invalid is not known here"
    assert {found[name].verdict for name in ("ipv4", "ipv6", "tls")} == {Verdict.SKIPPED}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (None, Verdict.OK),
        (errno.ENETUNREACH, Verdict.SKIPPED),
        (errno.ECONNREFUSED, Verdict.WARN),
    ],
)
def test_ipv6_that_is_missing_is_no_failure_where_ipv4_works(
    monkeypatch: pytest.MonkeyPatch, code: int | None, verdict: Verdict
) -> None:
    """Red when a network without IPv6 counts as a limit."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = Endpoint("two.example", server.getsockname()[1])
        known = {socket.AF_INET: ["127.0.0.1"], socket.AF_INET6: ["2001:db8::1"]}
        monkeypatch.setattr(checkup_network, "addresses_of", lambda _, family: known[family])
        real = checkup_network._refusal
        monkeypatch.setattr(
            checkup_network,
            "_refusal",
            lambda address, port, name: code if name == "IPv6" else real(address, port, name),
        )
        steps = HostCheckup("IMAP", endpoint, None).steps()[:3]
        found = {each.name: each.found for each in run_all(steps)}
    assert found["ipv4"].verdict is Verdict.OK
    assert found["ipv6"].verdict is verdict


@pytest.mark.parametrize("value", ["http://[::1", "http://proxy.example:99999", "socks5://h:1080"])
def test_what_is_no_proxy_fails_its_check_and_ends_no_other(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """Red when a bracket that is missing in HTTPS_PROXY ends the checkup in a traceback."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", value)
    table = AccountSettings(address="anna@contoso.example", client_id="thunderbird")
    account = account_from_table("work", table)
    steps = network_steps([account], lambda _: HttpClient())
    proxy = next(step for step in steps if step.name == "proxy")
    (checked,) = run_all([proxy])
    assert checked.found.verdict is Verdict.FAIL
    assert checked.found.says == "HTTPS_PROXY names no proxy that tuimail can use"
    with pytest.raises(ConnectFailed, match="names no proxy"):
        open_tunnel("login.microsoftonline.com", 443, 1.0)
