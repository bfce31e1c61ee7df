"""What is typed for a folder, read as a place in the tree."""

from __future__ import annotations

import pytest

from tests.unit.ui.folders import BIFROST, FOLDERS, INBOX, PROJECTS, make
from tuimail.ui.folders.names import Wanted, read_path


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("New", Wanted("New")),
        ("  New  ", Wanted("New")),
        ("projects/New", Wanted("New", PROJECTS.id)),
        ("Projects/Bifrost/R&D", Wanted("R&D", BIFROST.id)),
        ("Inbox/New", Wanted("New", INBOX.id)),
        ("見積書", Wanted("見積書")),
    ],
)
def test_a_path_is_a_name_below_a_folder(typed: str, wanted: Wanted) -> None:
    assert read_path(typed, FOLDERS) == wanted


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "A folder needs a name."),
        ("Projects/", "A folder needs a name."),
        ("Nowhere/New", "There is no folder “Nowhere”: make it first."),
        ("a\tb", "A folder's name cannot hold tabs and other signs that are not seen."),
        ("a\x07b", "A folder's name cannot hold tabs and other signs that are not seen."),
        ("x" * 201, "A folder's name has 200 signs at most."),
        ("VENDORS", "“Vendors” is there already."),
        ("inbox", "“Inbox” is there already."),
    ],
)
def test_what_cannot_be_is_said(typed: str, problem: str) -> None:
    assert read_path(typed, FOLDERS).problem == problem


def test_what_another_program_named_can_be_typed_as_it_is_seen() -> None:
    odd = make(9, "tab\there")
    below = make(10, "tab\there/Below")
    assert read_path("tab here/New", [odd, below]) == Wanted("New", odd.id)
    assert read_path("tab here/below", [odd, below]).problem == "“Below” is there already."


def test_a_folder_may_keep_its_own_name_in_another_case() -> None:
    wanted = read_path("Projects/BIFROST", FOLDERS, itself=BIFROST.id)
    assert wanted == Wanted("BIFROST", PROJECTS.id)
