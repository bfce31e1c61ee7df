"""What a picker of folders offers, in which order, and why something cannot be taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.unit.ui.folders import (
    BIFROST,
    DEEP,
    FOLDERS,
    HOME,
    INBOX,
    PROJECTS,
    VENDORS,
    WORK,
    make,
)
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderRole
from tuimail.model.folder_settings import LikelyTarget
from tuimail.model.listing import Flagged
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.drawing.rows import plain_text
from tuimail.ui.folders.choices import Choice, Offer, choice_row, refusal
from tuimail.ui.folders.names import Wanted

THEIRS = (
    make(20, "INBOX", FolderRole.INBOX, account=HOME),
    make(21, "Projects", account=HOME),
)
OFFER = Offer(
    folders={WORK: FOLDERS, HOME: THEIRS},
    names={WORK: "work", HOME: "home"},
    home=frozenset({WORK}),
    likely=(LikelyTarget(VENDORS.id, True, 1), LikelyTarget(DEEP.id, False, 12)),
    recent=(BIFROST.id, VENDORS.id),
    without={INBOX.id},
    sender="Kim Chu",
    can_make=True,
)


def labels(offer: Offer, typed: str = "") -> list[str]:
    return [f"{choice.label} {choice.owner}" for choice in offer.choices(typed).choices]


def test_the_likely_and_the_recent_come_first_and_then_the_tree() -> None:
    """Mutations: `ranks` not asked for in the order; no `aside`."""
    found = OFFER.choices("").choices
    assert [(choice.label, choice.why) for choice in found[:5]] == [
        ("Vendors", "conversation"),
        ("Projects/Bifrost/Deep", "12 mails from Kim Chu went there"),
        ("Projects/Bifrost", "last used"),
        ("Projects", ""),
        ("Deleted Items", ""),
    ]
    assert [choice.label for choice in found if choice.is_elsewhere] == ["Inbox", "Projects"]
    assert not any(choice.folder == INBOX for choice in found)


def test_what_fits_best_comes_first_and_another_mailbox_later() -> None:
    """A folder's own name counts more than that of one above it, and that more than the recent.

    Mutation: no `_ABOVE`.
    """
    assert labels(OFFER, "proj") == [
        "Projects work",
        "Projects/Bifrost/Deep work",
        "Projects/Bifrost work",
        "Projects home",
        "proj work",
    ]


def test_a_worse_fit_here_comes_before_a_better_one_in_another_mailbox() -> None:
    """Mutation: `_ELSEWHERE` as 2."""
    invoices = make(40, "Invoices", account=HOME)
    coins = make(41, "Coins")
    offer = replace(OFFER, folders={WORK: (coins,), HOME: (invoices,)})
    assert labels(offer, "in")[:2] == ["Coins work", "Invoices home"]


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("Invoices", Wanted("Invoices")),
        ("projects/Invoices", Wanted("Invoices", PROJECTS.id)),
        ("Vendors", None),
        ("No/such", None),
        (" ", None),
    ],
)
def test_a_folder_that_is_not_there_can_be_made(typed: str, made: Wanted | None) -> None:
    last = OFFER.choices(typed).choices[-1:]
    found = last[0].made if last and last[0].folder is None else None
    assert found == made


def test_nothing_is_made_where_messages_are_of_several_mailboxes_or_none() -> None:
    assert OFFER.choices("Invoices").choices[-1].folder is None
    homes: tuple[frozenset[AccountId], ...] = (frozenset({WORK, HOME}), frozenset())
    for home in homes:
        assert all(
            choice.folder for choice in replace(OFFER, home=home).choices("Invoices").choices
        )


def test_another_mailbox_is_refused_with_the_way_out() -> None:
    theirs = next(choice for choice in OFFER.choices("").choices if choice.is_elsewhere)
    said = refusal(OFFER, theirs, "move")
    assert said == "A move stays in work: take a folder of it. Outlook goes between mailboxes."
    assert refusal(OFFER, OFFER.choices("").choices[0], "move") == ""


def test_one_mailbox_needs_no_label() -> None:
    alone = replace(OFFER, folders={WORK: FOLDERS}, names={WORK: "work"})
    assert {choice.owner for choice in alone.choices("").choices} == {""}


@pytest.mark.parametrize("width", [20, 40, 60, 80, 160])
@pytest.mark.parametrize(
    "name", ["Plain", "見積書の件", "שלום", "a/b & c" * 9, "x" * 200, "e\u0301" * 40]
)
def test_a_row_is_exact_at_every_width(name: str, width: int) -> None:
    folder = make(9, f"Projects/{name}")
    choice = Choice(
        f"Projects/{name}", folder, "Finance desk", "12 mails from Kim Chu went there", hits=(0, 9)
    )
    for glyphs in (UNICODE, ASCII):
        row = choice_row(choice, width, glyphs, cursor=" ")
        assert cell_len(plain_text(row)) == width


def test_the_way_is_muted_and_the_name_is_not() -> None:
    (choice,) = (each for each in OFFER.choices("deep").choices if each.folder == DEEP)
    row = choice_row(choice, 60, UNICODE, cursor=" ")
    shown = [(text, role) for text, role in row if text.strip()]
    assert shown[0] == ("Projects/Bifrost/", "muted")
    assert shown[1] == ("Deep", "hit")


def test_views_can_be_gone_to_and_what_is_not_subscribed_comes_later() -> None:
    faxes = make(30, "Faxes", subscribed=False)
    fax = make(31, "Fax numbers")
    offer = Offer({WORK: (*FOLDERS, faxes, fax)}, {WORK: "work"}, views={"Flagged": Flagged()})
    first = offer.choices("").choices[0]
    assert (first.label, first.view, first.folder) == ("Flagged", Flagged(), None)
    assert [each.view for each in offer.choices("flag").choices] == [Flagged()]
    found = offer.choices("fax").choices
    assert [(each.label, each.why) for each in found] == [
        ("Fax numbers", ""),
        ("Faxes", "not subscribed"),
    ]
    assert "new folder" not in plain_text(choice_row(first, 60, UNICODE, cursor=" "))
