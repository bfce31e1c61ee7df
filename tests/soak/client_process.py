"""tuimail in a soak, as a process of its own that may be killed at any moment.

It reads commands, one JSON list a line, and answers each with two lines: what it is about to do,
and what it did.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from tests.crash.victim import read_account
from tests.server.client import Client
from tests.soak.impatience import TIMING, be_impatient
from tests.soak.person import Person, Words, lines


def main() -> None:
    """Serve commands until the end of the input."""
    directory, account_text, colleague, log = sys.argv[1:]
    logging.basicConfig(
        filename=log,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    be_impatient()
    client = Client(read_account(account_text), Path(directory), lambda _: None, timing=TIMING)
    with client:
        client.engine.start()
        person = Person(client, colleague, lambda words: _say("begin", words))
        _say("end", {"started": True})
        for line in lines(sys.stdin):
            match json.loads(line):
                case ["act", number, what, picks]:
                    _say("end", person.act(number, what, tuple(picks)))
                case ["settle", resend]:
                    _say("end", person.settle(resend))
                case ["see"]:
                    _say("end", person.see())


def _say(when: str, words: Words) -> None:
    sys.stdout.write(json.dumps([when, words]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
