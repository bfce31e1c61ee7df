"""Folders told apart by name."""

import pytest

from tuimail.exchange.folders import is_non_mail, role_by_name
from tuimail.model.folder import FolderRole


@pytest.mark.parametrize(
    "path",
    [
        "Calendar",
        "Calendar/Birthdays",
        "Contacts/Recipient Cache",
        "Sync Issues/Local Failures",
        "Conversation History",
        "Outbox",
        "Kalender",
        "Aufgaben",
        "Synchronisierungsprobleme/Konflikte",
        "Tâches",
        "Boîte d'envoi",
        "Boîte d\u2019envoi",
        "Bandeja de salida",
        "Attività",
        "Caixa de saída",
        "Agenda",
        "Anteckningar",
        "Tehtävät",
        "Dziennik",
        "Úkoly",
        "予定表",
        "联系人",
        "CALENDAR",
        "Ta\u0302ches",
    ],
)
def test_folders_without_mail_are_known_in_the_mailboxs_language(path: str) -> None:
    assert is_non_mail(path, "/")


@pytest.mark.parametrize(
    "path", ["INBOX", "Projects/Notes", "Calendar 2026", "Archive", "Sent Items", "Contacts2", ""]
)
def test_mail_folders_are_not_hidden_for_a_similar_name(path: str) -> None:
    assert not is_non_mail(path, "/")


def test_a_special_use_flag_beats_the_name() -> None:
    assert not is_non_mail("Notes", "/", [FolderRole.ARCHIVE])


def test_without_a_delimiter_the_whole_name_counts() -> None:
    assert is_non_mail("Calendar", None)
    assert not is_non_mail("Calendar/Birthdays", None)


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("inbox", FolderRole.INBOX),
        ("Sent", FolderRole.SENT),
        ("Gesendete Elemente", FolderRole.SENT),
        ("INBOX/Trash", FolderRole.TRASH),
        ("Entwürfe", FolderRole.DRAFTS),
        ("Archiv", FolderRole.ARCHIVE),
        ("Projects/Sent", None),
        ("Sent/2024", None),
        ("Sentinel", None),
    ],
)
def test_a_role_is_guessed_from_a_top_level_name(path: str, role: FolderRole | None) -> None:
    assert role_by_name(path) == role
