"""Signing in, setting up and examining where the world is reached through a proxy alone.

The sandbox is `login.contoso.example` here, which no name server knows: what does not ask the proxy
does not arrive. IMAP and SMTP connect directly, as everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.server.connect_proxy import ConnectProxy
from tests.server.shell import Shell, sandbox_settings
from tests.server.signing_in import sandbox_account, seed
from tests.server.trial import ANNA, Trial
from tests.waiting import wait_until
from tuimail.errors import ConnectFailed
from tuimail.http import HttpClient
from tuimail.model.setup import SetupStep, StepState
from tuimail.model.sign_in import SignInMethod
from tuimail.sandbox.certificates import Certificates, make_certificates
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.checkup_network import network_steps

HOST = "login.contoso.example"


@pytest.fixture
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("sandbox")
    with Sandbox(directory, device_interval=1, names=(HOST,)) as made:
        made.entra.listen_at(f"https://{HOST}:{urlsplit(made.entra.base).port}")
        yield made


@pytest.fixture
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(
        tmp_path_factory.mktemp("gateway"), hosts=(HOST,), authority_name="Contoso Web Gateway"
    )


@pytest.fixture(autouse=True)
def no_other_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectProxy]:
    with ConnectProxy() as made:
        monkeypatch.setenv("HTTPS_PROXY", made.url)
        yield made


@pytest.fixture
def interceptor(
    sandbox: Sandbox, gateway: Certificates, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ConnectProxy]:
    with ConnectProxy(gateway, str(sandbox.ca_file)) as made:
        monkeypatch.setenv("HTTPS_PROXY", made.url)
        yield made


@pytest.fixture
def trial(sandbox: Sandbox, tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(sandbox, tmp_path)
    yield trial
    trial.close()


def test_from_address_to_inbox_only_the_sign_in_goes_through_the_proxy(
    trial: Trial, proxy: ConnectProxy
) -> None:
    trial.to_sign_in()
    trial.approve()
    state = trial.waits_at(SetupStep.READY, StepState.DONE)
    assert all(state.result(step).state is StepState.DONE for step in SetupStep)
    assert set(proxy.asked) == {urlsplit(trial.sandbox.entra.base).netloc}


def test_a_proxy_that_looks_into_tls_is_named_and_its_certificate_opens_the_way(
    trial: Trial, interceptor: ConnectProxy, gateway: Certificates, tmp_path: Path
) -> None:
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    state = trial.waits_at(SetupStep.ORGANISATION)
    assert state.now.problem is not None
    assert f"{HOST} comes from somebody this computer does not" in state.now.problem.happened
    trial.set_up.choose_cloud("global")
    trial.waits_at(SetupStep.APP)
    trial.set_up.choose_app(trial.sandbox.client_id)
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert "this computer does not trust" in state.now.says
    assert state.now.problem is not None
    assert "--ca-file" in state.now.problem.you_can
    assert trial.accounts() == {}
    assert not interceptor.read
    both = tmp_path / "both.pem"
    both.write_bytes(gateway.ca_file.read_bytes() + trial.sandbox.ca_file.read_bytes())
    trial.set_up.leave()
    trial.fresh(ca_file=str(both))
    trial.to_sign_in()
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)
    assert b"/oauth2/v2.0/token" in interceptor.read


@pytest.mark.parametrize(
    ("status", "says", "you_can"),
    [
        (407, "wants a name and a password", "http://name:password@127.0.0.1:"),
        (403, f"does not let tuimail through to {HOST}", f"allow {HOST}, port "),
        (0, "cannot be reached", "HTTPS_PROXY names it"),
    ],
)
def test_a_proxy_in_the_way_is_named_at_the_sign_in_and_retry_goes_on(
    trial: Trial, proxy: ConnectProxy, status: int, says: str, you_can: str
) -> None:
    trial.to_sign_in()
    proxy.status = status
    if not status:
        proxy.close_port()
    trial.set_up.retry()
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert state.now.says.startswith(f"The proxy 127.0.0.1:{proxy.port} ")
    assert says in state.now.says
    assert state.now.problem is not None
    assert you_can in state.now.problem.you_can
    assert trial.accounts() == {}
    if status:
        proxy.status = 0
        trial.set_up.retry()
        trial.approve()
        trial.waits_at(SetupStep.READY, StepState.DONE)


def test_a_name_and_a_password_in_the_proxys_url_let_in_and_are_never_said(
    sandbox: Sandbox, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{sandbox.authority}/v2.0/.well-known/openid-configuration"
    proxy.password = "anna:s3cret"
    http = HttpClient(sandbox.ca_file)
    try:
        for pair in ("anna:wr0ng", "anna:s3cret"):
            monkeypatch.setenv("HTTPS_PROXY", f"http://{pair}@127.0.0.1:{proxy.port}")
            if "wr0ng" in pair:
                with pytest.raises(ConnectFailed) as caught:
                    http.get(url)
                said = f"{caught.value.message} {caught.value.hint} {caught.value.detail}"
                assert "wants a name and a password" in said
                assert "wr0ng" not in said
            else:
                assert http.get(url).status_code == 200
    finally:
        http.close()


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:1", "http://", "http://proxy:port"])
def test_what_is_no_proxy_that_can_be_used_is_said(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    http = HttpClient(sandbox.ca_file)
    try:
        with pytest.raises(ConnectFailed) as caught:
            http.get(f"{sandbox.authority}/x")
    finally:
        http.close()
    assert caught.value.message == "HTTPS_PROXY names no proxy that tuimail can use."
    assert "http://proxy" in caught.value.hint


def test_hosts_that_need_no_proxy_are_reached_without_it(
    trial: Trial, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows the name here, so going directly shows in where it fails."""
    monkeypatch.setenv("NO_PROXY", ".contoso.example")
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    state = trial.waits_at(SetupStep.ORGANISATION)
    assert state.now.problem is not None
    assert f"No connection to {HOST}" in state.now.problem.happened
    assert proxy.asked == []


def test_mail_that_the_network_holds_back_is_told_apart_from_the_proxy(
    trial: Trial, proxy: ConnectProxy
) -> None:
    """A company's proxy carries the sign-in; IMAP needs its port to be open."""
    trial.fresh(imap="imap.contoso.example:993")
    trial.to_sign_in()
    trial.approve()
    state = trial.waits_at(SetupStep.READING, StepState.STOPPED)
    assert state.now.problem is not None
    assert state.now.problem.happened == (
        "imap.contoso.example, port 993, cannot be reached from here."
    )
    assert f"does not go through the proxy 127.0.0.1:{proxy.port}" in state.now.problem.you_can


def test_a_browser_signs_in_while_the_code_is_redeemed_through_the_proxy(
    trial: Trial, proxy: ConnectProxy
) -> None:
    """The way back is this computer itself, which no proxy is asked for."""
    trial.to_sign_in()
    trial.set_up.sign_in(SignInMethod.PASTE)
    page = wait_until(lambda: trial.state.page, 30.0, "a page")
    trial.set_up.paste(trial.last_address(page.url))
    trial.waits_at(SetupStep.READY, StepState.DONE)


# -- the doctor -------------------------------------------------------------------------------


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Shell:
    made = Shell(tmp_path, sandbox_settings(sandbox), sandbox.entra.approve)
    seed(sandbox, sandbox_account(sandbox), made.data / "tokens.json")
    return made


def examined(shell: Shell, url: str) -> dict[tuple[str, str], dict[str, Any]]:
    shell.environment["HTTPS_PROXY"] = url
    told = shell.run("doctor", "--json")
    rows = json.loads(told.stdout)
    return {(row["group"].split()[0], row["check"]): row for row in rows}


def test_the_doctor_says_what_goes_through_the_proxy(shell: Shell, proxy: ConnectProxy) -> None:
    rows = examined(shell, proxy.url)
    assert rows["Sign-in", "proxy"]["says"] == (
        f"sign-in goes through 127.0.0.1:{proxy.port}; IMAP and SMTP go directly"
    )
    assert rows["Sign-in", "tls"]["says"] == "TLSv1.3, certificate by tuimail sandbox authority"
    assert ("Sign-in", "dns") not in rows
    assert rows["Sign-in", "clock"]["verdict"] == "pass"
    assert rows["Mailbox", "discovery"]["says"] == "Contoso, cloud global"
    assert rows["Mailbox", "smtp"]["verdict"] == "pass"


def test_the_doctor_names_who_looks_into_the_sign_in(
    shell: Shell, interceptor: ConnectProxy
) -> None:
    """Red when TLS is not tried through the proxy: nothing would fail."""
    row = examined(shell, interceptor.url)["Sign-in", "tls"]
    assert row["verdict"] == "fail"
    assert row["says"].endswith("does not trust; it was issued by Contoso Web Gateway")
    assert "ca_file" in row["you_can"]
    shell.environment["HTTPS_PROXY"] = interceptor.url
    report = shell.run("doctor", "--report").stdout.decode()
    assert "Contoso Web Gateway" not in report


@pytest.mark.parametrize(("status", "says"), [(407, "a name and a password"), (403, "let tuimail")])
def test_the_doctor_names_a_proxy_in_the_way(
    shell: Shell, proxy: ConnectProxy, status: int, says: str
) -> None:
    proxy.status = status
    rows = examined(shell, proxy.url)
    assert rows["Sign-in", "tls"]["verdict"] == "fail"
    assert says in rows["Sign-in", "tls"]["says"]
    assert rows["Sign-in", "clock"]["verdict"] == "skipped"
    assert rows["Mailbox", "imap"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("value", "checks"),
    [
        ("http://127.0.0.1:1", ["proxy", "tls", "clock"]),
        ("https://127.0.0.1:1", ["proxy", "clock"]),
        ("", ["proxy", "dns", "ipv4", "ipv6", "tls", "clock"]),
    ],
)
def test_what_can_be_looked_at_depends_on_the_proxy(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, value: str, checks: list[str]
) -> None:
    """A proxy that is reached by TLS would need TLS within TLS."""
    monkeypatch.setenv("HTTPS_PROXY", value)
    http = HttpClient(sandbox.ca_file)
    try:
        steps = network_steps([sandbox_account(sandbox)], lambda _: http)
    finally:
        http.close()
    assert [step.name for step in steps if step.group.startswith("Sign-in")] == checks


def test_the_doctor_names_a_proxy_that_is_none(shell: Shell) -> None:
    row = examined(shell, "http://proxy:port")["Sign-in", "tls"]
    assert row["verdict"] == "fail"
    assert row["says"] == "HTTPS_PROXY names no proxy that tuimail can use"
