"""The ways out, and which of them a message takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tuimail.errors import (
    GraphNotAllowed,
    MessageTooLarge,
    SubmissionDisabled,
    SubmissionError,
    SubmissionRefused,
)
from tuimail.model.account import SendVia, Token
from tuimail.submission.graph import GraphSubmitter
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.submission.submitter import PLAIN, Options, Submitter


class Ways:
    """Fulfils `Submitter` by SMTP or through Microsoft Graph, as the message says.

    `smtp-then-graph` goes on with Graph only after SMTP said, before anything of the message left,
    that it is switched off: a definite refusal. Whatever else happened, or may have, it does not.

    Args:
        smtp: Submission (RFC 6409).
        graph: Microsoft Graph.
        via: What messages of this mailbox take by default, for `check`.
    """

    def __init__(self, smtp: SmtpSubmitter, graph: GraphSubmitter, via: SendVia) -> None:
        self._smtp = smtp
        self._graph = graph
        self._via = via

    async def check(self, *, username: str, token: Token) -> None:
        """See whether sending would work, by the way that is taken. Nothing is sent."""
        if self._via is not SendVia.GRAPH:
            try:
                await self._smtp.check(username=username, token=token)
            except SubmissionDisabled:
                if self._via is SendVia.SMTP:
                    raise
            else:
                return
        await self._graph.check()

    async def submit(
        self,
        *,
        username: str,
        token: Token,
        mail_from: str,
        rcpt_to: Sequence[str],
        raw: bytes,
        before_data: Callable[[], Awaitable[None]],
        options: Options = PLAIN,
    ) -> str:
        """See `Submitter.submit`."""

        async def by(way: Submitter, begin: Callable[[], Awaitable[None]]) -> str:
            return await way.submit(
                username=username,
                token=token,
                mail_from=mail_from,
                rcpt_to=rcpt_to,
                raw=raw,
                before_data=begin,
                options=options,
            )

        if options.via is SendVia.GRAPH:
            return await by(self._graph, before_data)
        begun = False

        async def begin() -> None:
            nonlocal begun
            begun = True
            await before_data()

        try:
            return await by(self._smtp, begin)
        except SubmissionDisabled as error:
            if begun or options.via is not SendVia.SMTP_THEN_GRAPH:
                raise
            disabled = error
        try:
            return await by(self._graph, before_data)
        except (MessageTooLarge, GraphNotAllowed) as error:
            raise _both(error, disabled) from None
        except SubmissionRefused as error:
            if error.hint != _BY_SMTP:
                raise
            raise _both(error, disabled) from None


_BY_SMTP = "Send it by SMTP."


def _both(
    error: MessageTooLarge | GraphNotAllowed | SubmissionRefused, disabled: SubmissionDisabled
) -> SubmissionError | GraphNotAllowed:
    """Say why Graph does not do it where SMTP is off: what mends SMTP is the way that is left."""
    hint = f"{disabled.message} {disabled.hint if not disabled.command else _RUN}".strip()
    kept = error.hint if isinstance(error, GraphNotAllowed) else ""
    words = f"{kept} {hint}".strip()
    return type(error)(
        error.message,
        hint=words,
        detail=disabled.detail,
        command=disabled.command,
        url=disabled.url,
    )


_RUN = "Ask your administrator to run the line below."
