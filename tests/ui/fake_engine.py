"""An engine that does nothing but remember what it was asked. For tests where only keys matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice
from tuimail.model.sign_in import SignInMethod, SignInPurpose
from tuimail.model.status import (
    Connectivity,
    Download,
    EngineStatus,
    Leaving,
    Progress,
    SignInPrompt,
)


@dataclass
class FakeEngine:
    """Implements `EngineControl`; its status is whatever a test sets."""

    focused: list[FolderId] = field(default_factory=list)
    wanted: list[tuple[MessageKey, str | None]] = field(default_factory=list)
    given_up: list[tuple[MessageKey, str | None]] = field(default_factory=list)
    wakes: int = 0
    unsubscribed: list[MessageKey] = field(default_factory=list)
    attended: int = 0
    reconnects: list[AccountId] = field(default_factory=list)
    sign_ins: list[tuple[AccountId, SignInPrompt]] = field(default_factory=list)
    methods: list[SignInMethod] = field(default_factory=list)
    purposes: list[SignInPurpose] = field(default_factory=list)
    pasted: list[tuple[AccountId, str]] = field(default_factory=list)
    cancelled_sign_ins: list[AccountId] = field(default_factory=list)
    statuses: dict[AccountId, EngineStatus] = field(default_factory=dict)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    is_attached: bool = False

    @property
    def status(self) -> Mapping[AccountId, EngineStatus]:
        return dict(self.statuses)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def set_status(
        self,
        account: AccountId,
        connectivity: Connectivity,
        *,
        since: datetime,
        online_at: datetime | None = None,
        next_attempt: datetime | None = None,
        problem: Notice | None = None,
        progress: Progress | None = None,
        download: Download | None = None,
        leaving: Leaving | None = None,
    ) -> None:
        self.statuses[account] = EngineStatus(
            account,
            connectivity,
            since,
            online_at,
            next_attempt,
            problem,
            progress,
            download,
            leaving,
        )
        for listener in list(self.listeners):
            listener()

    def focus(self, folder: FolderId) -> None:
        self.focused.append(folder)

    def want_body(self, key: MessageKey, *, section: str | None = None) -> None:
        self.wanted.append((key, section))

    def give_up(self, key: MessageKey, *, section: str | None = None) -> None:
        self.given_up.append((key, section))

    def unsubscribe(self, key: MessageKey) -> None:
        self.unsubscribed.append(key)

    def wake(self) -> None:
        self.wakes += 1

    def attend(self) -> None:
        self.attended += 1

    def reconnect(self, account: AccountId) -> None:
        self.reconnects.append(account)

    def sign_in(
        self,
        account: AccountId,
        prompt: SignInPrompt,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        purpose: SignInPurpose = SignInPurpose.MAIL,
    ) -> None:
        self.sign_ins.append((account, prompt))
        self.purposes.append(purpose)
        self.methods.append(method)

    def paste_answer(self, account: AccountId, text: str) -> None:
        self.pasted.append((account, text))

    def cancel_sign_in(self, account: AccountId) -> None:
        self.cancelled_sign_ins.append(account)
