"""A hundred messages with faults at random, counted at the receivers: on the sandbox, on Postfix.

`python -m tests.soak.sends` sends a thousand.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.account import DovecotAccount
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Cut, Faults
from tests.server.postfix import PostfixServer
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tests.soak.sends import Place, be_impatient, on_sandbox, send_all
from tests.waiting import wait_until
from tuimail.model.account import Endpoint, SaveSent
from tuimail.sandbox.sandbox import Sandbox

_SEED = 20261128


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    back = be_impatient()
    yield
    back()


@pytest.mark.timeout(240)
def test_a_hundred_messages_arrive_once_each_whatever_the_service_answers(
    fresh_sandbox: Sandbox,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Mutation that turns it red: `has_ended = False` for True in submission/smtp.py."""
    count = send_all(on_sandbox(fresh_sandbox), 100, _SEED, tmp_path / "client")
    assert not count.wrong, count
    assert count.sent + len(count.uncertain) == 100
    assert count.tries > 100, "nothing went wrong at all"
    assert count.uncertain, "no line broke at the worst moment"


def behind_a_bad_line(account: DovecotAccount, other: DovecotAccount, proxy: FaultProxy) -> Place:
    """A real Postfix, whose line is cut at a random octet of what it says."""

    def spoil(chance: random.Random) -> None:
        proxy.faults.cut = chance.choice((Cut.FIN, Cut.RST))
        proxy.faults.cut_after = chance.randrange(1, 4200)

    def mend() -> None:
        proxy.faults.cut_after = None

    def ids(address: str, folder: str) -> Counter[str]:
        with account.dovecot.peer(address) as peer:
            _, (count,) = peer.select(folder, readonly=True)
            if count == b"0":
                return Counter()
            _, rows = peer.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        fields = (row[1] for row in rows if isinstance(row, tuple))
        return Counter(field.partition(b":")[2].strip().decode() for field in fields)

    return Place(
        account.account(smtp=Endpoint("localhost", proxy.port), save_sent=SaveSent.CLIENT),
        other.address,
        account.approve,
        spoil,
        mend,
        lambda: ids(other.address, "INBOX"),
        lambda: ids(account.address, '"Sent Items"'),
    )


@pytest.mark.dovecot
@pytest.mark.postfix
@pytest.mark.timeout(240)
def test_messages_to_postfix_over_a_line_that_breaks_anywhere_arrive_once(
    postfix: PostfixServer,
    make_dovecot_account: Callable[[str], DovecotAccount],
    tmp_path: Path,
) -> None:
    account, other = make_dovecot_account("sender"), make_dovecot_account("receiver")
    with FaultProxy(postfix.port, faults=Faults()) as proxy:
        place = behind_a_bad_line(account, other, proxy)

        def received() -> Counter[str]:
            """Postfix delivers a moment after it took a message over."""
            wait_until(lambda: not postfix.queued(), 60.0, "Postfix to deliver")
            return place.received()

        settled = replace(place, received=received)
        count = send_all(settled, 40, _SEED, tmp_path / "client")
    assert not count.wrong, count
    assert count.tries > 40, "nothing went wrong at all"
