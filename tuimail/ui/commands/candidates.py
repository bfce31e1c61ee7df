"""What may stand behind the name of a command: one function for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from tuimail.errors import StoreError
from tuimail.model.folder import Folder
from tuimail.text.safe import clean
from tuimail.ui.bindings import BY_ID, Keys
from tuimail.ui.commands.command import Candidate
from tuimail.ui.shell import Shell

Kind = Callable[[Shell, str], Iterable[Candidate]]
"""Gets the application and what was typed behind the name so far."""

_MOST_PEOPLE: Final = 12


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


def _folders(app: Shell, _: str) -> Iterator[Candidate]:
    for name, folder in folders_by_name(app).items():
        yield Candidate(name, clean(app.accounts[folder.account_id].name))


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
    "folder": _folders,
    "address": _people,
    "theme": _themes,
    "keys": _keys,
    "setting": _settings,
}


def shown_keys(keys: Keys, id_: str) -> str:
    """Return the first key of a binding, empty when it has none."""
    return keys.shown_all(BY_ID[id_], most=1) if id_ else ""
