"""What may stand behind the name of a command: one function for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from tuimail.errors import StoreError
from tuimail.model.folder import Folder, FolderId
from tuimail.model.listing import Sort
from tuimail.text.safe import clean
from tuimail.ui.bindings import BY_ID, Keys
from tuimail.ui.commands.command import Candidate
from tuimail.ui.shell import Shell

Kind = Callable[[Shell, str], Iterable[Candidate]]
"""Gets the application and what was typed behind the name so far."""

_MOST_PEOPLE: Final = 12
_MOST_RECENT: Final = 5


def folders_by_name(app: Shell) -> dict[str, Folder]:
    """Return every folder that messages can be in by the name one types.

    It is its path; a path that an account before has too comes with its account's name before it.
    """
    found: dict[str, Folder] = {}
    for id_, account in app.accounts.items():
        for folder in app.store.read.folders(id_):
            if not folder.selectable:
                continue
            path = folder.name if folder.tree_path == "INBOX" else clean(folder.tree_path)
            found[f"{account.name}:{path}" if path in found else path] = folder
    return found


def _folders(app: Shell, first: Sequence[FolderId], why: str) -> Iterator[Candidate]:
    """Yield the folders, those that were used last before the others."""
    known = folders_by_name(app)
    rank = {id_: at for at, id_ in enumerate(first)}
    for name in sorted(known, key=lambda name: rank.get(known[name].id, len(rank))):
        folder = known[name]
        account = clean(app.accounts[folder.account_id].name)
        yield Candidate(name, f"{account}   {why}" if folder.id in rank else account)


def _opened(app: Shell, _: str) -> Iterable[Candidate]:
    return _folders(app, app.store.read.recently_opened(_MOST_RECENT), "opened lately")


def _filed(app: Shell, _: str) -> Iterable[Candidate]:
    return _folders(app, app.store.read.recently_filed(_MOST_RECENT), "filed here lately")


def _orders(_app: Shell, _: str) -> Iterator[Candidate]:
    for sort in Sort:
        yield Candidate(sort, _ORDERS[sort])
    for sort in Sort:
        yield Candidate(f"reverse-{sort}", "from the other end")


_ORDERS: Final = {
    Sort.DATE: "newest first",
    Sort.SENDER: "by name",
    Sort.SUBJECT: "by subject, without Re: and Fwd:",
    Sort.SIZE: "largest first",
    Sort.UNREAD: "unread first",
    Sort.FLAGGED: "flagged first",
}
_WORDS: Final = (
    ("from:", "who wrote; several with commas, me is you"),
    ("to:", "who it went to"),
    ("subject:", ""),
    ("is:unread", "also read, flagged, answered, draft, pending"),
    ("has:attachment", ""),
    ("after:", "a day, month or year; 7d is a week ago"),
    ("before:", "the same"),
    ("on:", "a day; also yesterday"),
    ("larger:", "such as 2M"),
    ("smaller:", ""),
    ("in:", "a folder's name or purpose"),
    ("-from:", "a dash before anything: the contrary"),
)


def _words(_app: Shell, typed: str) -> Iterator[Candidate]:
    before, _, last = typed.rpartition(" ")
    for word, about in _WORDS:
        if word.startswith(last) and word != last:
            yield Candidate(f"{before} {word}".strip(), about)


def _people(app: Shell, typed: str) -> Iterator[Candidate]:
    if not typed.strip():
        return
    try:
        found = app.store.read.complete_address(typed.strip(), _MOST_PEOPLE)
    except StoreError:
        return  # completion is a courtesy: what is typed counts all the same
    for each in found:
        yield Candidate(clean(each.address), clean(each.display))


def _themes(app: Shell, _: str) -> Iterator[Candidate]:
    from tuimail.config.theme import theme_names  # noqa: PLC0415 - not for the first frame

    for name in ("auto", *theme_names()):
        yield Candidate(name, "now" if name == app.settings.theme else "")


def _keys(app: Shell, _: str) -> Iterator[Candidate]:
    from tuimail.config.key_presets import load_preset, preset_names  # noqa: PLC0415
    from tuimail.errors import ConfigError  # noqa: PLC0415

    for name in preset_names():
        try:
            preset, _problems = load_preset(name)
        except ConfigError:
            continue
        now = "now, " if name == app.keys.preset else ""
        yield Candidate(name, f"{now}{clean(preset.about)}")


def _settings(app: Shell, typed: str) -> Iterator[Candidate]:
    from tuimail.ui.commands.settable import settable, values_of  # noqa: PLC0415

    name, blank, _ = typed.partition(" ")
    if not blank:
        for each in settable(app.settings):
            yield Candidate(each.name, f"{each.shown}   {each.about}")
        return
    for value in values_of(app.settings, name):
        yield Candidate(f"{name} {value}")


KINDS: Final[Mapping[str, Kind]] = {
    "opened": _opened,
    "filed": _filed,
    "order": _orders,
    "words": _words,
    "address": _people,
    "theme": _themes,
    "keys": _keys,
    "setting": _settings,
}


def shown_keys(keys: Keys, id_: str) -> str:
    """Return the first key of a binding, empty when it has none."""
    return keys.shown_all(BY_ID[id_], most=1) if id_ else ""
