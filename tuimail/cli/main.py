"""The command line: options, verbs, and what an exit code means.

0 done, 1 failed (the reason on stderr, in the words of the screen), 2 wrong usage, 3 a sign-in is
needed. The verbs are made for scripts: what they print is free of control characters.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Final

import click

from tuimail import __version__
from tuimail.cli.output import note
from tuimail.cli.setup import Options
from tuimail.cli.straight import end_of, show_screen

_VERBS: Final = {
    "account": "tuimail.cli.verbs.account:account",
    "import": "tuimail.cli.verbs.import_accounts:import_accounts",
    "login": "tuimail.cli.verbs.login:login",
    "logout": "tuimail.cli.verbs.logout:logout",
    "token": "tuimail.cli.verbs.token:token",
    "sync": "tuimail.cli.verbs.sync:sync",
    "folders": "tuimail.cli.verbs.folders:folders",
    "list": "tuimail.cli.verbs.list_messages:list_messages",
    "search": "tuimail.cli.verbs.search:search",
    "show": "tuimail.cli.verbs.show:show",
    "compose": "tuimail.cli.verbs.compose:compose",
    "send": "tuimail.cli.verbs.send:send",
    "outbox": "tuimail.cli.verbs.outbox:outbox",
    "repair": "tuimail.cli.verbs.repair:repair",
    "doctor": "tuimail.cli.verbs.doctor:doctor",
    "demo": "tuimail.cli.verbs.demo:demo",
}


class Verbs(click.Group):
    """Imports a verb when it is asked for: the screen starts without msal and imapclient."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of a first session."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a verb, None if there is none of that name."""
        if cmd_name not in _VERBS:
            return None
        module, _, name = _VERBS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The settings file. Default: $TUIMAIL_CONFIG, else config.toml in the settings folder.",
)
@click.option("--account", help="The account's label in the settings; needed if there are several.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (ASCII only).")
@click.version_option(__version__, prog_name="tuimail")
@click.pass_context
def tuimail(context: click.Context, config: Path | None, account: str | None, as_json: bool) -> int:
    """Read and write Microsoft 365 mail in a terminal. Without a verb: open the screen."""
    context.obj = Options(config, account, as_json)
    if context.invoked_subcommand is None:
        return show_screen(context.obj)
    return 0


def run() -> int:
    """Parse the arguments, do it, and return the exit code."""
    return end_of(_parsed)


def _parsed() -> object:
    try:
        return tuimail.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Abort as error:
        note("")  # behind the question
        if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
            return 130
        note("tuimail: An answer was needed, and the input had none.")
        note("  With --help a verb names the options that answer beforehand.")
        return 2
