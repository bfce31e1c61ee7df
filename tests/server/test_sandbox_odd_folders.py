"""Localised, odd and broken mailboxes of the sandbox."""

from __future__ import annotations

import pytest

from tests.server.raw_imap import RawImap
from tuimail.sandbox.folder_names import DEFAULT_FOLDERS, LOCALISED
from tuimail.sandbox.imap_shapes import SHAPES
from tuimail.sandbox.odd_folders import add_odd_folders, add_placeholders, add_shapes_folder
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"


def connected(sandbox: Sandbox) -> RawImap:
    client = RawImap(sandbox)
    client.sign_in(ANNA, sandbox.entra.mint(ANNA))
    return client


def test_a_german_mailbox_keeps_the_role_flags_and_inbox(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("sandbox")
    with Sandbox(directory, language="de") as sandbox, connected(sandbox) as client:
        assert client.command(b'LIST "" "*"') == [
            b'* LIST (\\HasNoChildren) "/" Archiv',
            b'* LIST (\\HasNoChildren) "/" Aufgaben',
            b'* LIST (\\HasNoChildren \\Drafts) "/" Entw&APw-rfe',
            b'* LIST (\\HasNoChildren \\Trash) "/" "Gel&APY-schte Elemente"',
            b'* LIST (\\HasNoChildren \\Sent) "/" "Gesendete Elemente"',
            b'* LIST (\\Marked \\HasNoChildren) "/" INBOX',
            b'* LIST (\\HasNoChildren) "/" Journal',
            b'* LIST (\\HasNoChildren \\Junk) "/" Junk-E-Mail',
            b'* LIST (\\HasNoChildren) "/" Kalender',
            b'* LIST (\\HasNoChildren) "/" Kontakte',
            b'* LIST (\\HasNoChildren) "/" Notizen',
            b'* LIST (\\HasNoChildren) "/" Postausgang',
            b'* LIST (\\HasNoChildren) "/" Unterhaltungsverlauf',
            b"T OK LIST completed.",
        ]
        assert client.command(b"DELETE Kalender") == [b"T NO Can't delete a default folder."]


@pytest.mark.parametrize("language", sorted(LOCALISED))
def test_a_mailbox_can_change_its_language(fresh_sandbox: Sandbox, language: str) -> None:
    mailbox = fresh_sandbox.mailbox(ANNA)
    mailbox.with_role("\\Sent").append(b"Subject: kept\r\n\r\n")
    before = {folder.original: folder.uidvalidity for folder in mailbox.folders()}
    mailbox.localise(language)
    assert {folder.original: folder.uidvalidity for folder in mailbox.folders()} == before
    assert set(before) == set(DEFAULT_FOLDERS)
    assert set(LOCALISED[language]) <= set(DEFAULT_FOLDERS)
    assert len(mailbox.with_role("\\Sent")) == 1
    assert mailbox.folder("INBOX").original == "INBOX"


def test_what_is_no_mail_shows_as_placeholders(fresh_sandbox: Sandbox) -> None:
    mailbox = fresh_sandbox.mailbox(ANNA)
    mailbox.localise("de")
    add_placeholders(mailbox)
    with connected(fresh_sandbox) as client:
        client.command(b"SELECT Kalender")
        assert client.command(b"FETCH 3 (ENVELOPE)")[0] == (
            b'* 3 FETCH (ENVELOPE (NIL "Retrieval using the IMAP4 protocol failed for the '
            b'following message: 3" (("Microsoft Exchange Server" NIL NIL ".MISSING-HOST-NAME.")) '
            b'NIL NIL (("anna@contoso.example" NIL "anna" "contoso.example")) NIL NIL NIL NIL))'
        )
        text = client.command(b"FETCH 1 (BODY.PEEK[TEXT])")[0]
        assert b"The server couldn't retrieve the following message:\r\n\r\n" in text
        assert b'Subject: "Dentist"\r\nFrom: "Anna Lindqvist"\r\nSent date: ' in text
        assert b"The message hasn't been deleted." in text


def test_names_that_break_clients_are_listed_as_exchange_does(fresh_sandbox: Sandbox) -> None:
    add_odd_folders(fresh_sandbox.mailbox(ANNA))
    with connected(fresh_sandbox) as client:
        listed = client.command(b'LIST "" "*"')
        assert b'* LIST (\\HasNoChildren) "/" Order\tno 7' in listed
        assert b'* LIST (\\HasNoChildren) "/" Kategorie/Przesy&AUI-ki' in listed
        assert b'* LIST (\\HasNoChildren) "/" "R&-D/F&APY-rslag &- id&AOk-er"' in listed
        assert b'* LIST (\\HasNoChildren) "/" "Sync Issues/Local Failures"' in listed
        deepest = max(listed, key=lambda line: line.count(b"/"))
        assert deepest.endswith(b'/Level 20"')
        assert client.command(b'SELECT "Order\tno 7"')[-1].startswith(b"T OK")
        subscribed = client.command(b'LSUB "" "*"')
        assert b'* LSUB (\\HasNoChildren) "/" "INBOX/Sent Messages"' in subscribed
        assert not any(b"INBOX/Sent Messages" in line for line in listed)


def test_each_broken_shape_is_on_the_wire(fresh_sandbox: Sandbox) -> None:
    add_shapes_folder(fresh_sandbox.mailbox(ANNA))
    with connected(fresh_sandbox) as client:
        client.command(b"SELECT Shapes")
        rows = client.command(b"FETCH 1:* (ENVELOPE BODYSTRUCTURE)")[:-1]
    found = dict(zip(SHAPES, rows, strict=True))
    whole = b'("inline" ("filename" "dot.png"))'
    assert b'NIL "inline" NIL NIL)' in found["bare-disposition"]
    assert b"NIL (NIL NIL) NIL NIL)" in found["nil-disposition"]
    assert b'"mixed" ("boundary" "b1") "A description" NIL NIL NIL)' in found["stray-description"]
    assert b'(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL) 0' in found["empty-part"]
    assert b'"dot@shapes.example"' in found["bare-content-id"]
    assert b'BODYSTRUCTURE ((("text"' in found["wrong-nesting"]
    assert b'(("Microsoft Exchange Server" NIL NIL ".MISSING-HOST-NAME."))' in found["missing-host"]
    assert b'("Kim Chu" NIL "kim" NIL)' in found["nil-host"]
    assert b"ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" in found["nil-envelope"]
    for shape in ("missing-host", "nil-host", "nil-envelope"):
        assert whole in found[shape]


def test_any_message_can_be_given_a_shape(fresh_sandbox: Sandbox) -> None:
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    inbox.append(b"Message-ID: <1@x.example>\r\n\r\nText\r\n")
    plain = b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1 NIL '
    shapes = fresh_sandbox.imap_server.shapes
    with connected(fresh_sandbox) as client:
        client.command(b"SELECT INBOX")
        shapes["<1@x.example>"] = "nil-disposition"
        assert plain + b"(NIL NIL) NIL NIL)" in client.command(b"FETCH 1 (BODYSTRUCTURE)")[0]
        shapes[1] = "bare-disposition"
        assert plain + b'"inline" NIL NIL)' in client.command(b"FETCH 1 (BODYSTRUCTURE)")[0]
        for shape in SHAPES:
            shapes[1] = shape
            answer = client.command(b"FETCH 1 (ENVELOPE BODY BODYSTRUCTURE)")
            assert answer[-1] == b"T OK FETCH completed.", shape


@pytest.mark.parametrize("gaps", [0, 9])
def test_uids_are_dense_or_sparse(fresh_sandbox: Sandbox, gaps: int) -> None:
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    uids = inbox.extend_generated(500, lambda number: b"Subject: %d\r\n\r\n" % number, gaps=gaps)
    assert len(uids) == 500
    assert (uids[-1] == 500) == (gaps == 0)
    assert inbox.uids() == list(uids)
    with connected(fresh_sandbox) as client:
        assert b"* 500 EXISTS" in client.command(b"SELECT INBOX")
        last = uids[-1]
        rows = client.command(b"UID FETCH %d:* (FLAGS)" % (uids[-2] + 1))
        assert rows[:-1] == [b"* 500 FETCH (FLAGS (\\Seen) UID %d)" % last]
        subject = client.command(b"UID FETCH %d (BODY.PEEK[HEADER.FIELDS (SUBJECT)])" % last)[0]
        assert b"Subject: 499" in subject
        inbox.renumber()
        inbox.append(b"Subject: new\r\n\r\n")
    assert inbox.uids() == list(range(1, 502))
    assert inbox.messages[499].raw == b"Subject: 499\r\n\r\n"


def test_reserved_and_impossible_names_are_refused(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as client:
        assert client.command(b"CREATE Files") == [b"T NO Folder name is reserved."]
        assert client.command(b"CREATE a//b") == [b"T BAD Command Argument Error. 12"]
        assert client.command(b"CREATE a") == [b"T OK CREATE completed."]
        assert client.command(b"RENAME a FILES") == [b"T NO Folder name is reserved."]
        assert client.command(b"RENAME a a/b")[-1].startswith(b"T NO ")
        assert client.command(b"CREATE " + b"x/" * 301) == [b"T BAD Command Argument Error. 12"]
