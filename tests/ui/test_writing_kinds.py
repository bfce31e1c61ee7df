"""Answers, forwards and the rest, from the list to the composer, and what goes along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.ui.sample_mail import sample_account
from tests.ui.stage import Stage, open_stage
from tests.waiting import until
from tuimail.model.draft import Draft, Writing
from tuimail.text.address import make_address
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.mailbox import MailboxScreen


async def composer(stage: Stage) -> ComposeScreen:
    return await stage.composer()


async def mailbox(stage: Stage) -> MailboxScreen:
    await until(lambda: isinstance(stage.app.screen, MailboxScreen), describe="the mailbox")
    assert isinstance(stage.app.screen, MailboxScreen)
    return stage.app.screen


async def test_a_message_is_passed_on_in_every_way(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        key = (await mailbox(stage)).at_hand
        assert key is not None
        raw = b"From: kim@x.example\r\nSubject: Contract\r\n\r\nText\r\n"
        stage.store.write(lambda tx: tx.store_part(key.key, "", raw)).result()
        message = stage.store.read.message(key.key)
        assert message is not None

        await stage.press("f")
        draft = (await composer(stage)).current()
        assert draft.writing is Writing.FORWARD
        assert draft.subject.startswith("Fwd: ")
        assert draft.forward_of == key.key
        assert "---------- Forwarded message" in draft.body
        await stage.press("escape")
        await mailbox(stage)

        await stage.press("x", "a")
        draft = (await composer(stage)).current()
        (file,) = draft.files
        assert file.content_type == "message/rfc822"
        assert stage.store.read.draft_files.data([file])[file.id] == raw
        await stage.shows(f"@ 1 {file.name}")
        await stage.press("escape")
        await mailbox(stage)

        await stage.press("x", "e")
        draft = (await composer(stage)).current()
        assert (draft.subject, draft.body, draft.writing) == ("Contract", "Text", Writing.EDIT)
        await stage.press("escape")
        await mailbox(stage)

        await stage.press("x", "l")
        await stage.shows("names no mailing list")

        await stage.press("x", "b")
        screen = await composer(stage)
        await stage.shows("Bounce")
        before = screen.current().body
        await stage.press("ctrl+t")
        await stage.shows("goes on as it is")
        await stage.press("k", "i", "m", "@", "x", ".", "e", "x", "tab", "tab", "Z")
        assert screen.current().body == before
        await stage.press("ctrl+s")
        await stage.asks()
        await stage.press("y")
        await mailbox(stage)
        (item,) = stage.store.read.outbox()
        sent = stage.store.read.outbox_raw(item.id)
        assert sent.startswith(b"Resent-Date:")
        assert sent.endswith(raw)
        assert item.forward_of == key.key


async def test_files_are_attached_shown_taken_off_and_sent(tmp_path: Path) -> None:
    """By path with completion, by pattern, pasted; what cannot be read is said in words."""
    place = tmp_path / "files"
    place.mkdir()
    (place / "contract-v5.pdf").write_bytes(b"%PDF" * 16_384)
    (place / "notes 1.txt").write_text("one")
    (place / "notes 2.txt").write_text("two")
    async with open_stage(tmp_path) as stage:
        stage.app.open_composer(Draft(stage.account, to="kim@x.example", subject="Hi", body="Hi"))
        screen = await composer(stage)

        await stage.press("ctrl+t")
        await stage.shows("A path, a pattern")
        for letter in f"{place}/con":
            await stage.pilot.press("slash" if letter == "/" else letter)
        await stage.shows("contract-v5.pdf")
        await stage.press("tab", "enter")
        await stage.shows("@ 1 contract-v5.pdf 64 KB")

        stage.app.screen.screen.query_one("#text").focus()
        await stage.pilot.pause()
        screen.attach_files([place / "notes 1.txt", place / "missing.txt", place])
        await stage.shows("There is no file")
        await until(lambda: len(screen.current().files) == 2, describe="what could be read")
        (place / "notes 1.txt").unlink()

        await stage.press("alt+t")
        await stage.shows("Take off")
        await stage.press("enter")
        await until(lambda: len(screen.current().files) == 1, describe="one is off")
        await stage.press("ctrl+s")
        await stage.asks()
        await stage.press("y")
        await mailbox(stage)
        (item,) = stage.store.read.outbox()
        assert b'filename="notes 1.txt"' in stage.store.read.outbox_raw(item.id)
        await stage.press("u")
        screen = await composer(stage)
        (file,) = screen.current().files
        assert stage.store.read.draft_files.data([file])[file.id] == b"one"


async def test_the_sender_is_what_the_mail_came_to_and_can_be_changed(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        account = stage.app.accounts[stage.account]
        sales = make_address("Anna at Sales", "sales@contoso.com")
        aliased = replace(account, aliases=(sales,))
        stage.app.accounts = {stage.account: aliased}
        await stage.press("m")
        screen = await composer(stage)
        assert screen.current().sender == ""
        await stage.press("ctrl+o")
        await stage.shows("Anna at Sales <sales@contoso.com>")
        await stage.press("j", "enter")
        await until(lambda: screen.current().sender == str(sales), describe="the other sender")
        await stage.shows("From     Anna at Sales <sales@contoso.com>")


async def test_a_draft_goes_to_another_mailbox_whole_and_asks_for_receipts(tmp_path: Path) -> None:
    """Mutations that turn it red: no `keeper.move` in `_write_as`; no `asks_receipt` in the draft.

    It is stored in one of the two at each moment, with its files, and sent from the other.
    """
    plan = tmp_path / "plan.txt"
    plan.write_text("one")
    async with open_stage(tmp_path / "home") as stage:
        home = stage.store.write(lambda tx: tx.ensure_account("home")).result()
        other = replace(sample_account(home, "home"), address="anna@home.example")
        stage.app.accounts = {**stage.app.accounts, home: other}
        stage.app.open_composer(Draft(stage.account, to="kim@x.example", subject="Hi"))
        screen = await composer(stage)
        screen.attach_files([plan])
        await until(lambda: len(screen.current().files) == 1, describe="the file")
        await stage.press("O", "k")
        await until(
            lambda: [one.account_id for one in stage.store.read.drafts()] == [stage.account]
        )
        (before,) = stage.store.read.drafts()
        await stage.press("ctrl+o")
        await stage.shows("anna@home.example")
        await stage.press("j", "enter")
        await stage.shows("From     anna@home.example")
        await until(lambda: [one.account_id for one in stage.store.read.drafts()] == [home])
        (after,) = stage.store.read.drafts()
        assert (after.body, after.files) == ("Ok", before.files)
        assert after.id != before.id

        for said in ("Servers are asked to report", "Its readers are asked", "its readers for"):
            await stage.press("f7")
            await stage.shows(said)
        await until(lambda: [one.asks_report for one in stage.store.read.drafts()] == [True])
        await stage.press("ctrl+s")
        await stage.asks()
        await stage.press("y")
        await mailbox(stage)
        (item,) = stage.store.read.outbox()
        assert (item.account_id, item.mail_from, item.notify) == (home, "anna@home.example", True)
        header = stage.store.read.outbox_raw(item.id).partition(b"\r\n\r\n")[0]
        assert b"\r\nDisposition-Notification-To: anna@home.example" in header
        assert stage.store.read.drafts() == []


async def test_several_are_written_at_once_while_mail_is_read(tmp_path: Path) -> None:
    """Mutations that turn it red: no `desk.put` in `_put_aside`; no history taken up again."""
    async with open_stage(tmp_path) as stage:
        await mailbox(stage)
        for subject in ("One", "Two"):
            stage.app.open_composer(Draft(stage.account, to="kim@x.example", subject=subject))
            screen = await composer(stage)
            await stage.press(*subject, "f6")
            await mailbox(stage)
        await stage.shows("writing 2")
        await stage.press("j", "enter")
        await stage.press("escape")

        await stage.press("g", "w")
        screen = await composer(stage)
        assert screen.current().subject == "One"
        assert screen.focused is not None and screen.focused.id == "text"
        await stage.press("ctrl+z")  # what was typed before it was put aside
        assert screen.current().body == ""
        await stage.press("ctrl+y")
        assert screen.current().body == "One"
        await stage.press("Z")
        assert screen.current().body == "OneZ"
        await stage.press("alt+w")
        await until(lambda: stage.app.screen is not screen, describe="it is left")
        screen = await composer(stage)
        assert screen.current().subject == "Two"
        await stage.press("escape")
        await mailbox(stage)
        await stage.shows("writing 1")
        await stage.press("g", "w")
        assert (await composer(stage)).current().body == "OneZ"
        await stage.press("escape")
        await mailbox(stage)
        await stage.press("g", "w")
        await stage.shows("Nothing is being written")
        assert sorted(one.subject for one in stage.store.read.drafts()) == ["One", "Two"]


async def test_an_answer_quotes_the_passage_that_is_selected(tmp_path: Path) -> None:
    """Mutation that turns it red: `_passage` that returns None."""
    async with open_stage(tmp_path) as stage:
        screen = await mailbox(stage)
        await stage.press("enter")
        await until(lambda: screen.reader.reading is not None, describe="the text")
        screen.reader.focus()
        await stage.press("V")
        passage = screen.reader.text_body.passage
        assert passage is not None
        await stage.press("V", "j", "j")
        selected = passage.text.split("\n")
        assert len(selected) == 3 and selected[-1].strip()
        await stage.press("r")
        body = (await composer(stage)).current().body
        quoted = [line for line in body.split("\n") if line.startswith(">")]
        assert quoted == [f"> {line}".rstrip() for line in selected]
