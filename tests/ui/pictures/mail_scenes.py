"""Pictures of the mail: lists, folders, readers, and what opens over them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.ui.pictures.mailbox import RELEASE_SUBJECT
from tests.ui.pictures.scene import Scene, after, at, keys, mailbox, opened
from tests.ui.sample_mail import NOW, key_of
from tests.ui.stage import Stage
from tests.ui.test_jobs import throttle
from tuimail.model.flags import FLAGGED
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.status import Connectivity
from tuimail.ui.arrangement import Layout

_NUMBERS: Final = "Quarterly numbers: final before the board"
_CONTRACT: Final = "Contract draft v4 with our comments"
_MARKED: Final = (
    "Translation of the safety sheet",
    "Re: Printer on floor 3 again",
    "Minutes, architecture round 18",
)


async def _mark_three(stage: Stage) -> None:
    for subject in _MARKED:
        await at(subject)(stage)
        await stage.press("space")
    await at(_CONTRACT)(stage)


async def _offline(stage: Stage) -> None:
    stage.engine.set_status(
        stage.account,
        Connectivity.OFFLINE,
        since=NOW - timedelta(minutes=3),
        online_at=NOW - timedelta(minutes=3),
        next_attempt=NOW + timedelta(minutes=1),
    )
    await stage.shows("offline, as of 09:41")


async def _throttled(stage: Stage) -> None:
    throttle(stage)
    await stage.shows("throttled")


async def _sign_in_needed(stage: Stage) -> None:
    stage.engine.set_status(
        stage.account, Connectivity.SIGN_IN_REQUIRED, since=NOW - timedelta(minutes=3)
    )
    await stage.shows("sign-in needed")


async def _flagged_elsewhere(stage: Stage) -> None:
    """Let a message of the conversation be flagged, so that each of its signs is seen."""
    key = key_of(stage.store, stage.account, RELEASE_SUBJECT)
    rows = stage.store.read.thread(key)
    stage.store.submit([NewIntent(stage.account, rows[1].key, StoreFlags(add=FLAGGED))]).result()


async def _stacked(stage: Stage) -> None:
    """Go through the layouts to the one with the list over the reader."""
    while mailbox(stage).layout_now is not Layout.STACK:
        await stage.press("w")
    await stage.shows("Hi both")


_READER: Final = opened(_NUMBERS, "Hi both")

MAIL_SCENES: Final = (
    Scene("list", _mark_three, "main_one"),
    Scene("columns", at(_NUMBERS), "main_three"),
    Scene("unfolded", after(at(RELEASE_SUBJECT), keys("z", shows="Carla Reyes")), "main_threads"),
    Scene("list-over-reader", after(at(_NUMBERS), _stacked), "main_stack"),
    Scene("folders", after(at(_CONTRACT), keys("c", shows="Sent Items")), "tree_over"),
    Scene("all-inboxes", keys("g", "a", shows="All inboxes"), "unified"),
    Scene("empty", keys("g", "e", shows="Archive is empty"), "empty"),
    Scene("offline", _offline, "offline"),
    Scene("throttled", _throttled, "throttled"),
    Scene("sign-in-needed", _sign_in_needed, "signin"),
    Scene("reader", _READER, "reader"),
    Scene("reader-outside", opened(_CONTRACT, "We accept"), "reader_ext"),
    Scene("reader-forged", opened("Your mailbox is almost full", "Dear user"), "reader_bad"),
    Scene(
        "invitation", opened("Invitation: Board prep, Thu 26 Nov 14:00", "not answered"), "invite"
    ),
    Scene("headers", after(_READER, keys("H", shows="Message-ID"))),
    Scene("source", after(_READER, keys("S", screen="SourceScreen"))),
    Scene("links", after(_READER, keys("l", screen="LinkSheet"))),
    Scene("attachments", after(_READER, keys("v", screen="AttachmentSheet"))),
    Scene("find-in-text", after(_READER, keys("slash", *"numbers", shows="numbers"))),
    Scene(
        "conversation",
        after(_flagged_elsewhere, at(RELEASE_SUBJECT), keys("enter", shows="Thursday works")),
        "conv",
    ),
    Scene("search", keys("slash", *"budget", shows="found"), "search"),
    Scene("search-nothing", keys("slash", *"budgte", shows="Nothing found"), "nomatch"),
    Scene("limit", keys("backslash", screen="LineSheet")),
    Scene("limited", keys("backslash", *"kim", "enter", shows="Contract")),
    Scene("sort", keys("o", screen="SortSheet")),
    Scene("move-to", keys("s", screen="LineSheet")),
    Scene("go-to", keys("g", "f", screen="LineSheet")),
    Scene("folder-settings", keys("c", "i", screen="FolderSettingsSheet")),
    Scene("offline-folder", keys("c", "o", screen="KeepSheet")),
    Scene("archived", keys("a", shows="moved to Archive"), "deleted"),
    Scene("commands", keys("ctrl+p", *"ar"), "palette"),
    Scene("command-line", keys("colon", *"move pr"), "colon"),
    Scene("prefix", keys("g", "escape", "g"), "which"),
    Scene("help", keys("question_mark", screen="HelpScreen"), "help"),
    Scene("help-reader", after(_READER, keys("question_mark", screen="HelpScreen"))),
    Scene("keys", keys("g", "K", shows="outlook")),
    Scene("theme", keys("g", "c", screen="ThemeSheet")),
)
