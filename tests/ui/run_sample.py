"""Run the application on a data directory, in the terminal it is started in.

`python -m tests.ui.run_sample DIRECTORY [SETTINGS] [crash | damage]`: with a settings file, whose
mailboxes have certificates alone. When `gr` is typed it fails, with a secret in a local variable,
or reads a database that was damaged a moment before.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from tests.ui.fake_engine import FakeEngine
from tests.ui.sample_mail import NOW, sample_account
from tuimail.config.accounts import account_from_table
from tuimail.config.settings import DEFAULTS, load_or_default
from tuimail.model.status import Connectivity, EngineControl
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp


class CrashingApp(TuimailApp):
    def action_retry(self) -> None:
        local = "".join(reversed("nekot-terces"))
        raise RuntimeError("it fails as it was told" if local else "")


class DamagingApp(TuimailApp):
    def action_retry(self) -> None:
        path = self.store.directory / "mail.db"
        path.write_bytes(b"no database at all " * 1000)
        (self.store.directory / "mail.db-wal").unlink(missing_ok=True)
        self.store._readers.clear()
        self.store.read.counts()


def main() -> int:
    store = Store.open(Path(sys.argv[1]))
    accounts = {id_: sample_account(id_) for id_, _ in store.read.accounts()}

    def start_engine() -> EngineControl:
        engine = FakeEngine()
        for id_ in accounts:
            engine.set_status(id_, Connectivity.ONLINE, since=NOW, online_at=NOW)
        return engine

    files = [Path(each) for each in sys.argv[2:] if each.endswith(".toml")]
    file = files[0] if files else None
    settings, mistake = load_or_default(file) if file is not None else (DEFAULTS, None)
    for id_, account in accounts.items():
        if account.name in settings.accounts:
            own = account_from_table(account.name, settings.accounts[account.name])
            accounts[id_] = replace(account, key_files=own.key_files)
    kind = {"crash": CrashingApp, "damage": DamagingApp}.get(sys.argv[-1], TuimailApp)
    app = kind(
        store,
        settings,
        accounts,
        start_engine,
        mistake=mistake,
        settings_file=file,
        clock=lambda: NOW,
    )
    try:
        return app.run_in_terminal()
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(main())
