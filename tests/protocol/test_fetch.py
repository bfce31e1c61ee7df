"""FETCH as it arrives: ranges, streams, partial success, broken rows, sections."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import Script, ScriptEndedError, Talk
from tuimail.errors import ConnectionLost, MessageGone, ProtocolViolation
from tuimail.imap.session import ImapSession
from tuimail.imap.wire import Arrived
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import UID

ENVELOPE = (
    '("Mon, 23 Nov 2026 09:32:00 +0100" "Hello" (("Kim" NIL "kim" "example.com")) NIL NIL '
    '(("Lee" NIL "lee" "example.com")) NIL NIL NIL "<1@example.com>")'
)
STRUCTURE = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 1 NIL NIL NIL NIL)'
REFERENCES = "References: <a@example.com>\r\n <b@example.com>\r\n\r\n"


def row(number: int, uid: int, envelope: str = ENVELOPE, structure: str = STRUCTURE) -> str:
    return (
        f"* {number} FETCH (UID {uid} FLAGS (\\Seen) "
        f'INTERNALDATE "23-Nov-2026 10:32:00 +0200" RFC822.SIZE 2048 ENVELOPE {envelope} '
        f"BODYSTRUCTURE {structure} "
        f"BODY[HEADER.FIELDS (REFERENCES)] {{{len(REFERENCES)}}}\r\n{REFERENCES})"
    )


def selected(then: Callable[[Talk], None], *, exists: int = 3) -> Script:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select(exists=exists)
        then(talk)
        talk.wait_for_the_end()

    return script


def fetching(command: str, *lines: str, end: str = "OK FETCH completed.") -> Script:
    def then(talk: Talk) -> None:
        talk.expect(command)
        talk.send(*lines, f"{talk.tag} {end}")

    return selected(then)


@pytest.fixture
def opened(serve: Serve) -> Iterable[Callable[[Script], ImapSession]]:
    sessions: list[ImapSession] = []

    def open_session(script: Script) -> ImapSession:
        session = serve(script).open_session()
        sessions.append(session)
        session.select("INBOX")
        return session

    yield open_session
    for session in sessions:
        session.close()


Opened = Callable[[Script], ImapSession]


def test_newest_are_fetched_by_sequence_range(opened: Opened) -> None:
    """imapclient 4 sends `fetch("2:*")` and then raises ValueError, because it wants numbers."""
    session = opened(fetching(r"FETCH 2:\* \(UID FLAGS .+\)", row(2, 17), row(3, 90)))
    first, second = session.fetch_newest(2)
    assert (first.uid, second.uid) == (17, 90)
    assert first.flags == SEEN
    assert first.internaldate is not None
    assert first.internaldate.isoformat() == "2026-11-23T08:32:00+00:00"
    assert first.envelope.subject == "Hello"
    assert first.references == ("<a@example.com>", "<b@example.com>")
    assert first.problem is None


def test_newest_of_an_empty_folder_asks_nothing(opened: Opened) -> None:
    session = opened(selected(lambda talk: None, exists=0))
    assert list(session.fetch_newest(50)) == []


def test_open_range_drops_the_last_message_that_is_always_named(opened: Opened) -> None:
    session = opened(fetching(r"UID FETCH 100:\* .+", row(3, 99)))
    assert list(session.fetch_range(UID(100), None)) == []


def test_closed_range_is_sent_as_one(opened: Opened) -> None:
    session = opened(fetching(r"UID FETCH 5:17 .+", row(1, 5), row(2, 17)))
    assert [message.uid for message in session.fetch_range(UID(5), UID(17))] == [5, 17]


def test_rows_before_a_partial_refusal_are_kept(opened: Opened) -> None:
    refusal = "NO [*] Some of the requested messages no longer exist."
    session = opened(fetching(".+", row(1, 5), end=refusal))
    assert [message.uid for message in session.fetch_range(UID(5), UID(17))] == [5]


def test_flag_updates_of_others_are_not_taken_for_messages(opened: Opened) -> None:
    session = opened(fetching(".+", "* 2 FETCH (UID 6 FLAGS (\\Answered))", row(1, 5)))
    assert [message.uid for message in session.fetch_range(UID(5), UID(17))] == [5]


@pytest.mark.parametrize(
    ("envelope", "structure"),
    [
        ("NIL", STRUCTURE),
        ('("unfinished', STRUCTURE),
        (ENVELOPE, "NIL"),
        (ENVELOPE, '(("text") "'),
        (ENVELOPE, '("text" "plain" NIL NIL NIL "7bit" "many")'),
        (")))((", ENVELOPE),
    ],
)
def test_one_bad_message_costs_one_message(opened: Opened, envelope: str, structure: str) -> None:
    session = opened(fetching(".+", row(1, 5), row(2, 6, envelope, structure), row(3, 7)))
    good, bad, also_good = session.fetch_range(UID(5), UID(7))
    assert bad.uid == 6
    assert bad.problem
    assert (good.uid, good.problem, also_good.uid, also_good.problem) == (5, None, 7, None)


def test_eight_bit_garbage_in_an_envelope_becomes_text(opened: Opened) -> None:
    envelope = ENVELOPE.replace("Hello", "Gr\xfc\xdfe\x07").replace("Kim", "K\xedm")
    session = opened(fetching(".+", row(1, 5, envelope)))
    (message,) = session.fetch_range(UID(5), UID(5))
    assert message.envelope.subject == "Gr\u00fc\u00dfe"
    assert message.envelope.from_[0].name == "K\u00edm"


def test_uid_at_the_end_and_other_order_are_read(opened: Opened) -> None:
    line = f"* 1 FETCH (BODYSTRUCTURE {STRUCTURE} ENVELOPE {ENVELOPE} RFC822.SIZE 45274 UID 84)"
    session = opened(fetching(".+", line))
    (message,) = session.fetch_range(UID(1), None)
    assert (message.uid, message.size, message.internaldate) == (84, 45274, None)


def test_subject_as_a_literal_is_read(opened: Opened) -> None:
    envelope = ENVELOPE.replace('"Hello"', '{7}\r\n"odd" )')
    session = opened(fetching(".+", row(1, 5, envelope)))
    (message,) = session.fetch_range(UID(5), UID(5))
    assert message.envelope.subject == '"odd" )'
    assert message.envelope.message_id == "<1@example.com>"


def test_flags_are_read_in_either_order(opened: Opened) -> None:
    session = opened(
        fetching(
            r"UID FETCH 1:9 \(UID FLAGS\)",
            "* 1 FETCH (UID 3 FLAGS (\\Seen $MDNSent))",
            "* 2 FETCH (FLAGS () UID 4)",
            '* 3 FETCH (FLAGS ("\\\\Seen") X-ODD (1 (2)) UID 5)',
        )
    )
    assert dict(session.fetch_flags(UID(1), UID(9))) == {
        3: Flags(SEEN.system, frozenset({"$MDNSent"})),
        4: Flags(),
        5: SEEN,
    }


def test_uid_sets_are_compressed_and_cut_to_size(opened: Opened) -> None:
    commands: list[str] = []

    def then(talk: Talk) -> None:
        try:
            while True:
                commands.append(talk.expect(r"UID FETCH [\d:,]+ .+"))
                talk.ok()
        except ScriptEndedError:
            return

    session = opened(selected(then))
    scattered = [UID(number) for number in range(1_000_000, 1_006_000, 2)]
    assert list(session.fetch_uids([*scattered, UID(1), UID(2), UID(3)])) == []
    session.close()
    assert commands[0].startswith("UID FETCH 1:3,1000000,1000002,")
    assert len(commands) == 4
    assert max(map(len, commands)) < 8000
    assert sum(command.count(",") + 1 for command in commands) == 3001


def test_abandoned_stream_does_not_spoil_the_next_command(opened: Opened) -> None:
    def then(talk: Talk) -> None:
        talk.expect("UID FETCH .+")
        talk.ok(before=[row(1, 5), row(2, 6), "* 8 EXISTS", row(3, 7)])
        talk.expect("NOOP")
        talk.ok()

    session = opened(selected(then))
    rows = session.fetch_range(UID(5), None)
    assert next(iter(rows)).uid == 5
    session.noop()
    assert session.selected is not None
    assert session.selected.exists == 8
    with pytest.raises(ConnectionLost):
        next(iter(rows))


def test_abandoned_stream_may_end_while_the_connection_rests(opened: Opened) -> None:
    """Guards against waiting for the end of a FETCH that was read between two commands.

    It happened when the disk filled up in the middle of a FETCH: the next command waited for the
    time-out. Mutation: `read_unasked` does not look for the end of the stream.
    """

    def then(talk: Talk) -> None:
        talk.expect("UID FETCH .+")
        talk.ok(before=[row(1, 5), row(2, 6)])
        talk.expect("NOOP")
        talk.ok()

    session = opened(selected(then))
    assert next(iter(session.fetch_range(UID(5), None))).uid == 5
    for _ in ("the second row", "the end"):
        assert session.watch(5) is Arrived.LINE
    session.noop()


def test_section_comes_in_slices_until_one_is_short(opened: Opened) -> None:
    def then(talk: Talk) -> None:
        for offset, data in ((0, "abcd"), (4, "efgh"), (8, "ij")):
            talk.expect(rf"UID FETCH 9 \(UID BODY.PEEK\[1.2\]<{offset}.4>\)")
            talk.ok(before=[f"* 1 FETCH (UID 9 BODY[1.2]<{offset}> {{{len(data)}}}\r\n{data})"])

    session = opened(selected(then))
    assert list(session.fetch_section(UID(9), "1.2", slice_octets=4)) == [b"abcd", b"efgh", b"ij"]


def test_section_of_a_message_that_is_gone_says_so(opened: Opened) -> None:
    session = opened(fetching("UID FETCH 9 .+"))
    with pytest.raises(MessageGone):
        list(session.fetch_section(UID(9), "1"))


def test_empty_section_is_no_missing_message(opened: Opened) -> None:
    session = opened(fetching("UID FETCH 9 .+", '* 1 FETCH (UID 9 BODY[1]<0> "")'))
    assert list(session.fetch_section(UID(9), "1")) == []


def test_limit_ends_a_section(opened: Opened) -> None:
    session = opened(fetching(r".+<0.3>\)", "* 1 FETCH (BODY[]<0> {3}\r\nabc UID 9)"))
    assert b"".join(session.fetch_section(UID(9), "", limit=3)) == b"abc"


def test_slices_select_their_folder_again_when_another_job_selected_its_own(
    opened: Opened,
) -> None:
    def then(talk: Talk) -> None:
        talk.expect("UID FETCH 9 .+")
        talk.ok(before=["* 1 FETCH (UID 9 BODY[1]<0> {2}\r\nab)"])
        talk.select()
        talk.select()
        talk.expect("UID FETCH 9 .+")
        talk.ok(before=['* 1 FETCH (UID 9 BODY[1]<2> "")'])

    session = opened(selected(then))
    slices = session.fetch_section(UID(9), "1", slice_octets=2)
    assert next(slices) == b"ab"
    session.select("Drafts")
    assert list(slices) == []
    assert session.selected is not None
    assert session.selected.path == "INBOX"


def test_ten_megabytes_in_one_literal_arrive_whole(opened: Opened) -> None:
    data = bytes(range(256)) * 40_960

    def then(talk: Talk) -> None:
        talk.expect("UID FETCH 9 .+")
        talk.raw(b"* 1 FETCH (UID 9 BODY[] {%d}\r\n" % len(data) + data + b")\r\n")
        talk.ok()

    session = opened(selected(then))
    assert b"".join(session.fetch_section(UID(9), "")) == data


def test_memory_stays_flat_while_a_hundred_thousand_rows_stream(opened: Opened) -> None:
    def then(talk: Talk) -> None:
        talk.expect("UID FETCH .+")
        for start in range(0, 100_000, 1000):
            talk.send(
                *(f"* {uid} FETCH (UID {uid} FLAGS ())" for uid in range(start + 1, start + 1001))
            )
        talk.ok()

    session = opened(selected(then))
    tracemalloc.start()
    try:
        count = sum(1 for _ in session.fetch_flags(UID(1), None))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 30_000_000  # the server's thread is measured with it


def test_fetching_without_a_folder_is_refused_here(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.wait_for_the_end()

    session = serve(script).open_session()
    with pytest.raises(ProtocolViolation):
        list(session.fetch_newest(5))
    session.close()


def test_sections_of_several_messages_come_with_one_command(opened: Opened) -> None:
    """In any order, split over several responses, with strangers between; what is gone is not.

    NIL says that there is no such part, or no such message any more: who is there is asked then.
    """

    def then(talk: Talk) -> None:
        talk.expect(r"UID FETCH 3:4,7:8 \(UID BODY.PEEK\[HEADER\]<0.9> BODY.PEEK\[1\]<0.9>\)")
        talk.send(
            "* 8 FETCH (BODY[1]<0> {2}\r\nhi UID 8 BODY[HEADER]<0> {3}\r\na:b)",
            "* 2 FETCH (FLAGS (\\Seen))",
            "* 5 FETCH (UID 5 BODY[1]<0> {1}\r\nx)",
            "* 3 FETCH (UID 3 BODY[HEADER]<0> NIL)",
            '* 3 FETCH (UID 3 body[1]<0> "")',
            "* 4 FETCH (UID 4 BODY[HEADER]<0> NIL BODY[1]<0> NIL)",
            f"{talk.tag} NO [CANNOT] Some of the requested messages no longer exist.",
        )
        talk.expect(r"UID FETCH 3:4 \(UID FLAGS\)")
        talk.send("* 3 FETCH (UID 3 FLAGS ())", f"{talk.tag} OK FETCH completed.")

    session = opened(selected(then))
    wanted = [UID(3), UID(4), UID(7), UID(8)]
    assert list(session.fetch_sections(wanted, ["HEADER", "1"], 9)) == [
        (8, {"1": b"hi", "HEADER": b"a:b"}),
        (3, {"1": b""}),
        (3, {"HEADER": b""}),
    ]


def test_a_slice_of_a_message_that_went_away_meanwhile_is_no_end_of_it(opened: Opened) -> None:
    """Guards against a text that stays cut for ever: a slice that comes short ends it."""

    def then(talk: Talk) -> None:
        talk.expect(r"UID FETCH 9 \(UID BODY.PEEK\[1\]<4.4>\)")
        talk.send("* 2 FETCH (UID 9 BODY[1]<4> NIL)", f"{talk.tag} OK [EXPUNGEISSUED] Gone.")
        talk.expect(r"UID FETCH 9 \(UID FLAGS\)")
        talk.send(f"{talk.tag} OK FETCH completed.")

    session = opened(selected(then))
    with pytest.raises(MessageGone):
        session.fetch_slice(UID(9), "1", 4, 4)
