"""The settings file: reading, explaining mistakes, writing."""

import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tuimail.config import schema
from tuimail.config.accounts import account_from, account_from_table, shared_accounts
from tuimail.config.paths import config_dir, data_dir, settings_path, write_atomically
from tuimail.config.settings import DEFAULTS, change, load, load_or_default
from tuimail.errors import ConfigError
from tuimail.model.account import Account, AccountId, Endpoint

WORK = """
[accounts.work]
address = "anna@contoso.com"
client_id = "thunderbird"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return path


def failure(tmp_path: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    return caught.value


def account(tmp_path: Path, extra: str = "") -> Account:
    settings = load(written(tmp_path, WORK + extra))
    return account_from(settings, "work", AccountId(7))


def test_the_shortest_account_is_complete(tmp_path: Path) -> None:
    work = account(tmp_path)
    assert work.id == 7
    assert work.username == "anna@contoso.com"
    assert work.client_id == "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
    assert work.authority == "https://login.microsoftonline.com/organizations"
    assert work.known_authority
    assert work.imap == Endpoint("outlook.office365.com", 993)
    assert work.smtp == Endpoint("smtp.office365.com", 587)
    assert work.scopes[1] == "https://outlook.office.com/SMTP.Send"


def test_an_authority_beats_cloud_and_tenant_but_not_the_scopes(tmp_path: Path) -> None:
    work = account(
        tmp_path,
        'cloud = "gcc-high"\ntenant = "contoso.com"\n'
        'authority = "https://localhost:29902/11111111-1111-1111-1111-111111111111/"\n'
        'imap = "localhost:29901"\nsmtp = "[::1]:29903"\n',
    )
    assert work.authority == "https://localhost:29902/11111111-1111-1111-1111-111111111111"
    assert not work.known_authority
    assert work.imap == Endpoint("localhost", 29901)
    assert work.smtp == Endpoint("::1", 29903)
    assert work.scopes[0] == "https://outlook.office365.us/IMAP.AccessAsUser.All"


def test_a_personal_mailbox_signs_in_with_the_consumers(tmp_path: Path) -> None:
    assert account(tmp_path, 'cloud = "personal"').authority.endswith("/consumers")


def test_a_ca_file_is_found_beside_the_settings_and_in_the_home(tmp_path: Path, home: Path) -> None:
    assert account(tmp_path, 'ca_file = "ca.pem"').ca_file == tmp_path / "ca.pem"
    assert account(tmp_path, 'ca_file = "~/ca.pem"').ca_file == home / "ca.pem"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("[reader]\nwidht = 3", "reader.widht", "is unknown"),
        ("undo = 3", "undo", "is unknown"),
        ('[reader]\nwidth = "wide"', "reader.width", "it is a whole number, not text"),
        ("[reader]\nwidth = 2", "reader.width", ">= 20"),
        ('glyphs = "emoji"', "glyphs", "'emoji' is not one of its values"),
        ("reader = 3", "reader", "is a table"),
        (
            "[reader]\ngateways = ['mx.contoso.com']",
            "reader.gateways",
            "its name and",
        ),
        ("[reader]\ngateways = ['mx: 192.0.2.256']", "reader.gateways", "is no address"),
        ("accounts = 3", "accounts", "is a table"),
        ("[accounts.work]", "accounts.work.address", "it is missing"),
        ('[accounts.work]\naddress = "a@b.c"', "accounts.work.client_id", "it is needed"),
        (WORK + "tenent = 'x'", "accounts.work.tenent", "is unknown"),
        (WORK + "imap = 'host'", "accounts.work.imap", '"host:port"'),
        (WORK + "imap = 'host:0'", "accounts.work.imap", "not a port"),
        (WORK + "smtp = 'host:99999'", "accounts.work.smtp", "not a port"),
        (WORK + "smtp = 'ho st:25'", "accounts.work.smtp", '"host:port"'),
        (WORK + "authority = 'http://localhost/x'", "accounts.work.authority", "https"),
        (WORK + "authority = 'https://localhost'", "accounts.work.authority", "https"),
        (WORK + "authority = 'https://u:p@localhost/x'", "accounts.work.authority", "https"),
        (WORK + "authority = 'https://localhost:x/x'", "accounts.work.authority", "https"),
        (WORK + "cloud = 'mars'", "accounts.work.cloud", "'mars' is not one of its values"),
        (WORK + "save_sent = 1", "accounts.work.save_sent", "text"),
        (WORK.replace("anna@", "anna"), "accounts.work.address", "not an address"),
        (WORK.replace("thunderbird", "outlook"), "accounts.work.client_id", "neither"),
        (WORK + "shared = 'info@contoso.com'", "accounts.work.shared", "a list"),
        (WORK + "shared = ['info']", "accounts.work.shared", "not an address"),
        (WORK + "shared = ['Anna@contoso.com']", "accounts.work.shared", "is yours"),
        (WORK + "shared = ['i@b.c', 'I@b.c']", "accounts.work.shared", "named twice"),
        (WORK + "username = 'a b'", "accounts.work.username", "blanks"),
        ('[accounts."../x"]', "accounts.../x", "a name has"),
        ("[keys]\nsend = 3", "keys.send", "text"),
        ("[keys.list]\ndown = 3", "keys.list.down", "text"),
    ],
)
def test_a_mistake_names_its_key(tmp_path: Path, text: str, key: str, words: str) -> None:
    error = failure(tmp_path, text)
    assert error.key == key
    assert words in error.message
    assert error.message.startswith("config.toml")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("[reader]\nwidht = 3", "reader.width"),
        ("undo = 3", "send.undo"),
        ("them = 'x'", "theme"),
        (WORK + "tenent = 'x'", "accounts.work.tenant"),
        ("zzzz = 3", ""),
    ],
)
def test_an_unknown_key_comes_with_the_nearest(tmp_path: Path, text: str, nearest: str) -> None:
    assert failure(tmp_path, text).nearest == nearest


@pytest.mark.parametrize("text", ["[\n", "a = \n", "\x00"])
def test_what_is_not_toml_is_said_with_its_line(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    settings, error = load_or_default(path)
    assert settings == DEFAULTS
    assert error is not None
    assert "is not TOML" in error.message
    assert "line 1" in error.message


def test_bytes_that_are_not_utf8_are_a_mistake_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"theme = '\xff'")
    assert load_or_default(path)[1] is not None


def test_a_mistake_costs_one_setting_and_not_the_mail(tmp_path: Path) -> None:
    path = written(tmp_path, "density = 3\n[reader]\nwidht = 3\nwidth = 100\n" + WORK)
    settings, error = load_or_default(path)
    assert error is not None
    assert settings.reader.width == 100
    assert settings.density == "auto"
    assert list(settings.accounts) == ["work"]


def test_an_account_with_a_mistake_is_left_out_whole(tmp_path: Path) -> None:
    other = WORK.replace("work", "a.b").replace(".a.b", '."a.b"')
    settings, error = load_or_default(written(tmp_path, WORK + "tenent = 'x'\n" + other))
    assert list(settings.accounts) == ["a.b"]
    assert error is not None
    assert error.key == "accounts.work.tenent"


def test_a_mistake_in_a_shared_mailbox_does_not_cost_the_own_one(tmp_path: Path) -> None:
    """Red when `_drop` takes the account out as a whole."""
    settings, error = load_or_default(written(tmp_path, WORK + "shared = ['info']"))
    assert error is not None
    assert settings.accounts["work"].shared == ()


def test_a_shared_mailbox_is_its_owners_account_but_for_its_name(tmp_path: Path) -> None:
    table = load(written(tmp_path, WORK + "username = 'a@b.c'\nshared = ['i@b.c']")).accounts[
        "work"
    ]
    owner = account_from_table("work", table, account_id=AccountId(7))
    (shared,) = shared_accounts(owner, table)
    assert (shared.name, shared.address, shared.username) == ("i@b.c", "i@b.c", "i@b.c")
    assert (shared.signs_in_as, shared.sign_in_id) == ("a@b.c", 7)
    assert shared.signing_in.username == "a@b.c"
    assert (shared.imap, shared.client_id) == (owner.imap, owner.client_id)
    assert not owner.is_shared
    assert owner.signing_in is owner


def test_a_missing_file_is_a_first_start_unless_it_was_asked_for(tmp_path: Path) -> None:
    assert load_or_default(tmp_path / "none.toml") == (DEFAULTS, None)
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "none.toml")


def test_an_unknown_account_names_the_known_ones(tmp_path: Path) -> None:
    settings = load(written(tmp_path, WORK))
    with pytest.raises(ConfigError, match="Known: work"):
        account_from(settings, "home", AccountId(1))


def test_writing_keeps_comments_order_and_mode(tmp_path: Path) -> None:
    path = written(tmp_path, "# mine\nglyphs = 'ascii'  # for the old terminal\n" + WORK)
    path.chmod(0o640)
    settings = change(path, {"reader.width": 90, "accounts.work.tenant": "contoso.com"})
    text = path.read_text("utf-8")
    assert settings.reader.width == 90
    assert load(path).accounts["work"].tenant == "contoso.com"
    assert text.startswith("# mine\nglyphs = 'ascii'  # for the old terminal\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    change(path, {"reader.width": None})
    assert load(path).reader.width == 80


def test_the_first_account_can_be_written_into_no_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    change(path, {"accounts.a.b": {"address": "anna@contoso.com", "client_id": "thunderbird"}})
    assert load(path).accounts["a.b"].address == "anna@contoso.com"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_change_that_would_break_the_file_leaves_it_alone(tmp_path: Path) -> None:
    path = written(tmp_path, WORK)
    before = path.read_bytes()
    with pytest.raises(ConfigError):
        change(path, {"reader.width": "wide"})
    assert path.read_bytes() == before


def test_an_atomic_write_follows_a_link_and_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles"
    kept.mkdir()
    (kept / "real.toml").write_text("old")
    link = tmp_path / "config.toml"
    link.symlink_to(kept / "real.toml")
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert (kept / "real.toml").read_text() == "new"
    assert [path.name for path in kept.iterdir()] == ["real.toml"]


def test_directories_are_private_and_follow_xdg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_dir() == tmp_path / "d" / "tuimail"
    assert stat.S_IMODE(data_dir().stat().st_mode) == 0o700
    assert config_dir() == tmp_path / ".config" / "tuimail"


def test_the_settings_file_is_the_chosen_the_named_or_the_usual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TUIMAIL_CONFIG", raising=False)
    assert settings_path() == config_dir() / "config.toml"
    monkeypatch.setenv("TUIMAIL_CONFIG", "/somewhere/t.toml")
    assert settings_path() == Path("/somewhere/t.toml")
    assert settings_path(Path("/other.toml")) == Path("/other.toml")


def test_every_field_has_a_description_under_it() -> None:
    lines = Path(schema.__file__).read_text("utf-8").splitlines()
    tables = [
        kind
        for kind in vars(schema).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    ]
    for name in (name for table in tables for name in table.__struct_fields__):
        places = [at for at, line in enumerate(lines) if line.startswith(f"    {name}: ")]
        assert places
        assert all(lines[at + 1].lstrip().startswith('"""') for at in places), name


def test_keys_may_be_tables_and_a_wrong_one_leaves_the_rest(tmp_path: Path) -> None:
    text = "[keys]\npreset = 'mutt'\n'list.up' = 'k'\n[keys.list]\ndown = 'n'\nopen = ['o']\n"
    settings, error = load_or_default(written(tmp_path, text))
    assert settings.keys == {"preset": "mutt", "list.up": "k", "list.down": "n"}
    assert error is not None
    assert error.key == "keys.list.open"


def test_reading_settings_imports_nothing_that_only_writing_needs() -> None:
    code = (
        "import sys, tuimail.config.settings, tuimail.config.theme, tuimail.config.keymap\n"
        "print([n for n in ('tomlkit', 'msal', 'requests', 'difflib', 'textual') "
        "if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
