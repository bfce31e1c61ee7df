"""What the sandbox says about 3,000 messages is what Dovecot says, or the difference is known."""

from __future__ import annotations

import itertools

import pytest

from tests.fidelity.comparison import Comparison, Difference, compare
from tests.fidelity.corpus import COUNT, specimens
from tests.fidelity.known import KNOWN, KnownDifference, classify
from tests.fidelity.report import render, written
from tests.fidelity.servers import wires
from tests.server.dovecot import DovecotServer
from tuimail.sandbox.sandbox import Sandbox

# Comparing takes some twenty seconds, of a processor that may have other things to do.
pytestmark = pytest.mark.timeout(600)

_SHOWN = 20


@pytest.fixture(scope="module")
def comparison(dovecot: DovecotServer, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    with (
        Sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox,
        wires(sandbox, dovecot, "fidelity@example.com") as (ours, theirs),
    ):
        return compare(ours, theirs, list(specimens()))


def test_every_difference_is_explained(comparison: Comparison) -> None:
    _, unknown = classify(comparison.differences)
    assert not unknown, "\n".join(map(_described, itertools.islice(unknown, _SHOWN)))


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_known_difference_does_not_spread(comparison: Comparison, known: KnownDifference) -> None:
    counts, _ = classify(comparison.differences)
    assert 0 < counts[known.name] <= known.ceiling


def test_nothing_was_left_out(comparison: Comparison) -> None:
    assert comparison.compared["ENVELOPE"] == COUNT
    assert comparison.compared["BODYSTRUCTURE"] == COUNT
    assert comparison.compared["the copies"] > 200


def test_the_page_says_what_was_counted(comparison: Comparison) -> None:
    """Run `python -m tests.fidelity.report` when this fails."""
    assert render(comparison) == written()


def test_the_corpus_is_the_same_each_time() -> None:
    assert list(specimens(200)) == list(specimens(200))


def _described(found: Difference) -> str:
    number = found.specimen.number if found.specimen is not None else "-"
    return (
        f"{found.item} {found.place} of {found.kind} {number}:\n"
        f"  sandbox {str(found.sandbox)[:300]}\n  dovecot {str(found.dovecot)[:300]}"
    )
