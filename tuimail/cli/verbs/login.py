"""`tuimail login`: sign in on a plain terminal, with a code or with a browser."""

from __future__ import annotations

import os

import click

from tuimail.auth.provider import UNLOCK
from tuimail.cli.lock import is_engine_running
from tuimail.cli.output import note
from tuimail.cli.plain_prompt import PlainPrompt
from tuimail.cli.run import one_account
from tuimail.cli.setup import Options
from tuimail.config.surroundings import surroundings
from tuimail.errors import SignInRequired, TokensUnusable
from tuimail.model.request import NewRequest, RequestKind
from tuimail.model.sign_in import SignInMethod


@click.command()
@click.option(
    "--device-code", "way", flag_value="code", help="With a code, on any device (the default)."
)
@click.option("--browser", "way", flag_value="browser", help="With a browser, here or elsewhere.")
@click.pass_obj
def login(options: Options, way: str | None) -> None:
    """Sign in. Prints the page and the code on stdout, then waits."""
    method = SignInMethod.DEVICE_CODE
    if way == "browser":
        is_here = surroundings(os.environ).can_open_browser
        method = SignInMethod.BROWSER if is_here else SignInMethod.PASTE
    with one_account(options) as world:
        tokens = world.connected().tokens
        prompt = PlainPrompt(tokens.sign_in.paste)
        tokens.sign_in.begin(prompt, method).result()
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
        if not tokens.is_kept:
            raise TokensUnusable(
                "You signed in, and the tokens could not be stored: the sign-in is lost.",
                hint=f"{UNLOCK} Then sign in again.",
            )
        if is_engine_running(world.store.directory):
            again = NewRequest(RequestKind.RECONNECT, account=world.account.id)
            world.store.write(lambda tx: tx.ask(again), urgent=True).result()
        note(f"Signed in as {outcome.username}.")
