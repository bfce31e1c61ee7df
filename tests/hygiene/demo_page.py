"""The page of docs/ on the demo, made from the personas and the switches of the sandbox."""

from __future__ import annotations

from typing import Final

from tuimail.sandbox.personas import PERSONAS
from tuimail.sandbox.switchboard import KINDS

_DEMO_INTRO: Final = """\
# The demo

```console
$ tuimail demo
```

opens tuimail on a mailbox of about 300 messages that lives on this computer alone: no account, no
network, nothing to break. Sign in with `Enter`. New mail arrives every minute or so, whoever you
write to answers, and everything is gone when you leave.

| option | what it does |
|---|---|
| `--persona NAME` | meet what an organisation or an account of that kind meets |
| `--list` | explain the personas, and stop |
| `--keep DIR` | keep the mailbox in that directory, for the next time |
| `--quiet` | no new mail by itself |
| `--set-up` | begin with setting the mailbox up |
| `--info FILE` | write down where the servers are, for other clients |

## Personas

Not every mailbox works, and what then helps is rarely in the first answer of a search engine. Each
persona is such a case, in the words of Microsoft's servers:
"""
_DEMO_REST: Final = """\
How those that stop somebody look, and who can mend them: [Who meets what](personas.md). What is
behind the words tuimail shows: [Troubleshooting](../troubleshooting.md).

## Other programs

The file that `--info` writes names the addresses and ports of sign-in, IMAP, SMTP and Graph, the
client id, and the certificate authority to trust. All of them listen on 127.0.0.1.

`control` in it is a URL and a token, with which another program drives the demo while it runs:

```console
$ tuimail demo --info demo.json
$ url=$(jq -r .control.url demo.json) token=$(jq -r .control.token demo.json)
$ curl --cacert "$(jq -r .ca_file demo.json)" -H "Authorization: Bearer $token" "$url"
$ curl --cacert "$(jq -r .ca_file demo.json)" -H "Authorization: Bearer $token" \\
    -d '{"name": "throttled"}' "$url/persona"
```

Without the token it says nothing. Each `POST` answers with the new state.

| request | body | what happens |
|---|---|---|
| `GET /control` | | tells the persona, every switch, and who is connected |
| `POST /control/persona` | `{"name": "flaky"}` | sets all switches back, then the persona's |
| `POST /control/switches` | `{"imap.latency": 0.5}` | sets single switches, all or none |
| `POST /control/cut` | `{"sign_in": true}` | cuts the network; sign-in too if asked |
| `POST /control/restore` | | brings it back |
| `POST /control/deliver` | `{"from": …, "subject": …, "text": …}` or `{"raw": …}` | mail arrives |
| `POST /control/expire` | `{"address": …}` or nothing | the tokens of open sessions expire now |
| `POST /control/throttle` | `{"milliseconds": 5000, "commands": 1}` | Exchange asks to wait |

## Switches
"""


def demo_page() -> str:
    """Render docs/guide/demo.md from the personas and the switches."""
    text = [_DEMO_INTRO, "| persona | what you meet | what tuimail says |", "|---|---|---|"]
    text += [f"| `{each.name}` | {each.meets} | {each.says} |" for each in PERSONAS.values()]
    text += ["", _DEMO_REST, "| switch | takes |", "|---|---|"]
    text += [f"| `{name}` | {kind.words} |" for name, kind in KINDS.items()]
    return "\n".join(text) + "\n"
