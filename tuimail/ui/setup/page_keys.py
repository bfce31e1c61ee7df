"""The keys that the pages of the set-up and of the sign-in name in their sentences."""

from __future__ import annotations

from typing import NamedTuple

from tuimail.ui.bindings import Keys


class PageKeys(NamedTuple):
    """Keys as people read them.

    Attributes:
        go_on: Goes on; approves in the demo.
        copy: Copies what is shown for that.
        paste: Pastes the address of the last page of a browser elsewhere.
        again: Tries again.
        administrator: For a page that wants an administrator; empty where there is none.
    """

    go_on: str
    copy: str
    paste: str
    again: str
    administrator: str = ""

    @property
    def copies(self) -> str:
        """Key and words of copying, for the rule above what is copied."""
        return f"{self.copy} copies it"


def setup_keys(keys: Keys) -> PageKeys:
    """Return what the pages of the set-up name."""
    return PageKeys(
        go_on=keys.shown("setup.go_on"),
        copy=keys.shown("setup.copy"),
        paste=keys.shown("setup.paste"),
        again=keys.shown("setup.retry"),
        administrator=keys.shown("setup.administrator"),
    )


def sign_in_keys(keys: Keys) -> PageKeys:
    """Return what the sign-in page names."""
    return PageKeys(
        go_on=keys.shown("sign_in.go_on"),
        copy=keys.shown("sign_in.copy"),
        paste=keys.shown("sign_in.paste"),
        again=keys.shown("sign_in.again"),
    )
