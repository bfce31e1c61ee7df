"""Drafts in the server's Drafts, on both servers, over a line that breaks at the worst place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from tests.server.both_servers import Mailbox, through
from tests.server.client import mail
from tests.server.faults import Rule
from tests.server.intent_line import Line, impatient  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.mime.builder import build, make_message_id
from tuimail.model.draft import Draft, DraftProtection
from tuimail.model.folder import FolderRole
from tuimail.model.outbox import OutgoingMessage
from tuimail.text.address import make_address

WITHOUT_APPENDUID: Final = Rule(re.compile(rb" \[APPENDUID [^\]]*\]"), b"")
WITHOUT_UIDPLUS: Final = Rule(re.compile(rb"(CAPABILITY\b.*?) UIDPLUS\b"), rb"\1")
APPENDED: Final = rb"^.*\[APPENDUID .*"
EXPUNGED: Final = rb"^\* \d+ EXPUNGE"
BOTH_WAYS: Final = pytest.mark.parametrize("line", [(), (WITHOUT_APPENDUID,)], indirect=True)


@pytest.fixture(params=[()])
def line(mailbox: Mailbox, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Line]:
    """Online; parametrised with rules for what the server says."""
    with mailbox.proxy(text=True) as proxy:
        proxy.faults.rules = list(request.param)
        with mailbox.client(tmp_path, through(mailbox, proxy)) as client:
            client.sign_in()
            client.start()
            wait_until(lambda: bool(client.store.read.folders(client.account.id)), 30.0, "folders")
            yield Line(client, proxy, mailbox)


def written(line: Line, text: str = "One") -> Draft:
    return Draft(
        line.client.account.id,
        to="ann@contoso.example, someb",
        bcc="boss@contoso.example",
        subject="Lunch",
        body=text,
    )


def keep(line: Line, draft: Draft) -> Draft:
    """Put a draft away, as the composer does when it is closed."""
    store = line.client.store
    number = store.write(lambda tx: tx.save_draft(draft)).result()
    store.write(lambda tx: tx.settle_draft(number)).result()
    line.client.engine.wake()
    return replace(draft, id=number)


def discard(line: Line, draft: Draft) -> None:
    line.client.store.write(lambda tx: tx.delete_draft(draft.id or 0)).result()
    line.client.engine.wake()


def send(line: Line, draft: Draft, *, hold: float) -> int:
    """Put the draft into the outbox, where it waits for `hold` seconds."""
    complete = replace(draft, to="ann@contoso.example")
    sender = make_address("", line.client.account.address)
    made = make_message_id("contoso.example")
    built = build(complete, sender=sender, message_id=made, date=datetime.now(UTC))
    outgoing = OutgoingMessage(
        account_id=draft.account_id,
        raw=built.raw,
        message_id=built.message_id,
        mail_from=built.mail_from,
        rcpt_to=(line.mailbox.colleague,),
        to_text=built.to_text,
        subject=built.subject,
        draft_id=draft.id,
        hold_seconds=hold,
    )
    number = line.client.store.write(lambda tx: tx.queue_message(outgoing)).result()
    line.client.engine.wake()
    return number


def on_server(line: Line) -> list[bytes]:
    """Return every message in the server's Drafts."""
    found = []
    with line.mailbox.peer(None) as other:
        other.select('"Drafts"', readonly=True)
        for number in other.search(None, "ALL")[1][0].split():
            row = other.fetch(number.decode(), "(BODY.PEEK[])")[1][0]
            assert isinstance(row, tuple)
            found.append(row[1])
    return found


def sent_items(line: Line) -> str:
    """Return the path of the folder of what was sent."""
    found = line.client.store.read.folder_with_role(line.client.account.id, FolderRole.SENT)
    assert found is not None
    return found.path


def texts(line: Line) -> list[bytes]:
    return sorted(raw.partition(b"\r\n\r\n")[2].strip() for raw in on_server(line))


def shown(line: Line) -> list[str]:
    return line.client.subjects(FolderRole.DRAFTS)


@BOTH_WAYS
def test_a_draft_is_on_the_server_once_however_often_it_changes(line: Line) -> None:
    """Mutation that turns it red: no `expunge` in `_Replacing.run`."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    assert texts(line) == [b"One"]
    assert {"\\Draft", "\\Seen"} <= line.mailbox.flags("Drafts", "Lunch")
    assert b"\r\nBcc: boss@contoso.example\r\n" in on_server(line)[0]

    for text in ("Two", "Three"):
        keep(line, replace(draft, body=text))
        line.wait_until_settled()
        assert texts(line) == [text.encode()]

    wait_until(lambda: shown(line) == ["Lunch"], 30.0, "the row of the draft")
    key = line.client.row("Lunch", FolderRole.DRAFTS).key
    assert line.client.store.read.draft_shown_as(key) == draft.id


def test_what_is_to_be_encrypted_is_taken_out_and_never_put_there(line: Line) -> None:
    """Mutation that turns it red: `_fit_for_server` that returns every draft."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    assert texts(line) == [b"One"]
    secret = replace(draft, body="Secret", protection=DraftProtection.PGP_ENCRYPT)
    keep(line, secret)
    line.wait_until_settled()
    assert on_server(line) == []
    keep(line, replace(secret, body="More"))
    other = keep(line, written(line, "Other"))
    line.wait_until_settled()
    assert texts(line) == [b"Other"]
    assert {one.id for one in line.client.store.read.drafts()} == {draft.id, other.id}


@pytest.mark.parametrize("first", [True, False], ids=["new", "replaced"])
def test_an_append_without_an_answer_is_looked_for_and_not_repeated(
    line: Line, first: bool
) -> None:
    """Mutations that turn it red: `begin_draft_copy` after APPEND; `_find` that returns None
    for a copy without UID.
    """
    draft = written(line)
    if not first:
        draft = keep(line, draft)
        line.wait_until_settled()
    mend = line.lose_the_answer(APPENDED)
    keep(line, replace(draft, body="Two"))
    mend()
    line.wait_until_settled()

    assert texts(line) == [b"Two"]


def test_an_append_without_an_answer_that_was_overtaken_by_a_newer_revision(line: Line) -> None:
    """Guards: what was appended in doubt is found and replaced too."""
    mend = line.lose_the_answer(APPENDED)
    draft = keep(line, written(line))
    wait_until(lambda: line.proxy.faults.cut_after == 0, 30.0, "the break")
    keep(line, replace(draft, body="Two"))
    mend()
    line.wait_until_settled()

    assert texts(line) == [b"Two"]


def test_a_removal_without_an_answer_is_finished(line: Line) -> None:
    draft = keep(line, written(line))
    line.wait_until_settled()
    mend = line.lose_the_answer(EXPUNGED)
    keep(line, replace(draft, body="Two"))
    mend()
    line.wait_until_settled()

    assert texts(line) == [b"Two"]


@pytest.mark.parametrize("code", [b"OVERQUOTA", b"TOOBIG"])
def test_a_definite_no_is_told_and_nothing_is_lost(line: Line, code: bytes) -> None:
    """Mutation that turns it red: `expunge` before `_append` in `_Replacing.run` (none is left)."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    line.answer_once(b"APPEND", b"NO [" + code + b"] There is no room.")
    keep(line, replace(draft, body="Two"))
    line.wait_until_settled()

    short, detail = line.notice()
    assert "“Lunch” could not be put into the server's Drafts" in short
    assert "There is no room" in detail
    assert texts(line) == [b"One"]
    kept = line.client.store.read.draft(draft.id or 0)
    assert kept is not None
    assert kept.body == "Two"


def test_a_former_revision_that_may_not_be_removed_is_told_and_hidden(line: Line) -> None:
    """Guards: the next revision takes it out after all."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    line.answer_once(b"EXPUNGE", b"NO [NOPERM] Not this one.")
    keep(line, replace(draft, body="Two"))
    line.wait_until_settled()
    assert "“Lunch” could not be replaced in the server's Drafts" in line.notice()[0]
    assert texts(line) == [b"One", b"Two"]
    wait_until(lambda: shown(line) == ["Lunch"], 30.0, "the row of the draft")

    keep(line, replace(draft, body="Three"))
    line.wait_until_settled()
    assert texts(line) == [b"Three"]


def test_a_passing_no_is_tried_again(line: Line) -> None:
    line.answer_once(b"APPEND", b"NO Not now.")
    keep(line, written(line))
    line.wait_until_settled()

    assert texts(line) == [b"One"]


def test_what_another_program_made_of_the_draft_stays(line: Line) -> None:
    """Guards: only what is known to be tuimail's own former revision is removed."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    with line.mailbox.peer(None) as other:
        other.select('"Drafts"')
        other.store("1", "+FLAGS", "(\\Deleted)")
        other.expunge()
    line.mailbox.file("Drafts", mail("Lunch"), "\\Draft")
    theirs = on_server(line)
    keep(line, replace(draft, body="Two"))
    line.wait_until_settled()

    assert len(on_server(line)) == 2
    assert set(theirs) <= set(on_server(line))


def test_an_edit_by_another_program_under_the_same_message_id_stays(line: Line) -> None:
    """Mutation that turns it red: `_find` that searches though the UID is known."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    edited = on_server(line)[0].replace(b"One", b"Theirs")
    with line.mailbox.peer(None) as other:
        other.select('"Drafts"')
        other.store("1", "+FLAGS", "(\\Deleted)")
        other.expunge()
    line.mailbox.file("Drafts", edited, "\\Draft")
    keep(line, replace(draft, body="Two"))
    line.wait_until_settled()

    assert texts(line) == [b"Theirs", b"Two"]
    said = [notice.short for _, _, _, notice in line.client.store.read.notices(10)]
    assert said == ["The draft “Lunch” was changed elsewhere too."]


@pytest.mark.parametrize(
    ("is_sent", "short"),
    [
        (False, "The draft “Lunch” was removed elsewhere."),
        (True, "The draft “Lunch” was sent by another program."),
    ],
)
def test_a_draft_that_was_taken_away_elsewhere_is_told_as_what_it_was(
    line: Line, is_sent: bool, short: str
) -> None:
    """Mutation that turns it red: a `fate_of` that says the same of each; no look into Sent."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    (raw,) = on_server(line)
    if is_sent:
        line.mailbox.file(sent_items(line), raw, "\\Seen")
    with line.mailbox.peer(None) as other:
        other.select('"Drafts"')
        other.store("1", "+FLAGS", "(\\Deleted)")
        other.expunge()
    keep(line, replace(draft, body="Two"))
    line.wait_until_settled()

    assert texts(line) == [b"Two"]
    (notice,) = [notice for _, _, _, notice in line.client.store.read.notices(10)]
    assert notice.short == short
    assert "in Drafts again as you wrote it" in notice.now


@pytest.mark.parametrize("end", [discard, lambda line, draft: send(line, draft, hold=0)])
def test_what_was_sent_or_discarded_is_taken_off_the_server(
    line: Line, end: Callable[[Line, Draft], object]
) -> None:
    """Mutation that turns it red: no `draft_copies.removed` in `drafts.delete`."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    wait_until(lambda: shown(line) == ["Lunch"], 30.0, "the row of the draft")
    end(line, draft)
    assert shown(line) == []
    line.wait_until_settled()

    assert on_server(line) == []


def test_a_draft_that_is_sent_before_it_was_appended_never_gets_there(line: Line) -> None:
    store = line.client.store
    number = store.write(lambda tx: tx.save_draft(written(line))).result()
    assert store.read.counts().pending_intents == 1
    discard(line, replace(written(line), id=number))

    assert store.read.counts().pending_intents == 0
    assert on_server(line) == []


def test_a_send_that_is_taken_back_leaves_the_draft_on_the_server(line: Line) -> None:
    draft = keep(line, written(line))
    line.wait_until_settled()
    wait_until(lambda: shown(line) == ["Lunch"], 30.0, "the row of the draft")
    before = on_server(line)
    waiting = send(line, draft, hold=600)
    assert shown(line) == []
    line.client.store.write(lambda tx: tx.restore_draft(waiting, draft)).result()
    assert shown(line) == ["Lunch"]
    keep(line, draft)
    line.wait_until_settled()

    assert on_server(line) == before


def test_a_send_that_is_taken_back_late_brings_the_draft_back(line: Line) -> None:
    """The copy was withdrawn already: the restored draft is appended again."""
    draft = keep(line, written(line))
    line.wait_until_settled()
    discard(line, draft)
    line.wait_until_settled()
    keep(line, draft)
    line.wait_until_settled()

    assert texts(line) == [b"One"]


@pytest.mark.parametrize("line", [(WITHOUT_UIDPLUS,)], indirect=True)
def test_without_uidplus_the_former_revision_is_hidden(line: Line) -> None:
    """A bare EXPUNGE would take along what others marked as deleted.

    Mutation that turns it red: no `withdrawn` in `_refold_one` or `_insert`.
    """
    draft = keep(line, written(line))
    line.wait_until_settled()
    keep(line, replace(draft, body="Two"))
    line.wait_until_settled()
    wait_until(lambda: shown(line) == ["Lunch"], 30.0, "the row of the draft")

    assert texts(line) == [b"One", b"Two"]
    folder = line.client.folder(FolderRole.DRAFTS)
    wait_until(lambda: line.client.store.read.server_counts(folder.id)[0] == 2, 30.0, "both rows")
    assert shown(line) == ["Lunch"]
