"""What is carried from a damaged database into a new one: what no server has.

Outgoing messages, drafts, changes that wait for the server, addresses, notices, and how folders
are kept. Of messages only those that a change, a draft or an outgoing message is about: without a
UID, so that they are recognised when they are fetched again (invariant 7). Keys and ids stay what
they were, so that whatever names one, the arguments of any kind of intent too, still does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from tuimail.errors import StoreError, StoreFull, StoreLocked
from tuimail.model.envelope import Envelope
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.outbox import OutboxState
from tuimail.store import actions, catalogue, codec, drafts, meta, notices, outbox, threads, tree
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.store.trees import Value
from tuimail.store.visible import refold
from tuimail.store.wreck import Found, Wreck
from tuimail.text.safe import clean

PENDING: Final = ("queued", "running", "uncertain")
_HIGHEST: Final = 2**53
LOOK_SECONDS: Final = 30.0
"""How long after the start a doubtful message is first looked for in Sent Items."""

Values = Mapping[str, Value]

_SERVER_SIDE: Final = frozenset(
    {
        *("total", "unread", "uidnext", "highestmodseq", "exists_count"),
        *("synced_low", "checked_at", "error", "beyond", "beyond_unread", "conversations"),
    }
)
_FETCHED_AGAIN: Final = frozenset(
    {"uid", "body", "kept", "files_to", "thread_id", "sort_sender", "sort_subject"}
)
_SENSELESS: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError)


@dataclass(slots=True)
class Kept:
    """What was carried over, and what could not be.

    Attributes:
        doubtful: Outgoing messages of which it is not known whether they went out.
        changes: Changes that wait for the server.
        lost: Sentences, one for each thing that is known to be lost.
    """

    drafts: int = 0
    outbox: int = 0
    doubtful: int = 0
    changes: int = 0
    addresses: int = 0
    lost: list[str] = field(default_factory=list)


class _Hull:
    """The new database while it is filled, in one transaction."""

    def __init__(self, tx: Transaction, wreck: Wreck) -> None:
        self.tx = tx
        self.wreck = wreck
        self.kept = Kept()
        self._columns: dict[str, frozenset[str]] = {}

    def insert(self, table: str, values: Values, leave: Collection[str] = ()) -> bool:
        """Insert one row as far as the table has its columns; False when it does not fit in.

        Raises:
            StoreFull, StoreLocked: This says nothing about the row.
        """
        if table not in self._columns:
            rows = self.tx.connection.rows("SELECT name FROM pragma_table_info(?)", (table,))
            self._columns[table] = frozenset(name for (name,) in rows)
        names = [name for name in values if name in self._columns[table] and name not in leave]
        marks = ", ".join("?" * len(names))
        try:
            self.tx.connection.change(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 - own names
                [_text(values[name]) for name in names],
            )
        except (StoreFull, StoreLocked):
            raise
        except StoreError:
            return False
        return True


def _text(value: Value) -> Value:
    return codec.plain(value).replace("\0", "") if isinstance(value, str) else value


def salvage(tx: Transaction, wreck: Wreck, identities: Sequence[str]) -> Kept:
    """Fill a new database, inside one transaction.

    Args:
        identities: The accounts of the settings as the store names them: where the row of an
            account is lost, it gets the name that only one of them can have.

    Raises:
        StoreFull: There is no space.
    """
    hull = _Hull(tx, wreck)
    drafts_ = list(wreck.rows("draft"))
    outgoing = list(wreck.rows("outbox"))
    changes = [one for one in wreck.rows("intent") if one.values.get("state") in PENDING]
    owners = {_number(one.values.get("account_id")) for one in (*drafts_, *outgoing, *changes)}
    _carry_accounts(hull, owners - {0}, identities)
    _carry_folders(hull)
    _carry_drafts(hull, drafts_)
    _carry_outbox(hull, outgoing)
    _carry_messages(hull, (*drafts_, *outgoing, *changes))
    _carry_changes(hull, changes)
    _carry_the_rest(hull)
    return hull.kept


def _carry_accounts(hull: _Hull, needed: set[int], identities: Sequence[str]) -> None:
    names = {}
    for found in hull.wreck.rows("account"):
        if hull.insert("account", found.values):
            names[_number(found.values.get("id"))] = found.values.get("name")
    lost = sorted(needed - names.keys())
    free = [one for one in identities if one not in names.values()]
    for account in lost:
        is_clear = len(lost) == 1 and len(free) == 1
        name = free[0] if is_clear else f"account {account}"
        hull.insert("account", {"id": account, "name": name})


def _carry_folders(hull: _Hull) -> None:
    for found in hull.wreck.rows("folder"):
        if found.is_whole:
            hull.insert("folder", found.values, leave=_SERVER_SIDE)
    for found in hull.wreck.rows("folder_download"):
        hull.insert("folder_download", found.values, leave={"octets"})
    for table in ("folder_setting", "filing"):
        for found in hull.wreck.rows(table):
            hull.insert(table, found.values)


def _carry_drafts(hull: _Hull, rows: Iterable[Found]) -> None:
    for found in hull.wreck.rows("draft_file"):
        if not (_is_the_file(found) and hull.insert("draft_file", found.values)):
            hull.kept.lost.append(f"The file {_title(found, 'name')} of a draft could not be read.")
    for found in rows:
        values = drafts.readable(found.values, hull.tx.now)
        number = _number(values.get("id"))
        is_in = hull.insert("draft", values) and _can_be_read(hull, "draft", number, drafts.draft)
        if is_in:
            hull.kept.drafts += 1
        if not is_in or not found.is_whole:
            what = "is cut" if is_in else "could not be read"
            hull.kept.lost.append(f"The draft {_title(found)} {what}.")
    for found in hull.wreck.rows("draft_copy"):
        if found.is_whole and found.is_living:
            hull.insert("draft_copy", found.values)


def _is_the_file(found: Found) -> bool:
    """Tell whether every octet of a draft's file is what it was, by its digest."""
    data = found.values.get("data")
    is_right = isinstance(data, bytes) and sha256(data).hexdigest() == found.values.get("digest")
    return found.is_whole and is_right


def _carry_outbox(hull: _Hull, rows: Iterable[Found]) -> None:
    for found in rows:
        values = dict(found.values)
        number = _number(values.get("id"))
        is_in = (
            found.is_whole
            and _is_complete(values)
            and hull.insert("outbox", _in_doubt(hull, found))
            and _can_be_read(hull, "outbox", number, outbox.item)
        )
        state = values.get("state")
        if is_in:
            hull.kept.outbox += state in ("queued", "sending", "uncertain", "failed")
            hull.kept.doubtful += state != "uncertain" and _is_doubtful(hull, found)
        elif state not in ("sent", "cancelled"):
            hull.kept.lost.append(f"The outgoing message {_title(found)} is damaged: not sent.")


def _is_complete(values: Values) -> bool:
    """Tell whether the octets of a message are all there; none that was built holds NUL."""
    raw = values.get("raw")
    return isinstance(raw, bytes) and len(raw) == values.get("size") and b"\0" not in raw


def _is_doubtful(hull: _Hull, found: Found) -> bool:
    """Tell whether a message may have gone out since the row was written (invariant 6)."""
    state = found.values.get("state")
    is_known = hull.wreck.is_current and found.is_living
    return state == "sending" or (state == "queued" and not is_known)


def _in_doubt(hull: _Hull, found: Found) -> Values:
    if not _is_doubtful(hull, found):
        return found.values
    return {
        **found.values,
        "state": OutboxState.UNCERTAIN,
        "changed_at": hull.tx.now,
        "not_before": hull.tx.now + LOOK_SECONDS,
        "problem": doubt("The mail database was damaged while the message waited or went out."),
    }


def doubt(happened: str) -> str:
    """Return the problem of a message that may have gone out, as it is stored."""
    return codec.dump_notice(
        Notice(
            Severity.WARNING,
            happened,
            happened=happened,
            now="tuimail looks for the message in Sent Items: in 30 seconds, 2 and 10 minutes.",
            you_can="Wait, or send it again: then it may arrive twice. Or keep it here.",
        )
    )


def _carry_messages(hull: _Hull, naming: Sequence[Found]) -> None:
    """Carry the messages that something is about; they wait to be found in their folders."""
    aliases = {
        _number(one.values.get("alias")): _number(one.values.get("message_key"))
        for one in hull.wreck.rows("message_alias")
    }
    columns = ("message_key", "in_reply_to_key", "in_reply_to")
    named = {_number(one.values.get(column)) for one in naming for column in columns} - {0}
    keys = sorted({aliases.get(key, key) for key in named})
    if not keys:
        return
    # What a message is does not change; where it was then is found out when it is paired.
    rows = [one for one in hull.wreck.rows("message", keys) if one.is_whole]
    details = {
        _number(one.values.get("message_key")): one.values
        for one in hull.wreck.rows("message_detail", keys)
        if one.is_whole
    }
    for found in rows:
        values = {**found.values, "pending": 0}
        if values.get("gone_at") is not None:
            values["gone_at"] = hull.tx.now
        if hull.insert("message", values, leave=_FETCHED_AGAIN):
            key = MessageKey(_number(values.get("id")))
            _carry_detail(hull, key, details.get(key, {}))
            folder = FolderId(_number(values.get("folder_id")))
            meta.set_meta(hull.tx, meta.repairing(folder), "1")
    for alias in aliases.keys() & named:
        hull.insert("message_alias", {"alias": alias, "message_key": aliases[alias]})


def _carry_detail(hull: _Hull, key: MessageKey, values: Values) -> None:
    try:
        envelope = codec.load_envelope(str(values.get("envelope")))
        codec.load_structure(None if values.get("structure") is None else str(values["structure"]))
        references = codec.load_strings(str(values.get("refs")))
    except _SENSELESS:
        # It comes again with the message.
        values = {"message_key": key, "envelope": "{}", "refs": "[]"}
        envelope, references = Envelope(), ()
    hull.insert("message_detail", values)
    thread_index = values.get("thread_index")
    index = thread_index if isinstance(thread_index, str) else None
    account, own = hull.tx.connection.rows(
        "SELECT account_id, message_id FROM message WHERE id = ?", (key,)
    )[0]
    ids = [*([] if own is None else [own]), *threads.mentioned_ids(envelope, references, index)]
    threads.join(hull.tx, account, [threads.Member(key, list(dict.fromkeys(ids)))])
    catalogue.enter(hull.tx, [key])


def _carry_changes(hull: _Hull, rows: Iterable[Found]) -> None:
    """Carry what waits for the server, whatever its kind, where what it is about is here."""
    for found in rows:
        values = found.values
        is_in = found.is_whole and found.is_living and _has_target(hull, values)
        if is_in and hull.insert("intent", values):
            hull.kept.changes += 1
        else:
            kind = clean(str(values.get("kind") or "unknown"))
            hull.kept.lost.append(f"A change (“{kind}”) that waited for the server is lost.")
    for (account,) in hull.tx.connection.rows("SELECT id FROM account"):
        tree.refold_tree(hull.tx, account)
    refold(hull.tx, [key for (key,) in hull.tx.connection.rows("SELECT id FROM message")])


_TARGETS: Final = (("message_key", "message"), ("folder_id", "folder"), ("draft_id", "draft"))


def _has_target(hull: _Hull, values: Values) -> bool:
    named = [(table, _number(values.get(column))) for column, table in _TARGETS]
    targets = [(table, number) for table, number in named if number]
    action = (values.get(name) for name in ("kind", "args", "folder_id", "draft_id"))
    if not targets or not is_readable(*action):
        return False
    return all(
        hull.tx.connection.value(f"SELECT 1 FROM {table} WHERE id = ?", (number,))  # noqa: S608
        for table, number in targets
        if table != "draft"  # a draft may be gone, and its copy still to be withdrawn
    )


def is_readable(kind: Value, args: Value, folder_id: Value, draft_id: Value) -> bool:
    """Tell whether an action can be read at all: one that cannot would stop every fold."""
    try:
        if folder_id:
            actions.load_folder_action(str(kind), str(args))
        elif draft_id:
            actions.load_draft_action(str(kind), str(args))
        else:
            actions.load_action(str(kind), str(args))
    except _SENSELESS:
        return False
    return True


def _carry_the_rest(hull: _Hull) -> None:
    for found in hull.wreck.rows("address"):
        hull.kept.addresses += hull.insert("address", found.values)
    for found in hull.wreck.rows("notice"):
        number = _number(found.values.get("id"))
        if hull.insert("notice", found.values):
            _can_be_read(hull, "notice", number, lambda one, _: notices.notices(one, 1))
    for found in hull.wreck.rows("meeting_answer"):
        if found.is_whole and found.is_living:
            hull.insert("meeting_answer", found.values)
    for found in hull.wreck.rows("meta"):
        name = found.values.get("key")
        if isinstance(name, str) and name.startswith("ui."):
            hull.insert("meta", found.values)
    last = hull.tx.connection.value("SELECT max(located) FROM message")
    meta.set_meta(hull.tx, "located", str(last or 0))
    # A key is never used twice, not even for what was not carried over.
    for found in hull.wreck.rows("sqlite_sequence"):
        name, last = found.values.get("name"), _number(found.values.get("seq"))
        used = hull.tx.connection.value("SELECT seq FROM sqlite_sequence WHERE name = ?", (name,))
        if (used or 0) < last < _HIGHEST and found.is_whole:
            hull.tx.connection.change("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            hull.tx.connection.change(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last)
            )


def _can_be_read(
    hull: _Hull, table: str, number: int, read: Callable[[Connection, int], object]
) -> bool:
    """Read a row as the screen will; take it out again when that does not work."""
    with suppress(*_SENSELESS):
        read(hull.tx.connection, number)
        return True
    hull.tx.connection.change(f"DELETE FROM {table} WHERE id = ?", (number,))  # noqa: S608
    return False


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _title(found: Found, column: str = "subject") -> str:
    title = clean(str(found.values.get(column) or "")).strip()
    return f"“{title}”" if title else f"without a {column}"
