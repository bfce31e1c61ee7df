"""Everything once: push what is due, then bring every folder up to date, and older mail too."""

from __future__ import annotations

from collections.abc import Callable

from tuimail.errors import TuimailError
from tuimail.imap.jobs import Priority
from tuimail.model.folder import Folder
from tuimail.sync.work import Work


async def bring_up_to_date(work: Work, tell: Callable[[Folder], None]) -> list[TuimailError]:
    """Push intents, then bring every folder up to date, INBOX first.

    Args:
        tell: Called with each folder when it is complete.

    Returns:
        Failures that reached no further than a folder.
    """
    await work.list_folders()
    await work.push()
    failures = []
    for folder in work.store.read.folders(work.account.id):
        if not folder.selectable:
            continue
        failure = await bring_folder_up_to_date(work, folder)
        if failure is not None:
            failures.append(failure)
        tell(work.store.read.folder(folder.id) or folder)
    return failures


async def bring_folder_up_to_date(work: Work, folder: Folder) -> TuimailError | None:
    """Bring one folder up to date, older mail too; return a failure that reached no further."""
    try:
        if await work.refresh(folder.id, Priority.FOCUS, full=True):
            await work.fetch_older(folder.id)
    except TuimailError as error:
        await work.folder_failed(folder.id, error)
        return error
    return None
