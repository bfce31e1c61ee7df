"""Everything at once for a minute, on both servers at the same time, the same decisions every time.

`python -m tests.soak` runs longer ones with other seeds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.server.dovecot import dovecot_binary
from tests.server.lanes import missing
from tests.soak.soak import PACE, Report, Soak

_SECONDS = 60


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("TUIMAIL_SOAK_SEED", "20261128"))


@pytest.fixture(scope="module")
def reports(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> Iterator[Mapping[str, Future[Report]]]:
    """Soaks that were begun together: each mostly waits, has a process for its client, and shares
    nothing with the other but the machine.
    """
    chosen = [item for item in request.session.items if item.path == request.path]
    servers = ["sandbox"]
    if dovecot_binary() is not None and any(map(_needs_dovecot, chosen)):
        servers.append("dovecot")
    with ThreadPoolExecutor(len(servers)) as pool:
        yield {
            server: pool.submit(
                Soak(server, seed, int(_SECONDS / PACE), tmp_path_factory.mktemp(server)).run
            )
            for server in servers
        }


def _needs_dovecot(item: pytest.Item) -> bool:
    return item.get_closest_marker("dovecot") is not None


@pytest.mark.timeout(900)
@pytest.mark.parametrize("server", ["sandbox", pytest.param("dovecot", marks=pytest.mark.dovecot)])
def test_after_a_minute_of_faults_client_and_server_are_equal_and_nothing_is_lost(
    server: str, reports: Mapping[str, Future[Report]], seed: int
) -> None:
    """Guards the promise of the engine as a whole.

    Mutations that turn it red: a move without looking in the target (`found = False` in
    `_look_in_target` of sync/moves.py), and `SENDING` claimed without a commit (`_Claim.commit`
    in sync/outbox.py).
    """
    if server not in reports:
        missing("Dovecot 2.3 is not installed")
    report = reports[server].result()
    assert not report.wrong, (
        f"{report}\nagain: python -m tests.soak --server {server} --seed {seed}"
    )
