"""Pictures of setting a mailbox up, on the sandbox: a page for each thing that may stop it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from tests.ui.test_setup import Scene as FirstRun

Play = Callable[[FirstRun], Awaitable[None]]


class SetupScene(NamedTuple):
    """One page.

    Attributes:
        name: Of the files.
        play: Leads there, from the field for the address.
        design: The first part of the name of the design's picture; empty where it has none.
        persona: What the organisation allows.
    """

    name: str
    play: Play
    design: str = ""
    persona: str = "plain"


async def _address(run: FirstRun) -> None:
    await run.shows("Type the address")


async def _app(run: FirstRun) -> None:
    await run.to_the_app()


async def _code(run: FirstRun) -> None:
    await run.to_the_code()


async def _consent(run: FirstRun) -> None:
    await run.to_the_code()
    await run.press("a")
    await run.shows("approval needed")


async def _sending_off(run: FirstRun) -> None:
    await run.to_the_code()
    await run.approve()
    await run.shows("reading only")


async def _keys(run: FirstRun) -> None:
    await run.to_the_code()
    await run.approve()
    await run.shows("Which keys do your hands know?")


SETUP_SCENES: Final = (
    SetupScene("set-up-address", _address),
    SetupScene("set-up-app", _app, "app"),
    SetupScene("set-up-code", _code, "device"),
    SetupScene("set-up-consent", _consent, "consent", "admin-consent"),
    SetupScene("set-up-sending-off", _sending_off, "smtp", "smtp-off-mailbox"),
    SetupScene("set-up-keys", _keys, "keys"),
)
