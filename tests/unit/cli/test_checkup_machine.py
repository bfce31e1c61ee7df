"""The checks of this computer, where a folder is not to be had."""

from __future__ import annotations

from pathlib import Path

from tuimail.cli.checkup_machine import data_folder, machine_steps
from tuimail.model.finding import Verdict
from tuimail.sync.checkup import run_all


def test_a_folder_that_the_system_refuses_is_no_defect_of_the_check(tmp_path: Path) -> None:
    """Red when it says “the check itself failed”: a folder above may be closed to the user."""
    refused = tmp_path / ("x" * 300) / "tuimail"
    found = data_folder(refused)
    assert found.verdict is Verdict.FAIL
    assert found.says == f"{refused} cannot be used (File name too long)"
    assert found.problem is not None
    assert "XDG_DATA_HOME" in found.problem.you_can
    by_name = {each.name: each for each in run_all(machine_steps(refused, None))}
    assert by_name["space"].found.verdict is not Verdict.SKIPPED
    assert by_name["database"].found.verdict is Verdict.SKIPPED
    assert not [each for each in by_name.values() if "itself failed" in each.found.says]


def test_a_folder_that_is_not_there_yet_is_made_at_the_first_start(tmp_path: Path) -> None:
    found = data_folder(tmp_path / "share" / "tuimail")
    assert found.verdict is Verdict.OK
    assert found.says.endswith("is made at the first start")
