"""The pages of docs/ that are made from the code: settings, keys, the demo, what servers say.

A page that is written beside the code is wrong after the next change. These are rendered from the
tables the program itself uses; `test_generated_docs` compares them with the files.
"""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec
from msgspec import inspect as types

from tests.hygiene.demo_page import demo_page
from tests.hygiene.source import ROOT
from tuimail.config import schema
from tuimail.config.described import field_docstrings
from tuimail.config.key_presets import PRESETS
from tuimail.ui.bindings import BINDINGS, TITLES, BindingSpec, Count, Keys, shown_key

_NOTE: Final = (
    "<!-- Made by `python -m tests.hygiene.generate_docs`; changes here are lost. -->\n\n"
)

# --------------------------------------------------------------------------------- settings

_SETTINGS_INTRO: Final = """\
# Settings

The settings are one TOML file. The first of these that is given is read:

1. `tuimail --config FILE`
2. the file that `TUIMAIL_CONFIG` names
3. `$XDG_CONFIG_HOME/tuimail/config.toml`, which is `~/.config/tuimail/config.toml` by default

Only an account is needed:

```toml
[accounts.work]
address = "anna@contoso.com"
client_id = "thunderbird"
```

Secrets are never in this file. A mistake is named with its path and the nearest key that exists:

```text
tuimail: config.toml: send.undoo is unknown.
  Nearest: send.undo.
```

Single keys of the program (`theme`, `mouse` …) stand at the top of the file, before the first
table.
"""


def settings_page() -> str:
    """Render docs/configuration.md from the structs of the settings."""
    plain: list[str] = []
    tables: list[str] = []
    told = field_docstrings(schema.Settings)
    for field in msgspec.structs.fields(schema.Settings):
        kind = types.type_info(field.type)
        table = _table_of(kind)
        if table is not None:
            tables += _table_section(table)
        elif field.name == "keys":
            tables += ["## `[keys]`", told[field.name], _KEYS_EXAMPLE]
        else:
            plain += _field_section(field, kind, told)
    text = [_SETTINGS_INTRO.rstrip(), "## At the top of the file", *plain, *tables]
    return _NOTE + "\n\n".join(text) + "\n"


_KEYS_EXAMPLE: Final = """\
```toml
[keys]
preset = "vim"
"list.down" = "j, n, Down"
"list.first" = "g g"
```

Every id and its keys: [Keys](keybindings.md)."""


def _table_of(kind: types.Type) -> type[schema.Table] | None:
    if isinstance(kind, types.DictType):
        kind = kind.value_type
    if isinstance(kind, types.StructType) and issubclass(kind.cls, schema.Table):
        return kind.cls
    return None


def _table_section(table: type[schema.Table]) -> list[str]:
    name, _, words = (inspect.getdoc(table) or "").partition(": ")
    told = field_docstrings(table)
    text = [f"## {name}", words[:1].upper() + words[1:]]
    for field in msgspec.structs.fields(table):
        text += _field_section(field, types.type_info(field.type), told)
    return text


def _field_section(
    field: msgspec.structs.FieldInfo, kind: types.Type, told: Mapping[str, str]
) -> list[str]:
    words = _type_words(kind, field.name)
    return [f"### `{field.name}`", told[field.name], f"{words}.{_default(field)}"]


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default
    if value is msgspec.NODEFAULT:
        return " Required." if field.required else ""
    if value in ("", (), {}):
        return ""
    return f" Default: `{json.dumps(value)}`."


def _type_words(kind: types.Type, name: str) -> str:
    match kind:
        case types.BoolType():
            return "`true` or `false`"
        case types.IntType(ge=low, le=high):
            return f"A whole number from {low} to {high}"
        case types.FloatType(ge=low, le=high):
            return f"A number from {low} to {high}"
        case types.LiteralType(values=values):
            words = _as_declared(values, name)
            return "One of " + ", ".join(words) if len(words) > 1 else words[0]
        case types.UnionType(types=several):
            first, *others = (_type_words(one, name) for one in reversed(several))
            return ", or ".join([first, *(f"{one[0].lower()}{one[1:]}" for one in others)])
        case types.StrType():
            return "Text"
        case types.DictType(key_type=types.StrType(), value_type=types.StrType()):
            return "A table of texts"
        case types.VarTupleType(item_type=types.StrType()):
            return "A list of texts"
        case types.VarTupleType(item_type=types.LiteralType(values=values)):
            words = _as_declared(values, name)
            return "A list of some of " + ", ".join(words)
    raise TypeError(f"no words for {kind}")


def _as_declared(values: Sequence[object], name: str) -> list[str]:
    """Literals come sorted from msgspec; readers want the order of the source."""
    source = inspect.getsource(schema)
    source = source.partition(f"    {name}: ")[2] + source
    return sorted((f'`"{value}"`' for value in values), key=lambda one: source.index(one[1:-1]))


# ------------------------------------------------------------------------------------- keys

_KEYS_INTRO: Final = """\
# Keys

`?` shows the keys of the place you are in, `^p` finds every action by its name, and the last row
hints at the most useful ones.

The columns are the sets of keys that tuimail comes with. `:keys` chooses one, and so does `[keys]`
in the [settings](configuration.md#keys), which also gives a binding keys of your own, by its id:

```toml
[keys]
preset = "mutt"
"mailbox.trash" = "d, Del"
"mailbox.go_archive" = "g a"
"mailbox.layout" = ""            # no key
```

Keys are separated by commas, the keys of a sequence by blanks. They are written as in the tables
(`^s`, `Esc`, `#`, but `g g` with a blank and `comma` for the comma) or by their names (`ctrl+s`,
`escape`). How to make a set of your own: [Keys and themes](guide/keys-and-themes.md#keys).

A number before a key counts where the last column says so.
"""
_COUNTS: Final = MappingProxyType(
    {
        Count.NOTHING: "",
        Count.STEPS: "steps",
        Count.AGAIN: "times",
        Count.MESSAGES: "messages",
        Count.PLACE: "place",
    }
)
_NUMBERED: Final = re.compile(r"(?P<stem>\w+\.\w+_)(?P<number>[1-9])\Z")


def keys_page() -> str:
    """Render docs/keybindings.md from the table of bindings and the presets."""
    presets = {name: Keys({"preset": name}) for name in PRESETS}
    text = [_KEYS_INTRO]
    for scope, specs in groupby(BINDINGS, key=lambda spec: spec.scope):
        text.append(f"## {TITLES[scope]}\n")
        text.append(f"| what it does | {' | '.join(presets)} | id | number |")
        text.append("|---" * (len(presets) + 3) + "|")
        text += _key_rows(list(specs), list(presets.values()))
        text.append("")
    return _NOTE + "\n".join(text).rstrip() + "\n"


def _key_rows(specs: Sequence[BindingSpec], presets: Sequence[Keys]) -> Iterator[str]:
    """One row each; bindings that differ in a number alone share one."""
    for stem, group in groupby(specs, key=_without_number):
        first, *others = group
        title, name, last = first.title, f"`{first.id}`", first
        words = f"{title[:1].lower()}{title[1:]}" if title else presets[0].words(first)
        if others and stem != first.id:
            last = others[-1]
            words = words.rsplit(" ", 1)[0] + " of that number"
            name += f" … `{last.id}`"
        columns = " | ".join(_keys_of(first, last, keys) for keys in presets)
        yield f"| {words} | {columns} | {name} | {_COUNTS[first.counting]} |"


def _keys_of(first: BindingSpec, last: BindingSpec, keys: Keys) -> str:
    shown = " ".join(f"`{shown_key(key)}`".replace("|", "\\|") for key in keys.keys(first))
    if last is not first and shown:
        shown += f" … `{shown_key(keys.keys(last)[0])}`"
    return shown or "·"


def _without_number(spec: BindingSpec) -> str:
    match = _NUMBERED.match(spec.id)
    return match["stem"] if match else spec.id


# --------------------------------------------------------------------------- what servers say

_TROUBLE_INTRO: Final = """\
# Troubleshooting

Every case that tuimail recognises in what Microsoft's servers say, under its short sentence: the
one in the banner or in the outbox. The server's own words are kept beside it, for support.

What is not listed here is explained by the [class of the answer](#not-listed) and shown in the
server's own words. For the rest, such as settings or the database, see the [questions](faq.md).

In the lines for an administrator, `user@example.com` stands for the mailbox. They are run in
[Exchange Online PowerShell](https://learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell).
"""
_SOURCES: Final = MappingProxyType(
    {
        "entra": "Signing in",
        "imap": "Reading (IMAP)",
        "smtp": "Sending (SMTP)",
        "graph": "Sending through Microsoft Graph",
    }
)
_NOT_LISTED: Final = """\
## What is not listed { #not-listed }

The servers say more than anybody has written down. Then the word in Entra ID's `error`, the
response code of IMAP or the class of the enhanced status code (RFC 3463) tells what kind of
trouble it is.
"""
_WHO: Final = MappingProxyType(
    {
        "you": "you",
        "admin": "your administrator",
        "microsoft": "Microsoft",
        "nobody": "nobody has to; it passes",
    }
)
_STAND_INS: Final = MappingProxyType(
    {
        " (AADSTS{code})": "",
        "{mailbox}": "this mailbox",
        "{address}": "user@example.com",
        "{sender}": "sender@example.com",
        "{shared}": "shared@example.com",
        "{delegate}": "user@example.com",
    }
)
# From a pattern of the catalogue to words that it matches.
_TO_WORDS: Final = (
    (r"\\b", ""),
    (r"\\\[", "\0"),
    (r"\(\?P<\w+>[^)]*\)|\(\?:\\S\+\)|\.\*", "…"),
    (r"\(\?:([^()|]*)\)\?", r"\1"),
    (r"\(\?:([^()|]*)\|[^()]*\)", r"\1"),
    (r"\[([^\]])[^\]]*\]", r"\1"),
    (r"\\d", "0"),
    (r"(?<=\d)\?", ""),
    (r"\\(.)", r"\1"),
    ("\0", "["),
)


def troubleshooting_page() -> str:
    """Render docs/troubleshooting.md from the catalogue, one heading per entry."""
    text = [_TROUBLE_INTRO]
    for source, entries in groupby(catalogue(), key=lambda entry: str(entry["source"])):
        text.append(f"## {_SOURCES[source]}\n")
        for entry in entries:
            text += _entry_section(entry)
    text.append(_NOT_LISTED)
    for entry in catalogue("fallback"):
        text += _entry_section(entry)
    return _NOTE + "\n".join(text).rstrip() + "\n"


def catalogue(section: str = "entry") -> list[dict[str, Any]]:
    """Return the entries of the catalogue, or its fallbacks, in order."""
    path = ROOT / "tuimail" / "exchange" / "catalogue.toml"
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))[section]
    return entries


def words_of(pattern: str) -> str:
    """Return words that a pattern of the catalogue matches; `…` stands for anything."""
    for old, new in _TO_WORDS:
        pattern = re.sub(old, new, pattern)
    return pattern.strip()


def _entry_section(entry: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {_filled(entry['title'])} {{ #{entry['id']} }}\n"
    yield f"{_filled(entry['cause'])}\n"
    yield f"- **tuimail**: {_filled(entry['now'])}"
    yield f"- **You can**: {_filled(entry['fix'])}"
    yield f"- **Who can mend it**: {_WHO[entry['who']]}."
    if "url" in entry:
        yield f"- **Explained at**: <{entry['url']}>"
    if entry.get("personal"):
        yield "- **Only for**: personal accounts (outlook.com, hotmail, live, msn)"
    if entry.get("shared"):
        yield "- **Only for**: [shared mailboxes](guide/shared-mailboxes.md)"
    yield f"- **Recognised by**: {entry.get('recognised') or _recognised(entry)}"
    yield ""
    if "command" in entry:
        yield f"```powershell\n{_filled(entry['command'])}\n```\n"


def _recognised(entry: Mapping[str, Any]) -> str:
    words = [f"AADSTS{code}" for code in entry.get("codes", ())]
    words += [words_of(pattern) for pattern in entry.get("patterns", ())]
    return ", ".join(f"`{each}`" for each in words)


def _filled(template: str) -> str:
    for old, new in _STAND_INS.items():
        template = template.replace(old, new)
    return template


PAGES: Final[Mapping[Path, Callable[[], str]]] = MappingProxyType(
    {
        Path("docs/configuration.md"): settings_page,
        Path("docs/guide/demo.md"): lambda: _NOTE + demo_page(),
        Path("docs/keybindings.md"): keys_page,
        Path("docs/troubleshooting.md"): troubleshooting_page,
    }
)
"""Path from the checkout's root to what renders it."""
