"""Reading and writing the settings file, and explaining a mistake in it.

A mistake names the path of the key and the nearest known one. A broken file never prevents
the start: what is wrong falls back to its default, and the screen says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from tuimail.config.accounts import account_from_table
from tuimail.config.key_presets import flat
from tuimail.config.paths import write_atomically
from tuimail.config.schema import AccountSettings, Settings, Table
from tuimail.errors import ConfigError

__all__ = ["DEFAULTS", "AccountSettings", "Settings", "change", "load", "load_or_default"]

_T = TypeVar("_T", bound=Table)

DEFAULTS: Final = Settings()
_SUBTABLES: Final[dict[str, type[Table]]] = {
    name: type(table)
    for name in Settings.__struct_fields__
    if isinstance(table := getattr(DEFAULTS, name), Table)
}
_ACCOUNT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,39}\Z")


def load(path: Path) -> Settings:
    """Read and check the settings file.

    Raises:
        ConfigError: It is missing, not TOML, or says what is not known or not possible.
    """
    return _convert(_read(path), path)


def load_or_default(path: Path) -> tuple[Settings, ConfigError | None]:
    """Read as much of the settings as is right.

    Returns:
        The settings, with defaults for what is wrong (an account with a mistake is left out: it
        is not guessed where to sign in), and the first mistake. A missing file is no mistake.
    """
    if not path.exists():
        return DEFAULTS, None
    try:
        table = _read(path)
    except ConfigError as error:
        return DEFAULTS, error
    first: ConfigError | None = None
    while True:
        try:
            return _convert(table, path), first
        except ConfigError as error:
            first = first or error
            if not _drop(table, error.key):
                return DEFAULTS, first


def change(path: Path, changes: Mapping[str, object]) -> Settings:
    """Write settings into the file, keeping the user's comments and order.

    Args:
        path: Made when missing.
        changes: Dotted key to value; None removes the key.

    Raises:
        ConfigError: The result would not be right; the file is not touched.
        OSError: It cannot be written.
    """
    import tomlkit  # noqa: PLC0415 - 30 ms that only writing needs
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(path.read_text("utf-8") if path.exists() else "")
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not TOML: {error}", file=str(path)) from error
    for key, value in changes.items():
        _put(document, _split(key), value)
    text = tomlkit.dumps(document)
    settings = _convert(tomllib.loads(text), path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    write_atomically(path, text.encode("utf-8"), mode)
    return settings


def _split(key: str) -> list[str]:
    # An account's name may hold dots; everything else is at most two levels deep.
    if key.startswith("accounts."):
        name, dot, field = key.removeprefix("accounts.").rpartition(".")
        known = field in AccountSettings.__struct_fields__
        return ["accounts", name, field] if dot and known else ["accounts", f"{name}{dot}{field}"]
    return key.split(".", 1)


def _put(document: Any, path: Sequence[str], value: object) -> None:
    import tomlkit  # noqa: PLC0415 - see `change`

    table = document
    for step in path[:-1]:
        if step not in table:
            if value is None:
                return
            table[step] = tomlkit.table(is_super_table=step == "accounts")
        table = table[step]
    if value is None:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = value


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise ConfigError(f"{path}: {reason}.", file=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not TOML: {error}.", file=str(path)) from error


def _convert(table: Mapping[str, Any], path: Path) -> Settings:
    _check_names(table, Settings, "", path)
    for name, kind in _SUBTABLES.items():
        if name in table:
            _check_names(_as_table(table[name], name, path), kind, f"{name}.", path)
    accounts = {}
    for name, values in _as_table(table.get("accounts", {}), "accounts", path).items():
        accounts[name] = _convert_account(name, values, path)
    plain = {key: value for key, value in table.items() if key != "accounts"}
    if "keys" in plain:
        plain["keys"] = _convert_keys(plain["keys"], path)
    settings = _msgspec(plain, Settings, "", path)
    check_values(settings, path)
    folder = _place(settings.compose.certificates, path)
    compose = msgspec.structs.replace(settings.compose, certificates=folder)
    return msgspec.structs.replace(settings, accounts=accounts, compose=compose)


def check_values(settings: Settings, path: Path) -> None:
    """Look at what has a form of its own.

    Args:
        settings: As they were read.
        path: Their file.

    Raises:
        ConfigError: A value is not of its form.
    """
    if settings.reader.gateways:
        from tuimail.exchange.gateways import read_gateways  # noqa: PLC0415 - few have one

        try:
            read_gateways(settings.reader.gateways)
        except ConfigError as error:
            key = "reader.gateways"
            words = f"{path.name}: {key}: {error.message}."
            raise ConfigError(words, file=str(path), key=key) from error


def _place(written: str, path: Path) -> str:
    """Return where a path of the settings file leads, absolute; nothing where none is written."""
    return str((path.parent / Path(written).expanduser()).absolute()) if written else ""


def _convert_keys(value: object, path: Path) -> dict[str, str]:
    """Return `[keys]` by id, however deep the ids are written: `[keys.list]` is a table too."""
    keys = flat(_as_table(value, "keys", path))
    for name, chosen in keys.items():
        if not isinstance(chosen, str):
            key = f"keys.{name}"
            words = f"{path.name}: {key}: it is text, such as 'g g' or 'd, Del'."
            raise ConfigError(words, file=str(path), key=key)
    return keys


def _convert_account(name: str, values: object, path: Path) -> AccountSettings:
    key = f"accounts.{name}"
    demand_label(name, path)
    table = _as_table(values, key, path)
    _check_names(table, AccountSettings, f"{key}.", path)
    account = _msgspec(table, AccountSettings, f"{key}.", path)
    paths: dict[str, Any] = {
        field: _place(getattr(account, field), path)
        for field in ("ca_file", "smime_certificate", "smime_key")
    }
    paths["smime_earlier"] = tuple(_place(each, path) for each in account.smime_earlier)
    account = msgspec.structs.replace(account, **paths)
    account_from_table(name, account, file=path)
    return account


def demand_label(name: str, path: Path) -> None:
    """Raise ConfigError where an account cannot be called that.

    Args:
        path: The settings file.
    """
    if not _ACCOUNT_NAME.match(name):
        key = f"accounts.{name}"
        raise ConfigError(
            f"{path.name}: {key}: a name has letters, digits, and . _ - inside.",
            file=str(path),
            key=key,
        )


def _check_names(table: Mapping[str, Any], kind: type[Table], prefix: str, path: Path) -> None:
    known = kind.__struct_fields__
    for name in table:
        if name in known:
            continue
        import difflib  # noqa: PLC0415 - 7 ms that only a mistake needs

        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        nearest = _elsewhere(name) or (f"{prefix}{near[0]}" if near else "")
        raise ConfigError(
            f"{path.name}: {prefix}{name} is unknown.",
            file=str(path),
            key=f"{prefix}{name}",
            nearest=nearest,
        )


def _elsewhere(name: str) -> str:
    """Find a key of that name in another table: `undo` belongs to `send`."""
    for table, kind in _SUBTABLES.items():
        if name in kind.__struct_fields__:
            return f"{table}.{name}"
    return ""


def _as_table(value: object, key: str, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{path.name}: {key} is a table.", file=str(path), key=key)
    return value


_AT_KEY: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<key>[^`]*)`)?\Z", re.DOTALL)


def _msgspec(table: Mapping[str, Any], kind: type[_T], prefix: str, path: Path) -> _T:
    try:
        return msgspec.convert(dict(table), kind)
    except msgspec.ValidationError as error:
        match = _AT_KEY.match(str(error))
        what, key = (match["what"], match["key"] or "") if match else (str(error), "")
        missing = re.match(r"Object missing required field `(\w+)`", what)
        if missing:
            key, what = missing[1], "it is missing"
        key = key.replace("[...]", "")
        raise ConfigError(
            f"{path.name}: {prefix}{key}: {_in_words(what)}.", file=str(path), key=f"{prefix}{key}"
        ) from error


def _in_words(what: str) -> str:
    words = {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "array": "a list",
    }
    expected = re.match(r"Expected `([\w |]+)`, got `(\w+)`", what)
    if expected:
        wanted = " or ".join(words.get(name, name) for name in expected[1].split(" | "))
        return f"it is {wanted}, not {words.get(expected[2], expected[2])}"
    invalid = re.match(r"Invalid enum value '?(.*?)'?\Z", what)
    if invalid:
        return f"{invalid[1]!r} is not one of its values"
    return what[:1].lower() + what[1:]


def _drop(table: dict[str, Any], key: str) -> bool:
    """Take the faulty key out; an account goes as a whole, but for its shared mailboxes.

    Returns:
        False when there is nothing to take.
    """
    top, _, rest = key.partition(".")
    if top == "accounts" and rest and isinstance(table.get("accounts"), dict):
        names = sorted(table["accounts"], key=len, reverse=True)
        name = next((name for name in names if rest == name or rest.startswith(f"{name}.")), None)
        if name is not None and rest == f"{name}.shared":
            return table["accounts"][name].pop("shared", None) is not None
        return name is not None and table["accounts"].pop(name, None) is not None
    if top == "keys" and rest and isinstance(table.get("keys"), dict):
        return _drop_id(table["keys"], rest)
    below = table.get(top)
    if rest and isinstance(below, dict) and rest in below:
        del below[rest]
        return True
    return table.pop(top, None) is not None


def _drop_id(table: dict[str, Any], id_: str) -> bool:
    """Take out a key whose name has dots, and may be written as tables in each other."""
    if id_ in table:
        del table[id_]
        return True
    first, _, rest = id_.partition(".")
    below = table.get(first)
    return isinstance(below, dict) and bool(rest) and _drop_id(below, rest)
