"""How a place is listed: what was chosen for it, else what the settings say for all."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

from tuimail.model.folder_settings import FolderSettings
from tuimail.model.listing import AllInboxes, Flagged, InFolder, Listing, Place, Sort
from tuimail.records import record
from tuimail.ui.listing.columns import Column, chosen_columns

if TYPE_CHECKING:
    from tuimail.config.schema import ListSettings
    from tuimail.store.reader import Reader
    from tuimail.store.store import Store

_REVERSE: Final = "reverse-"


@record
class ListChoice:
    """What holds for one place."""

    sort: Sort
    reverse: bool
    conversations: bool
    columns: tuple[Column, ...]

    def listing(self, place: Place) -> Listing:
        """Return the listing of the place, without a limit."""
        return Listing(place, self.conversations, self.sort, self.reverse)


def choice_for(place: Place, reader: Reader, settings: ListSettings) -> ListChoice:
    """Return how a place is listed."""
    own = _own(place, reader)
    sort, reverse = read_sort(own.sort or settings.sort)
    return ListChoice(
        sort=sort,
        reverse=reverse,
        conversations=settings.conversations if own.conversations is None else own.conversations,
        columns=chosen_columns(settings.columns if own.columns is None else own.columns),
    )


def choose_sort(store: Store, place: Place, sort: Sort, *, reverse: bool) -> Future[None]:
    """Keep another order for a place."""
    return _keep(
        store, place, replace(_own(place, store.read), sort=write_sort(sort, reverse=reverse))
    )


def choose_conversations(store: Store, place: Place, conversations: bool) -> Future[None]:
    """Keep for a place whether its messages are put together."""
    return _keep(store, place, replace(_own(place, store.read), conversations=conversations))


def read_sort(written: str) -> tuple[Sort, bool]:
    """Read an order as the settings write it; what makes no sense is by date."""
    name = written.removeprefix(_REVERSE)
    known = name in list(Sort)
    return (Sort(name) if known else Sort.DATE), known and name != written


def write_sort(sort: Sort, *, reverse: bool) -> str:
    """Write an order as the settings do."""
    return f"{_REVERSE}{sort}" if reverse else str(sort)


def _own(place: Place, reader: Reader) -> FolderSettings:
    """Return what was chosen for a place itself."""
    if isinstance(place, InFolder):
        return reader.folder_settings(place.folder)
    stored = json.loads(reader.meta(_meta_key(place)) or "{}")
    return FolderSettings(stored.get("sort"), stored.get("conversations"))


def _keep(store: Store, place: Place, own: FolderSettings) -> Future[None]:
    if isinstance(place, InFolder):
        folder = place.folder
        return store.write(lambda tx: tx.choose_folder_settings(folder, own), urgent=True)
    kept = {name: value for name, value in asdict(own).items() if value is not None}
    return store.write(lambda tx: tx.set_meta(_meta_key(place), json.dumps(kept)), urgent=True)


def _meta_key(place: Place) -> str:
    if isinstance(place, AllInboxes):
        return "ui.list.all_inboxes"
    return "ui.list.flagged" if isinstance(place, Flagged) else "ui.list.search"
