"""LIST, LSUB, STATUS and SELECT in the words of Exchange and of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import Talk
from tuimail.errors import Throttled
from tuimail.model.folder import FolderRole, ListedFolder

LISTED = (
    '* LIST (\\HasNoChildren) "/" Calendar',
    '* LIST (\\HasNoChildren \\Trash) "/" "Deleted Items"',
    '* LIST (\\HasNoChildren \\Drafts) "/" Drafts',
    '* LIST (\\Marked \\HasNoChildren) "/" INBOX',
    '* LIST (\\HasNoChildren \\Junk) "/" "Junk Email"',
    '* LIST (\\HasNoChildren) "/" Kategorie/Przesy&AUI-ki',
    '* LIST (\\Noselect \\HasChildren) "/" Projects',
    '* LIST (\\HasNoChildren \\Sent) "/" "Sent Items"',
)


def folders_for(
    serve: Serve, subscribed: Callable[[Talk], None], *listed: str
) -> dict[str, ListedFolder]:
    def script(talk: Talk) -> None:
        talk.sign_in(*(listed or LISTED))
        talk.expect('LSUB "" "\\*"')
        subscribed(talk)
        talk.wait_for_the_end()

    session = serve(script).open_session()
    found = {folder.path: folder for folder in session.list_folders()}
    session.close()
    return found


def test_the_answer_of_the_sign_in_is_taken_for_the_tree_only_while_nothing_else_was_asked(
    serve: Serve,
) -> None:
    """A session that was renewed may be asked an hour later, or after a folder was made."""

    def script(talk: Talk) -> None:
        talk.sign_in(*LISTED)
        talk.expect("NOOP")
        talk.ok()
        for command, rows in (
            ('LIST "" "\\*"', [*LISTED, '* LIST () "/" Reports']),
            ('LSUB "" "\\*"', []),
        ):
            talk.expect(command)
            talk.ok(before=rows)
        talk.wait_for_the_end()

    session = serve(script).open_session()
    session.noop()
    assert "Reports" in {folder.path for folder in session.list_folders()}
    session.close()


def test_lsub_that_is_not_understood_means_all_are_subscribed(serve: Serve) -> None:
    """Exchange with IMAP4rev2 answers BAD to LSUB."""
    found = folders_for(serve, lambda talk: talk.bad("Command Argument Error. 12"))
    assert all(folder.subscribed for folder in found.values())


def test_lsub_naming_only_special_folders_means_all_are_subscribed(serve: Serve) -> None:
    found = folders_for(
        serve, lambda talk: talk.ok(before=['* LSUB () "/" INBOX', '* LSUB () "/" "Sent Items"'])
    )
    assert all(folder.subscribed for folder in found.values())


def test_subscribed_are_those_of_lsub_that_exist_and_the_special_ones(serve: Serve) -> None:
    found = folders_for(
        serve,
        lambda talk: talk.ok(
            before=['* LSUB () "/" Calendar', '* LSUB () "/" "INBOX/Sent Messages"']
        ),
    )
    assert [path for path, folder in found.items() if folder.subscribed] == [
        "Calendar",
        "Deleted Items",
        "Drafts",
        "INBOX",
        "Junk Email",
        "Sent Items",
    ]
    assert "INBOX/Sent Messages" not in found


def test_throttled_lsub_is_not_taken_for_an_answer(serve: Serve) -> None:
    with pytest.raises(Throttled):
        folders_for(serve, lambda talk: talk.no("Request is throttled."))


def test_roles_and_names_are_read(serve: Serve) -> None:
    found = folders_for(serve, Talk.ok)
    assert found["Kategorie/Przesy\u0142ki"].role is None
    assert found["Deleted Items"].role is FolderRole.TRASH
    assert found["Junk Email"].role is FolderRole.JUNK
    assert found["INBOX"].role is FolderRole.INBOX
    assert not found["Calendar"].has_mail
    assert not found["Projects"].selectable


def test_roles_by_name_where_the_server_gives_none(serve: Serve) -> None:
    found = folders_for(
        serve,
        Talk.ok,
        '* LIST () "/" inbox',
        '* LIST () "/" "Sent Items"',
        '* LIST (\\Trash) "/" Papierkorb',
        '* LIST () "/" "Deleted Items"',
    )
    assert found["INBOX"].role is FolderRole.INBOX
    assert found["Sent Items"].role is FolderRole.SENT
    assert found["Papierkorb"].role is FolderRole.TRASH
    assert found["Deleted Items"].role is None


def test_odd_lines_of_list_are_read_or_passed_over(serve: Serve) -> None:
    found = folders_for(
        serve,
        Talk.ok,
        '* LIST () "/" A name\twith blanks, unquoted',
        "* LIST () NIL {5}\r\nliter",
        '* LIST () "/" "with \\"quotes\\""',
        '* LIST () "\\\\" back\\slash',
        '* LIST () "/" "8-bit \xfc"',
        '* LIST () "/" "broken &AUI"',
        '* LIST () "/" "&2AA-"',
        "* LIST nonsense",
        '* LIST () "/" ""',
    )
    assert "A name\twith blanks, unquoted" in found
    assert "liter" in found
    assert found["liter"].delimiter is None
    assert 'with "quotes"' in found
    assert found["back\\slash"].delimiter == "\\"
    assert "8-bit \u00fc" in found
    assert len(found) == 7
    for path in found:
        path.encode("utf-8")


def test_second_listing_asks_again(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in(*LISTED)
        talk.expect("LSUB .+")
        talk.ok()
        talk.expect("LIST .+")
        talk.ok(before=['* LIST () "/" INBOX'])
        talk.expect("LSUB .+")
        talk.ok()
        talk.wait_for_the_end()

    session = serve(script).open_session()
    assert len(session.list_folders()) == 8
    assert len(session.list_folders()) == 1
    session.close()


def test_status_of_several_folders_is_asked_in_one_go(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        tags = []
        for path in ("INBOX", "Gone", "Odd"):
            talk.expect(f'STATUS "{path}" \\(MESSAGES UIDNEXT UIDVALIDITY UNSEEN\\)')
            tags.append(talk.tag)
        talk.send(
            "* STATUS INBOX (MESSAGES 231 UIDNEXT 44292 UIDVALIDITY 14 UNSEEN 3)",
            f"{tags[0]} OK done",
            f"{tags[1]} NO Mailbox does not exist",
            '* STATUS "Odd" (MESSAGES many UNSEEN 1)',
            f"{tags[2]} OK done",
        )
        talk.wait_for_the_end()

    session = serve(script).open_session()
    inbox, odd = session.status(["INBOX", "Gone", "Odd"])
    assert (inbox.messages, inbox.uidnext, inbox.uidvalidity, inbox.unseen) == (231, 44292, 14, 3)
    assert (odd.path, odd.messages, odd.unseen) == ("Odd", None, 1)
    session.close()


def test_throttling_of_a_count_is_not_taken_for_a_folder_without_one(serve: Serve) -> None:
    """Guards against going on asking while Exchange asks to wait. Red without `_answered`."""

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect('STATUS "INBOX" \\(UNSEEN\\)')
        talk.send(f"{talk.tag} BAD Request is throttled. Suggested Backoff Time: 3000")
        talk.select()
        talk.wait_for_the_end()

    session = serve(script).open_session()
    with pytest.raises(Throttled):
        session.look("INBOX")
    session.close()


def test_selected_folder_is_kept_up_to_date(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select(exists=3)
        talk.expect("NOOP")
        talk.ok(before=["* 1 EXPUNGE", "* 7 EXISTS", "* OK [UIDNEXT 200] next"])
        talk.wait_for_the_end()

    session = serve(script).open_session()
    chosen = session.ensure_selected("INBOX", 14, read_only=True)
    assert (chosen.exists, chosen.uidnext, chosen.read_only) == (3, 100, True)
    session.noop()
    now = session.ensure_selected("INBOX", 14, read_only=True)
    assert (now.exists, now.uidnext) == (7, 200)
    session.close()


def test_folder_open_for_reading_is_selected_again_for_writing(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select()
        talk.select()
        talk.wait_for_the_end()

    server = serve(script)
    session = server.open_session()
    session.ensure_selected("INBOX", None, read_only=True)
    assert not session.ensure_selected("INBOX", None, read_only=False).read_only
    session.ensure_selected("INBOX", None, read_only=True)
    assert server.talks[0].received[-2:] == ['EXAMINE "INBOX"', 'SELECT "INBOX"']
    session.close()


def test_logout_survives_a_server_that_is_gone(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.hang_up()

    session = serve(script).open_session()
    session.logout()
    assert not session.is_open
