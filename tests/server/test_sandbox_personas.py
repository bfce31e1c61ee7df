"""Personas: each sets its switches, takes back those of the one before, and does what it says."""

from __future__ import annotations

import imaplib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.sandbox_fixture import signed_in
from tests.waiting import wait_until
from tuimail.exchange.diagnosis import diagnose
from tuimail.sandbox import weather
from tuimail.sandbox.demo import demo_sandbox
from tuimail.sandbox.demo_mail import OWNER
from tuimail.sandbox.entra_errors import error_named
from tuimail.sandbox.personas import PERSONAL, PERSONAS, SHARED, Persona, persona_named
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.smtp_replies import REPLIES
from tuimail.sandbox.switchboard import KINDS, Switchboard

NAMES = (
    "plain admin-consent conditional-access device-code-blocked smtp-off-tenant smtp-off-mailbox "
    "security-defaults imap-off not-connected shared-mailbox personal localised-de throttled "
    "flaky rev2"
)


@pytest.fixture
def board(fresh_sandbox: Sandbox) -> Iterator[Switchboard]:
    board = Switchboard(fresh_sandbox)
    yield board
    board.reset()


def named(name: str) -> Persona:
    return PERSONAS[name]


def test_the_personas_are_those_that_were_promised() -> None:
    assert list(PERSONAS) == NAMES.split()


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=lambda each: each.name)
def test_a_persona_sets_what_it_says_and_is_taken_back_whole(
    persona: Persona, fresh_sandbox: Sandbox, board: Switchboard
) -> None:
    before = board.read()
    persona.apply(fresh_sandbox, board)
    told = board.read()
    assert {name: told[name] for name in persona.switches} == dict(persona.switches)
    named("plain").apply(fresh_sandbox, board)
    assert board.read() == before


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=lambda each: each.name)
def test_a_persona_is_explained_in_two_sentences(persona: Persona) -> None:
    for words in (persona.meets, persona.says):
        assert words.endswith(".")
        assert len(words) <= 100


def test_a_wrong_name_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="the nearest is 'smtp-off-tenant'"):
        persona_named("smpt-of-tenant")


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("smtp-off-tenant", "smtp-auth-off-tenant"),
        ("smtp-off-mailbox", "smtp-auth-off-mailbox"),
        ("security-defaults", "smtp-security-defaults"),
        ("personal", "smtp-auth-off-personal"),
    ],
)
def test_what_refuses_to_send_is_recognised(name: str, case: str) -> None:
    personal = "entra.personal" in named(name).switches
    refuse = named(name).switches["smtp.refuse"]
    assert isinstance(refuse, dict)
    found = diagnose(REPLIES[refuse["*"]].text, source="smtp", address=OWNER, personal=personal)
    assert found is not None
    assert found.id == case


def test_device_codes_are_refused_on_the_page_and_the_client_goes_on_waiting(
    fresh_sandbox: Sandbox, board: Switchboard
) -> None:
    for name, number in (("admin-consent", 90094), ("device-code-blocked", 53003)):
        named(name).apply(fresh_sandbox, board)
        entra = fresh_sandbox.entra
        scope = "https://outlook.office.com/IMAP.AccessAsUser.All"
        device_code, sign_in = entra.start_device_sign_in(fresh_sandbox.client_id, scope)
        problem = entra.answer_device_code(sign_in.user_code, OWNER)
        assert problem is not None
        assert error_named(problem).number == number
        assert entra.redeem_device_code(device_code) == "pending"


def test_imap_is_off(fresh_sandbox: Sandbox, board: Switchboard) -> None:
    named("imap-off").apply(fresh_sandbox, board)
    with signed_in(fresh_sandbox) as client, pytest.raises(imaplib.IMAP4.error):
        client.select()


def test_nobody_is_connected(fresh_sandbox: Sandbox, board: Switchboard) -> None:
    named("not-connected").apply(fresh_sandbox, board)
    with (
        signed_in(fresh_sandbox) as client,
        pytest.raises(imaplib.IMAP4.error, match="authenticated but not connected"),
    ):
        client.select()


def test_a_delegate_reads_the_shared_mailbox(fresh_sandbox: Sandbox, board: Switchboard) -> None:
    named("shared-mailbox").apply(fresh_sandbox, board)
    token = fresh_sandbox.entra.mint(OWNER)
    with signed_in(fresh_sandbox, SHARED, token) as client:
        assert client.select()[0] == "OK"


def test_throttling_comes_again_and_again(
    fresh_sandbox: Sandbox, board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weather, "THROTTLE_EVERY", 5)
    monkeypatch.setattr(weather, "THROTTLE_AT", 2)
    named("throttled").apply(fresh_sandbox, board)
    with signed_in(fresh_sandbox) as client:
        answers = []
        for _ in range(12):
            try:
                answers.append(client.noop()[0])
            except imaplib.IMAP4.error:
                answers.append("BAD")
    assert answers == ["OK", "BAD", "OK", "OK", "OK", "OK", "BAD", *["OK"] * 4, "BAD"]


def test_flaky_weather_drops_connections_and_passes(
    fresh_sandbox: Sandbox, board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weather, "EVERY", 0.01)
    monkeypatch.setattr(weather, "OUTAGE", 600.0)
    with signed_in(fresh_sandbox):
        named("flaky").apply(fresh_sandbox, board)
        wait_until(lambda: not fresh_sandbox.imap_server.connections, describe="the cut")
    wait_until(lambda: fresh_sandbox.imap_server.latency, describe="slow answers")
    with pytest.raises(OSError, match=r"\S"), signed_in(fresh_sandbox):
        pass
    board.reset()
    assert fresh_sandbox.imap_server.latency == 0.0
    with signed_in(fresh_sandbox) as client:
        assert client.noop()[0] == "OK"


def test_weather_that_ends_leaves_no_refusal_behind(
    fresh_sandbox: Sandbox, board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a refusal that nobody met and that the first command met afterwards."""
    monkeypatch.setattr(weather, "EVERY", 0.01)
    monkeypatch.setattr(weather, "OUTAGE", 0.01)
    with signed_in(fresh_sandbox):  # a refusal waits for somebody who has signed in
        pass
    named("flaky").apply(fresh_sandbox, board)
    wait_until(lambda: fresh_sandbox.imap_server.faults, describe="a refusal")
    board.reset()
    assert fresh_sandbox.imap_server.faults == []
    with signed_in(fresh_sandbox) as client:
        assert client.noop()[0] == "OK"


def test_a_server_that_went_comes_back_by_itself(
    fresh_sandbox: Sandbox, board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weather, "EVERY", 0.05)
    monkeypatch.setattr(weather, "OUTAGE", 0.02)
    named("flaky").apply(fresh_sandbox, board)

    def listens() -> bool:
        # Not by signing in: on a slow machine the next drop may come before the end of that.
        try:
            socket.create_connection(fresh_sandbox.imap, timeout=30).close()
        except ConnectionRefusedError:
            return False
        return True

    wait_until(lambda: not listens(), describe="the outage")
    wait_until(listens, describe="the end of the outage")


def test_a_personal_and_a_german_mailbox_are_furnished_too(tmp_path: Path) -> None:
    personal = demo_sandbox(tmp_path / "1", persona=named("personal"), answers=False)
    assert len(personal.mailbox(PERSONAL).folder("INBOX")) > 100
    assert PERSONAL.encode() in personal.mailbox(PERSONAL).folder("INBOX").messages[-1].raw
    german = demo_sandbox(tmp_path / "2", persona=named("localised-de"), answers=False)
    names = {folder.name: len(folder) for folder in german.mailbox(OWNER).folders()}
    assert names["Gesendete Elemente"] > 30
    assert names["Archiv/Builds"] > 5
    assert not {"Sent Items", "Archive", "Deleted Items"} & set(names)


def test_a_kept_mailbox_is_not_filled_twice(tmp_path: Path) -> None:
    counts = []
    for number in range(2):
        with demo_sandbox(tmp_path / str(number), answers=False, keep=tmp_path / "keep") as each:
            counts.append(len(each.mailbox(OWNER).folder("INBOX")))
    assert counts[0] == counts[1] > 100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("imap.colour", "blue"),
        ("imap.latency", "slow"),
        ("imap.latency", -1),
        ("imap.pushes_stopped", 1),
        ("imap.generation", "1998"),
        ("smtp.refuse", {"*": "because"}),
        ("smtp.refuse", {"*": 5}),
        ("entra.refuse", {"*": "no such error"}),
        ("entra.outage", "tuesday"),
        ("imap.not_connected", "*"),
    ],
)
def test_a_switch_takes_only_what_it_knows_and_then_nothing_changes(
    board: Switchboard, name: str, value: object
) -> None:
    before = board.read()
    with pytest.raises(ValueError, match=r"\S"):
        board.set({"smtp.largest": 5, name: value})
    assert board.read() == before


def test_every_switch_can_be_read_and_set_to_what_it_is(board: Switchboard) -> None:
    told = board.read()
    assert set(told) == set(KINDS)
    board.set(told)
    assert board.read() == told
