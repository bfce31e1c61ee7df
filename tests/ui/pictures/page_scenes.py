"""Pictures of writing and sending, and of the pages beside the mail."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from tests.ui.pictures.scene import Scene, after, keys
from tests.ui.sample_mail import NOW
from tests.ui.stage import Stage
from tests.ui.test_compose import write
from tests.ui.test_jobs import WORDS, move_three, open_jobs, throttle, tried
from tests.ui.test_notices import REFUSED as NOT_MOVED
from tests.ui.test_notices import open_notices, tell
from tests.ui.test_outbox import REFUSED, open_outbox
from tests.ui.test_sign_in import CODE, open_sign_in, show
from tuimail.model.notice import Notice, Severity
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.text.safe import clean

_BODY: Final = """\
Kim,

thank you, that was quick. On 7.2: we mean the cap of the 2024 contract, so
twelve months of fees. I have written that into the attached draft.

Could you confirm by Wednesday?

Anna

On Mon 23 Nov 2026 at 09:32 Kim Chu wrote:
> We accept 3.1 and 3.4. Clause 7.2 needs another look: our counsel reads
> it as unlimited.
"""
_KIM: Final = "Kim Chu <kim.chu@fabrikam.example>"
_TO: Final = f"Ben Okafor <ben.okafor@contoso.com>, {_KIM}"
_SUBJECT: Final = "Re: Contract draft v4 with our comments"
_ASKED: Final = _BODY.replace("I have written that into the attached draft.", "It is in our draft.")


async def _compose(stage: Stage, to: str = _TO, body: str = _ASKED) -> None:
    await write(stage, to=to, subject=_SUBJECT, body=body[1:])
    await stage.press(body[0])
    await stage.shows("draft saved")


async def _complete(stage: Stage) -> None:
    await write(stage, to=_KIM, subject=_SUBJECT, body=_BODY)
    await stage.press("shift+tab", "shift+tab", *", anna")


async def _guarded(stage: Stage) -> None:
    await _compose(stage, f"{_KIM}, Lee Park <lee@northwind.example>", _BODY)
    await stage.press("ctrl+s")
    await stage.shows("Before this goes out")


def _queue(
    stage: Stage, people: str, subject: str, *states: OutboxState, problem: Notice | None = None,
    later: timedelta | None = None,
) -> None:  # fmt: skip
    message = OutgoingMessage(
        account_id=stage.account,
        raw=b"Subject: x\r\n\r\nx\r\n",
        message_id=f"<{subject}@contoso.com>",
        mail_from="anna@contoso.com",
        rcpt_to=("kim@fabrikam.example",),
        to_text=clean(people),
        subject=clean(subject),
        not_before=None if later is None else NOW + later,
    )
    number = stage.store.write(lambda tx: tx.queue_message(message)).result()
    for state in states:
        if state is OutboxState.SENDING:
            stage.store.write(lambda tx: tx.set_outbox(number, state=OutboxState.SENDING)).result()
        else:
            change = partial(_set, number, state, problem)
            stage.store.write(change).result()


def _set(number: int, state: OutboxState, problem: Notice | None, tx: object) -> None:
    tx.set_outbox(number, state=state, problem=problem)  # type: ignore[attr-defined]


async def _outbox(stage: Stage) -> None:
    sent = (OutboxState.SENDING, OutboxState.SENT)
    _queue(stage, "Lena Fischer", "Re: Rack 14 power budget", *sent)
    _queue(stage, "9 people", "Minutes, architecture round 18", *sent)
    _queue(stage, "Grace Liu", "Hand-over: alerts", OutboxState.SENDING, OutboxState.UNCERTAIN)
    _queue(
        stage, "Travel Desk", "Booking HX4T9Q: change to Thursday", OutboxState.FAILED,
        problem=REFUSED,
    )  # fmt: skip
    _queue(stage, "Kim Chu +1", "Re: Contract draft v4 with our comments")
    await open_outbox(stage)


async def _jobs(stage: Stage) -> None:
    tried(stage, move_three(stage), WORDS)
    throttle(stage)
    await open_jobs(stage)


async def _notices(stage: Stage) -> None:
    tell(
        stage,
        Notice(Severity.INFO, "2 new in Inbox."),
        Notice(Severity.SUCCESS, "Sent “Minutes, architecture round 18” to 9 people."),
        NOT_MOVED,
        Notice(Severity.WARNING, "Exchange asks us to wait. Going on by itself at 09:48."),
    )
    await open_notices(stage)


async def _sign_in(stage: Stage) -> None:
    show(await open_sign_in(stage))
    await stage.shows(CODE)


_SENT: Final = after(_compose, keys("ctrl+s", "y", shows="Sending in"))

PAGE_SCENES: Final = (
    Scene("composer", _compose, "compose"),
    Scene("completion", _complete),
    Scene("question", after(_compose, keys("ctrl+s", shows="Send to 2")), "review"),
    Scene("send-later", after(_compose, keys("ctrl+s", "l", screen="EntrySheet"))),
    Scene("check", _guarded, "guard"),
    Scene("preview", after(_compose, keys("f4", screen="PreviewScreen"))),
    Scene("sending", _SENT, "undo"),
    Scene("outbox", _outbox, "outbox", is_now=True),
    Scene("outbox-empty", keys("g", "o", screen="OutboxScreen")),
    Scene("jobs", _jobs, "jobs"),
    Scene("jobs-idle", keys("g", "j", screen="JobsScreen")),
    Scene("notifications", _notices, "notes", is_now=True),
    Scene("notifications-empty", keys("g", "n", screen="NoticesScreen")),
    Scene("settings", keys("comma", screen="SettingsScreen"), "settings"),
    Scene("setting", keys("comma", "j", "enter", screen="ChoiceSheet")),
    Scene("sign-in", _sign_in, "device"),
)
