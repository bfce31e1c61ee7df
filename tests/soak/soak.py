"""One soak: the real client in a process of its own, two servers' worth of trouble, a judgement.

    python -m tests.soak --minutes 30 --seed N --server dovecot

How long it lasts is a count of decisions. The pace between two gives the engine time for a few
commands: without it everything would happen before the first reply.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tests.crash.victim import describe
from tests.server.both_servers import through
from tests.server.client import Client
from tests.server.fault_proxy import FaultProxy
from tests.soak import judgement
from tests.soak.decisions import OTHER, POWER, USER, WEATHER, Decision, decisions
from tests.soak.ground import Ground, standing
from tests.soak.other import Other
from tests.soak.weather import Weather
from tests.waiting import NeverHappenedError, wait_until
from tuimail.model.account import Account, Endpoint
from tuimail.model.outbox import OutboxState

PACE: Final = 0.1
"""Seconds between two decisions."""
LOG: Final = "log.txt"
_FIRST_MAIL: Final = 60
_LONGEST_SETTLING: Final = 300.0
_DONE: Final = (OutboxState.SENT, OutboxState.CANCELLED)


@dataclass
class Report:
    """What a soak did, and what was wrong in the end: nothing."""

    seed: int
    server: str
    decisions: int = 0
    kills: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    other: dict[str, int] = field(default_factory=dict)
    user: dict[str, int] = field(default_factory=dict)
    mails: int = 0
    sent: int = 0
    bodies: int = 0
    settled_in: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"soak on {self.server}, seed {self.seed}: {self.decisions} decisions",
            f"  faults {sum(self.faults.values())}, kills {self.kills}",
            f"  changes by the user {sum(self.user.values())},"
            f" by the other client {sum(self.other.values())}",
            f"  messages {self.mails}, sent {self.sent}, texts held {self.bodies}",
            f"  equal {self.settled_in:.0f} s after the last fault",
            f"  wrong: {len(self.wrong)}",
        ]
        return "\n".join([*lines, *(f"    {each}" for each in self.wrong[:40])])


class Running:
    """The client's process and the way to talk to it."""

    def __init__(self, directory: Path, account: Account, colleague: str) -> None:
        self._command = [
            *(sys.executable, "-m", "tests.soak.client_process"),
            *(str(directory), describe(account), colleague, str(directory.parent / LOG)),
        ]
        self._errors = directory.parent / "errors.txt"
        self._process = self._start()

    def ask(self, *words: Any) -> dict[str, Any]:
        """Send a command and return what came of it."""
        self.tell(*words)
        for when, answer in self._answers():
            if when == "end":
                return answer
        raise AssertionError(f"tuimail ended by itself:\n{self._errors.read_text()}")

    def tell(self, *words: Any) -> None:
        """Send a command without waiting."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def kill(self, after: float) -> list[tuple[str, dict[str, Any]]]:
        """Kill it while it works, start it again, and return what it still said."""
        threading.Event().wait(after)
        self._process.send_signal(signal.SIGKILL)
        said = list(self._answers())
        self._process.wait()
        self._close()
        self._process = self._start()
        return said

    def end(self) -> None:
        """Let it end in order; by force if it does not."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _start(self) -> subprocess.Popen[str]:
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        for when, _ in self._answers():
            if when == "end":
                return self._process
        raise AssertionError(f"tuimail did not start:\n{self._errors.read_text()}")

    def _answers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        assert self._process.stdout is not None
        for line in iter(self._process.stdout.readline, ""):
            if not line.endswith("\n"):
                return
            when, words = json.loads(line)
            yield when, words

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Soak:
    """Leads one soak.

    Args:
        directory: For everything; kept by the caller if something is wrong.
    """

    def __init__(self, server: str, seed: int, count: int, directory: Path) -> None:
        self.report = Report(seed, server)
        self._count = count
        self._directory = directory
        self._flagged: dict[str, bool] = {}
        self._open: set[str] = set()
        self._queued: set[str] = set()
        self._copied: Counter[str] = Counter()

    def run(self) -> Report:
        """Do everything decided, let things settle, and judge."""
        place = self._directory / "servers"
        place.mkdir()
        with contextlib.ExitStack() as stack:
            ground = stack.enter_context(standing(self.report.server, place))
            mailbox = ground.mailbox
            imap = stack.enter_context(mailbox.proxy(text=True))
            smtp = stack.enter_context(FaultProxy(mailbox.account.smtp.port))
            account = self._account(ground, imap, smtp)
            weather, other = Weather(ground, imap, smtp), Other(ground)
            other.fill(_FIRST_MAIL)
            running = Running(self._directory / "client", account, mailbox.colleague)
            stack.callback(running.end)
            self._go(running, other, weather)
            weather.clear()
            self._settle(running, other)
            self.report.faults, self.report.other = weather.began, other.did
        return self.report

    def _account(self, ground: Ground, imap: FaultProxy, smtp: FaultProxy) -> Account:
        account = replace(through(ground.mailbox, imap), smtp=Endpoint("localhost", smtp.port))
        with Client(account, self._directory / "client", ground.mailbox.approve) as client:
            client.sign_in()
            return client.account

    def _go(self, running: Running, other: Other, weather: Weather) -> None:
        pause = threading.Event()
        log = (self._directory / "decisions.txt").open("w", encoding="utf-8", buffering=1)
        with log:
            for decision in decisions(self.report.seed, self._count):
                log.write(f"{decision}\n")
                self.report.decisions += 1
                match decision.who:
                    case _ if decision.who == USER:
                        self._note(
                            running.ask("act", decision.number, decision.what, decision.picks)
                        )
                        done = self.report.user
                        done[decision.what] = done.get(decision.what, 0) + 1
                    case _ if decision.who == OTHER:
                        other.act(decision)
                    case _ if decision.who == WEATHER:
                        weather.act(decision)
                    case _ if decision.who == POWER:
                        self._kill(running, decision)
                pause.wait(PACE)

    def _kill(self, running: Running, decision: Decision) -> None:
        what = ("flag", "move many", "send", "move")[decision.picks[0] % 4]
        running.tell("act", decision.number, what, decision.picks)
        said = running.kill(decision.picks[1] % 40 / 1000)
        self.report.kills += 1
        for when, words in said:
            if when == "end":
                self._note(words)
            else:
                self._open |= {message_id for message_id, _ in words.get("flag", ())}

    def _note(self, words: dict[str, Any]) -> None:
        for message_id, is_flagged in words.get("flag", ()):
            self._flagged[message_id] = is_flagged
            self._open.discard(message_id)
        self._open |= set(words.get("undo", ()))
        self._copied.update(words.get("copy", ()))
        if "send" in words:
            self._queued.add(words["send"])

    # ── the end ───────────────────────────────────────────────────────────────────────────────

    def _settle(self, running: Running, other: Other) -> None:
        resend: list[int] = []
        state: dict[str, Any] = {}
        pause = threading.Event()
        began = time.monotonic()

        def settled() -> bool:
            nonlocal resend, state
            state = running.ask("settle", resend)
            resend = self._not_arrived(state, other)
            done = all(each[2] in _DONE and not each[3] for each in state["outbox"])
            if state["pending"] or not done:
                pause.wait(0.5)
                return False
            server = other.contents()
            wrong = judgement.divergences(running.ask("see"), server)
            if wrong:
                pause.wait(0.5)
            return not wrong

        try:
            wait_until(settled, _LONGEST_SETTLING, "client and server to be equal")
        except NeverHappenedError:
            waiting = [each for each in state["outbox"] if each[2] not in _DONE or each[3]]
            self.report.wrong.append(
                f"not settled: {state['pending']} intents pending, {state['online']},"
                f" outbox {waiting}"
            )
        self.report.settled_in = time.monotonic() - began
        self._judge(running, other)

    def _not_arrived(self, state: dict[str, Any], other: Other) -> list[int]:
        uncertain = [
            (outbox_id, message_id)
            for outbox_id, message_id, at, is_due in state["outbox"]
            if at == OutboxState.UNCERTAIN and not is_due
        ]
        received = set(other.received()) if uncertain else set()
        return [outbox_id for outbox_id, message_id in uncertain if message_id not in received]

    def _judge(self, running: Running, other: Other) -> None:
        seen, server = running.ask("see"), other.contents()
        state = running.ask("settle", [])
        stored = {message_id for _, message_id, _, _ in state["outbox"]}
        wrong = self.report.wrong
        wrong += judgement.divergences(seen, server)
        wrong += judgement.lost_or_doubled(
            server, other.created, self._copied + Counter(other.copied)
        )
        wrong += judgement.not_sent_once(server, other.received(), stored)
        wrong += [f"{each}: queued, and not in the outbox" for each in self._queued - stored]
        wrong += judgement.not_as_told(server, self._flagged, {*self._open, *seen["dropped"]})
        log = (self._directory / LOG).read_text("utf-8")
        wrong += [line for line in log.splitlines() if " ERROR " in line]
        drafts = self.report.user.get("draft", 0)
        if seen["drafts"] != drafts:
            wrong.append(f"{seen['drafts']} drafts, {drafts} were written")
        self.report.mails = sum(map(len, server.values()))
        self.report.sent = len(stored)
        self.report.bodies = sum(
            row[2] is not None
            for folder in seen["folders"].values()
            for row in folder["rows"].values()
        )
