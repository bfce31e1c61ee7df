"""Actions of intents as (kind, JSON) and back. The kinds are stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from tuimail.model.flags import Flags
from tuimail.model.folder import UID
from tuimail.model.intent import (
    Action,
    AppendDraft,
    Copy,
    CreateFolder,
    DeleteFolder,
    DraftAction,
    Expunge,
    FolderAction,
    MarkFolderRead,
    Move,
    RenameFolder,
    StoreFlags,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
    WithdrawDraft,
)

MARK_READ: Final = "mark read"
"""The kind that is folded over messages though its target is a folder."""

_TREE_KINDS: Final = {
    CreateFolder: "create",
    RenameFolder: "rename",
    DeleteFolder: "delete",
    SubscribeFolder: "subscribe",
    UnsubscribeFolder: "unsubscribe",
}
_TREE_ACTIONS: Final[dict[str, Any]] = {kind: action for action, kind in _TREE_KINDS.items()}


def dump_action(action: Action) -> tuple[str, str]:
    """Return an action on a message as (kind, JSON)."""
    match action:
        case StoreFlags(add=add, remove=remove):
            return "flags", json.dumps({"add": add.names(), "remove": remove.names()})
        case Move(to=to):
            return "move", json.dumps({"to": to})
        case Copy(to=to):
            return "copy", json.dumps({"to": to})
        case Expunge():
            return "expunge", "{}"


def load_action(kind: str, text: str) -> Action:
    """Read what `dump_action` wrote."""
    args = json.loads(text)
    match kind:
        case "move":
            return Move(args["to"])
        case "copy":
            return Copy(args["to"])
        case "expunge":
            return Expunge()
        case _:
            return StoreFlags(Flags.parse(args["add"]), Flags.parse(args["remove"]))


def dump_folder_action(action: FolderAction) -> tuple[str, str]:
    """Return an action on a folder as (kind, JSON)."""
    match action:
        case MarkFolderRead(uid_below=uid, spared=spared):
            return MARK_READ, json.dumps({"uid_below": uid, "spared": sorted(spared)})
        case CreateFolder(name=name, parent=parent) | RenameFolder(name=name, parent=parent):
            return _TREE_KINDS[type(action)], json.dumps({"name": name, "parent": parent})
        case _:
            return _TREE_KINDS[type(action)], "{}"


def load_folder_action(kind: str, text: str) -> FolderAction:
    """Read what `dump_folder_action` wrote."""
    return load_mark(text) if kind == MARK_READ else load_tree_action(kind, text)


def load_mark(text: str) -> MarkFolderRead:
    """Read what `dump_folder_action` wrote of a folder marked read."""
    args = json.loads(text)
    return MarkFolderRead(UID(args["uid_below"]), frozenset(map(UID, args["spared"])))


def load_tree_action(kind: str, text: str) -> TreeAction:
    """Read what `dump_folder_action` wrote of any other action on a folder."""
    action: TreeAction = _TREE_ACTIONS[kind](**json.loads(text))
    return action


def dump_draft_action(action: DraftAction) -> tuple[str, str]:
    """Return an action on a draft as (kind, JSON)."""
    match action:
        case AppendDraft():
            return "append draft", "{}"
        case WithdrawDraft(subject=subject):
            return "withdraw draft", json.dumps({"subject": subject})


def load_draft_action(kind: str, text: str) -> DraftAction:
    """Read what `dump_draft_action` wrote."""
    if kind == "append draft":
        return AppendDraft()
    return WithdrawDraft(str(json.loads(text)["subject"]))


def dump_uids(uids: Iterable[UID]) -> str:
    """Return a JSON array, for json_each."""
    return json.dumps(sorted(uids))
