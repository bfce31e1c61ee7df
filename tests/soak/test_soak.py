"""Two minutes of everything at once, a minute on each server, the same decisions every time.

`python -m tests.soak` runs longer ones with other seeds.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.server.dovecot import dovecot_binary
from tests.server.lanes import missing
from tests.soak.soak import PACE, Soak

_SECONDS = 60


@pytest.mark.timeout(420)
@pytest.mark.parametrize("server", ["sandbox", pytest.param("dovecot", marks=pytest.mark.dovecot)])
def test_after_a_minute_of_faults_client_and_server_are_equal_and_nothing_is_lost(
    server: str, tmp_path: Path
) -> None:
    """Guards the promise of the engine as a whole.

    Mutations that turn it red: a move without looking in the target (`found = False` in
    `_look_in_target` of sync/moves.py), and `SENDING` claimed without a commit (`_Claim.commit`
    in sync/outbox.py).
    """
    if server == "dovecot" and dovecot_binary() is None:
        missing("Dovecot 2.3 is not installed")
    seed = int(os.environ.get("TUIMAIL_SOAK_SEED", "20261128"))
    report = Soak(server, seed, int(_SECONDS / PACE), tmp_path).run()
    assert not report.wrong, (
        f"{report}\nagain: python -m tests.soak --server {server} --seed {seed}"
    )
