"""`tuimail login`: sign in by device code, for machines without a browser."""

from __future__ import annotations

import click

from tuimail.cli.lock import is_engine_running
from tuimail.cli.output import note, say
from tuimail.cli.run import one_account
from tuimail.cli.setup import Options
from tuimail.errors import SignInRequired
from tuimail.model.request import NewRequest, RequestKind
from tuimail.model.status import DeviceCode, SignInOutcome


class _PlainPrompt:
    """Prints the URL and the code, one line each, at once."""

    def __init__(self) -> None:
        self.outcome: SignInOutcome | None = None

    def show_code(self, code: DeviceCode) -> None:
        note("Open this page on any device and enter the code:")
        say(code.verification_uri)
        say(code.user_code)

    def finished(self, outcome: SignInOutcome) -> None:
        self.outcome = outcome


@click.command()
@click.option("--device-code", is_flag=True, help="Sign in on another device (the default).")
@click.pass_obj
def login(options: Options, device_code: bool) -> None:
    """Sign in. Prints the page and the code on stdout, then waits."""
    with one_account(options) as world:
        prompt = _PlainPrompt()
        world.connected().tokens.sign_in(prompt).result()
        outcome = prompt.outcome
        if outcome is None or outcome.problem is not None:
            problem = outcome.problem if outcome else None
            raise SignInRequired(
                problem.happened or problem.short if problem else "The sign-in was cancelled.",
                hint=problem.you_can if problem else "",
                command=problem.command if problem else "",
                url=problem.url if problem else "",
                detail=problem.detail if problem else "",
            )
        if is_engine_running(world.store.directory):
            again = NewRequest(RequestKind.RECONNECT, account=world.account.id)
            world.store.write(lambda tx: tx.ask(again), urgent=True).result()
        note(f"Signed in as {outcome.username}.")
