"""The clock alone: which of several limits ends a request."""

import math

import pytest

from pazpaz.server.limits import Clock, Limits


@pytest.mark.parametrize(
    ("head_took", "last_byte", "until"),
    [(0, 0, 10), (0, 1, 11), (0, 14.9, 15), (9.9, 19, 20), (4, 18.9, 19), (9.9, 9.9, 19.9)],
    ids=["nothing", "stopped", "slow", "slow in all", "slow after a quick head", "stopped after a slow head"],
)
def test_a_body_ends_with_the_first_of_three_limits(head_took: float, last_byte: float, until: float) -> None:
    clock = Clock(Limits(), now=-5)
    clock.began, clock.body_began, clock.progress = 0, head_took, last_byte
    assert clock.body_until() == pytest.approx(until)


@pytest.mark.parametrize(
    ("head_took", "seen", "last_byte", "until"),
    [
        (0, 31_999, 14.9, 15 + 31_999 / 32_000),
        (0, 320_000, 24, 25),
        (0, 320_000, 14, 24),
        (9.9, 320_000, 29, 30),
        (0, 10_485_760, 340, 15 + 327.68),
        (0, 10_485_760, 1, 11),
    ],
    ids=["a second", "ten seconds", "stopped", "slow in all", "ten megabytes", "all at once, then nothing"],
)
def test_what_has_come_buys_time_but_none_to_stand_still(
    head_took: float, seen: int, last_byte: float, until: float
) -> None:
    clock = Clock(Limits(), now=-5)
    clock.began, clock.body_began, clock.progress, clock.body_seen = 0, head_took, last_byte, seen
    assert clock.body_until() == pytest.approx(until)


def test_no_body_takes_longer_than_the_largest_at_the_least_rate() -> None:
    limits = Limits()
    clock = Clock(limits, now=0)
    clock.progress, clock.body_seen = math.inf, limits.body
    assert clock.body_until() == limits.body_seconds + limits.body / limits.body_rate <= 400


def test_time_that_was_bought_is_gone_with_the_request() -> None:
    clock = Clock(Limits(), now=0)
    clock.body_seen = 320_000
    clock.restart_body(100)
    assert clock.body_until() == 110
    clock.progress = 1000
    assert clock.body_until() == 115


def test_the_clock_stands_still_while_the_application_does_not_read() -> None:
    clock = Clock(Limits(), now=0)
    clock.restart_body(100)
    assert clock.body_until() == 110


def test_a_new_connection_has_as_long_as_a_head() -> None:
    assert Clock(Limits(), now=0).idle_until() == Limits().head_seconds


def test_an_answer_waits_from_when_it_was_first_seen_to_wait() -> None:
    clock = Clock(Limits(), now=0)
    assert clock.unread_until(1, waiting=0) == math.inf
    assert clock.unread_until(2, waiting=5) == clock.unread_until(9, waiting=1) == 17
    assert clock.unread_until(10, waiting=0) == math.inf
    assert clock.unread_until(11, waiting=1) == 26
