"""Times to come, as they are typed: what they mean, in which zone, and across changes of clocks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.later import TimeProblem, parse_later

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 44, tzinfo=BERLIN)  # a Tuesday


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tomorrow 9:00", "2026-11-25 09:00"),
        ("tomorrow", "2026-11-25 08:00"),
        ("Tomorrow morning", "2026-11-25 08:00"),
        ("tomorrow at 14:30", "2026-11-25 14:30"),
        ("in 2 hours", "2026-11-24 11:44"),
        ("2h", "2026-11-24 11:44"),
        ("in 90 min", "2026-11-24 11:14"),
        ("in 3 days", "2026-11-27 09:44"),
        ("1 week", "2026-12-01 09:44"),
        ("mon 8", "2026-11-30 08:00"),
        ("Monday, 8:15", "2026-11-30 08:15"),
        ("next friday 17.00", "2026-11-27 17:00"),
        ("tue 8", "2026-12-01 08:00"),
        ("tue 10", "2026-11-24 10:00"),
        ("tuesday", "2026-12-01 08:00"),
        ("18:00", "2026-11-24 18:00"),
        ("9", "2026-11-25 09:00"),
        ("9pm", "2026-11-24 21:00"),
        ("12 am", "2026-11-25 00:00"),
        ("noon", "2026-11-24 12:00"),
        ("tonight", "2026-11-24 20:00"),
        ("today 23:59", "2026-11-24 23:59"),
        ("24 dec 7:30", "2026-12-24 07:30"),
        ("december 24 7:30", "2026-12-24 07:30"),
        ("1 jan", "2027-01-01 08:00"),
        ("3 feb 2027 10", "2027-02-03 10:00"),
        ("2026-12-01 6:00", "2026-12-01 06:00"),
        ("2026-12-01", "2026-12-01 08:00"),
    ],
)
def test_what_is_typed_means_one_moment(typed: str, meant: str) -> None:
    later = parse_later(typed, NOW, BERLIN)
    assert f"{later.at:%Y-%m-%d %H:%M}" == meant
    assert later.at.utcoffset() == BERLIN.utcoffset(later.at.replace(tzinfo=None))
    assert not later.remark


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type a time"),
        ("soon", "That is no time"),
        ("25:00", "That is no time"),
        ("13 pm", "That is no time"),
        ("31 feb", "That is no time"),
        ("tomorrow 9:61", "That is no time"),
        ("today 8:00", "over"),
        ("2020-01-01", "over"),
        ("in 9999 days", "more than a year"),
        ("2028-01-01", "more than a year"),
    ],
)
def test_what_cannot_be_waited_for_is_said(typed: str, words: str) -> None:
    with pytest.raises(TimeProblem, match=words):
        parse_later(typed, NOW, BERLIN)


def test_a_time_that_clocks_leave_out_becomes_the_one_they_show() -> None:
    now = datetime(2027, 3, 27, 12, 0, tzinfo=BERLIN)
    later = parse_later("tomorrow 2:30", now, BERLIN)
    assert later.at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert f"{later.at:%H:%M %Z}" == "03:30 CEST"
    assert later.remark == "There is no 02:30 that day, as clocks go forward."


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    now = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)
    later = parse_later("tomorrow 2:30", now, BERLIN)
    assert later.at.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_hours_are_hours_and_days_keep_the_time_of_day_across_a_change_of_clocks() -> None:
    """Mutation that turns it red: adding both to the clock on the wall."""
    now = datetime(2027, 3, 27, 12, 0, tzinfo=BERLIN)
    assert parse_later("in 24 hours", now, BERLIN).at - now.astimezone(UTC) == timedelta(hours=24)
    assert f"{parse_later('in 24 hours', now, BERLIN).at:%H:%M}" == "13:00"
    assert f"{parse_later('in 1 day', now, BERLIN).at:%H:%M}" == "12:00"


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
def test_the_computers_zone_is_asked_for_the_day_that_is_meant() -> None:
    """Guards against today's offset for a day after the change of clocks."""
    assert os.environ["TZ"] == "Europe/Berlin"
    now = datetime(2027, 3, 26, 11, 0, tzinfo=UTC)
    assert parse_later("mon 9", now).at.astimezone(UTC) == datetime(2027, 3, 29, 7, 0, tzinfo=UTC)
    gap = parse_later("sun 2:30", now)
    assert gap.at.astimezone(UTC) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert gap.remark


@given(st.text(max_size=30), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_nothing_that_is_typed_breaks_it_or_leads_into_the_past(text: str, when: datetime) -> None:
    now = when.replace(tzinfo=UTC).astimezone(BERLIN)
    try:
        later = parse_later(text, now, BERLIN)
    except TimeProblem:
        return
    assert now < later.at
