"""What is odd about a link: who it pretends to be, and how it hides that.

Pure. Names are compared as people see them (`text.lookalike`), against hosts that are known: the
user's own, those of people the user has written to, and the sites in `brands.txt`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

from tuimail.mime.links import hides_host, site_of
from tuimail.mime.rendered import Link
from tuimail.text.lookalike import is_one_slip_away, skeleton
from tuimail.text.safe import SafeText, clean

_SHORTEST: Final = 6
"""Shorter names differ by one letter all the time."""
_TOGETHER: Final = frozenset({"HIRAGANA", "KATAKANA", "CJK", "HANGUL", "BOPOMOFO", "LATIN"})
"""Scripts that are written together in one word (UTS #39, 5.2, "highly restrictive")."""


def with_doubts(links: Sequence[Link], known: Collection[str]) -> tuple[Link, ...]:
    """Return the links, those whose hosts look like others marked.

    Args:
        known: Lower-case hosts that the user knows, beside the big brands.
    """
    if not links:
        return ()
    imitated = {site_of(host) for host in known} | _brands()
    by_look = {skeleton(site): site for site in sorted(imitated)}
    models = {host: _model(host, imitated, by_look) for host in {link.host for link in links}}
    return tuple(
        replace(link, looks_like=models[link.host], suspicious=True)
        if models[link.host] or _is_mixed(shown_host(link.host))
        else link
        for link in links
    )


def doubts(link: Link) -> tuple[SafeText, ...]:
    """Return what is odd about a link, one sentence each, the worst first."""
    return tuple(clean(each) for each in _doubts(link))


def _doubts(link: Link) -> Iterator[str]:
    if link.named_host:
        yield f"The text says {link.named_host}, the link goes to {link.host}."
    if link.looks_like:
        yield f"{shown_host(link.host)} looks like {link.looks_like}, and is another site."
    shown = shown_host(link.host)
    if _is_mixed(shown):
        yield f"The name has letters of several alphabets: {shown} is {link.host}."
    elif shown != link.host:
        yield f"The name has letters beyond a to z: {shown} is {link.host}."
    if hides_host(link.target):
        yield "The address is written so that it is hard to see where it goes."


def shown_host(host: str) -> SafeText:
    """Return a host as a browser might show it, its Punycode labels (RFC 3492) decoded."""
    return clean(".".join(_decoded(label) for label in host.split(".")))


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _is_mixed(host: str) -> bool:
    return any(len(_scripts(label)) > 1 for label in host.split("."))


def _scripts(label: str) -> set[str]:
    """The scripts of a label, those that are written together counted as one."""
    scripts = {
        unicodedata.name(char, "UNKNOWN").partition(" ")[0] for char in label if char.isalpha()
    }
    return {"LATIN"} if scripts <= _TOGETHER else scripts


def _model(host: str, imitated: Collection[str], by_look: dict[str, str]) -> SafeText:
    """Return the known site that a host can be taken for, "" for none."""
    site = site_of(shown_host(host))
    if len(site) < _SHORTEST or site in imitated or site_of(host) in imitated:
        return SafeText("")
    same = by_look.get(skeleton(site))
    if same is not None:
        return clean(same)
    near = (each for each in sorted(imitated) if _is_near(site, each))
    return clean(next(near, "") or _inside(host, imitated))


def _is_near(site: str, other: str) -> bool:
    """Whether only the name before the ending differs, by one slip."""
    name, _, ending = site.partition(".")
    its_name, _, its_ending = other.partition(".")
    long = min(len(name), len(its_name)) >= _SHORTEST
    return long and ending == its_ending and is_one_slip_away(name, its_name)


def _inside(host: str, imitated: Iterable[str]) -> str:
    """Return the known site whose whole name stands in front of another: `paypal.com.x.example`."""
    labels = host.split(".")
    starts = {
        ".".join(labels[at : at + length])
        for length in (2, 3)
        for at in range(len(labels) - length)
    }
    return next(iter(sorted(starts & set(imitated))), "")


@cache
def _brands() -> frozenset[str]:
    lines = files("tuimail.mime").joinpath("brands.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
