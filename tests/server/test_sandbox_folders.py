"""The sandbox's folders: listed, named, counted and opened as Exchange Online does it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.raw_imap import RawImap
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"


@pytest.fixture
def client(fresh_sandbox: Sandbox) -> Iterator[RawImap]:
    with RawImap(fresh_sandbox) as connection:
        connection.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        yield connection


def test_list_shows_everything_in_exchanges_form(client: RawImap) -> None:
    assert client.command(b'LIST "" "*"') == [
        b'* LIST (\\HasNoChildren) "/" Archive',
        b'* LIST (\\HasNoChildren) "/" Calendar',
        b'* LIST (\\HasNoChildren) "/" Contacts',
        b'* LIST (\\HasNoChildren) "/" "Conversation History"',
        b'* LIST (\\HasNoChildren \\Trash) "/" "Deleted Items"',
        b'* LIST (\\HasNoChildren \\Drafts) "/" Drafts',
        b'* LIST (\\Marked \\HasNoChildren) "/" INBOX',
        b'* LIST (\\HasNoChildren) "/" Journal',
        b'* LIST (\\HasNoChildren \\Junk) "/" "Junk Email"',
        b'* LIST (\\HasNoChildren) "/" Notes',
        b'* LIST (\\HasNoChildren) "/" Outbox',
        b'* LIST (\\HasNoChildren \\Sent) "/" "Sent Items"',
        b'* LIST (\\HasNoChildren) "/" Tasks',
        b"T OK LIST completed.",
    ]


def test_percent_does_not_cross_the_delimiter(client: RawImap) -> None:
    client.command(b"CREATE Projects/Bifrost")
    assert b'* LIST (\\HasChildren) "/" Projects' in client.command(b'LIST "" "%"')
    assert client.command(b'LIST "" "Projects/%"')[0].endswith(b" Projects/Bifrost")


def test_list_extended_is_an_argument_error(client: RawImap) -> None:
    assert client.command(b'LIST "" "*" RETURN (SUBSCRIBED)') == [
        b"T BAD Command Argument Error. 12"
    ]


def test_names_travel_in_modified_utf7(client: RawImap, fresh_sandbox: Sandbox) -> None:
    assert client.command(b'CREATE "Fika &- K&APY-k"') == [b"T OK CREATE completed."]
    assert fresh_sandbox.mailbox(ANNA).folder("Fika & Kök").name == "Fika & Kök"
    fresh_sandbox.mailbox(ANNA).create("日本語/台北")
    listed = client.command(b'LIST "" "*"')
    assert b'* LIST (\\HasNoChildren) "/" "Fika &- K&APY-k"' in listed
    assert b'* LIST (\\HasChildren) "/" &ZeVnLIqe-' in listed
    assert b'* LIST (\\HasNoChildren) "/" &ZeVnLIqe-/&U,BTFw-' in listed
    assert client.command(b"SELECT &ZeVnLIqe-/&U,BTFw-")[-1].startswith(b"T OK")


def test_names_are_case_insensitive(client: RawImap) -> None:
    assert client.command(b"CREATE archive") == [b"T NO Mailbox already exists."]
    assert client.command(b"SELECT inbox")[-1] == b"T OK [READ-WRITE] SELECT completed."


def test_a_bare_space_in_a_name_is_an_argument_error(client: RawImap) -> None:
    assert client.command(b"SELECT Sent Items") == [b"T BAD Command Argument Error. 12"]


def test_a_missing_folder_is_refused(client: RawImap) -> None:
    assert client.command(b"SELECT Nowhere")[-1].startswith(b"T NO ")
    assert client.command(b"APPEND Nowhere {1+}\r\nx")[-1].startswith(b"T NO [TRYCREATE] ")


def test_select_reports_the_folder(client: RawImap, fresh_sandbox: Sandbox) -> None:
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    inbox.append(b"Subject: 1\r\n\r\n", ["\\Seen"])
    inbox.append(b"Subject: 2\r\n\r\n")
    assert client.command(b"SELECT INBOX") == [
        b"* 2 EXISTS",
        b"* 0 RECENT",
        b"* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)",
        b"* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] "
        b"Permanent flags",
        b"* OK [UNSEEN 2] Is the first unseen message",
        b"* OK [UIDVALIDITY 14] UIDVALIDITY value",
        b"* OK [UIDNEXT 3] The next unique identifier value",
        b"T OK [READ-WRITE] SELECT completed.",
    ]
    assert client.command(b"STATUS INBOX (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)") == [
        b"* STATUS INBOX (MESSAGES 2 UNSEEN 1 UIDNEXT 3 UIDVALIDITY 14) ",
        b"T OK STATUS completed.",
    ]
    assert client.command(b"UNSELECT") == [b"T OK UNSELECT completed."]
    assert client.command(b"FETCH 1 (FLAGS)") == [b"T BAD Command received in Invalid state."]


def test_examine_does_not_let_anything_change(client: RawImap, fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.mailbox(ANNA).folder("INBOX").append(b"Subject: 1\r\n\r\n")
    client.command(b"EXAMINE INBOX")
    assert client.command(b"UID STORE 1 +FLAGS (\\Seen)")[-1].startswith(b"T NO ")
    client.command(b"UID FETCH 1 (BODY[])")
    assert fresh_sandbox.mailbox(ANNA).folder("INBOX").messages[0].flags == frozenset()


def test_subscriptions_may_name_what_does_not_exist(client: RawImap) -> None:
    assert client.command(b'SUBSCRIBE "INBOX/Sent Messages"') == [b"T OK SUBSCRIBE completed."]
    client.command(b"UNSUBSCRIBE Tasks")
    listed = client.command(b'LSUB "" "*"')
    assert b'* LSUB (\\HasNoChildren) "/" "INBOX/Sent Messages"' in listed
    assert not any(line.endswith(b" Tasks") for line in listed)


def test_rename_and_delete_take_the_children_along(client: RawImap) -> None:
    client.command(b"CREATE Projects/Bifrost/2026")
    assert client.command(b"RENAME Projects Work") == [b"T OK RENAME completed."]
    assert client.command(b'LIST "" "Work/*"')[1].endswith(b" Work/Bifrost/2026")
    assert client.command(b"DELETE Work") == [b"T OK DELETE completed."]
    assert client.command(b'LIST "" "Work*"') == [b"T OK LIST completed."]
    assert client.command(b"DELETE INBOX")[-1].startswith(b"T NO ")


def test_a_new_uidvalidity_renumbers_and_ends_the_session(
    client: RawImap, fresh_sandbox: Sandbox
) -> None:
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    for number in range(3):
        inbox.append(b"Message-ID: <%d@x.example>\r\n\r\n" % number)
    inbox.expunge([1])
    client.command(b"SELECT INBOX")
    inbox.renumber()
    assert b"* BYE Connection closed. 14" in [*client.command(b"NOOP"), client.line()]
    assert inbox.uidvalidity == 15
    assert inbox.uids() == [1, 2]
    assert inbox.find_message_id("<2@x.example>") == {2}
