"""Days and times in words: what people read in mails and prints."""

from datetime import UTC, datetime, timedelta

import pytest

from pazpaz.core.base.dates import MONTHS, day_words, moment_words, short_day, time_words

SUNDAY = datetime(2026, 2, 28, 22, 30, tzinfo=UTC)  # in Jerusalem it is the first of March, a Sunday


@pytest.mark.parametrize(
    ("language", "day", "moment", "short"),
    [
        ("en", "Sunday, 1 March 2026", "1 March 2026, 00:30", "1 Mar 2026"),
        ("he", "ראשון, 1 במרץ 2026", "01.03.2026 00:30", "1.3.2026"),
    ],
)
def test_a_moment_in_words(language: str, day: str, moment: str, short: str) -> None:
    """Day and hour are those of the zone."""
    assert day_words(SUNDAY, "Asia/Jerusalem", language) == day
    assert moment_words(SUNDAY, "Asia/Jerusalem", language) == moment
    assert short_day(SUNDAY + timedelta(hours=2), language) == short


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]),
        ("he", ["ראשון", "שני", "שלישי", "רביעי", "חמישי", "שישי", "שבת"]),
    ],
)
def test_a_week(language: str, words: list[str]) -> None:
    """The bare name of the day: a practice writes "on" or "day" before it as its own sentence asks for."""
    week = [day_words(SUNDAY + timedelta(days=n), "Asia/Jerusalem", language) for n in range(7)]
    assert [text.partition(",")[0] for text in week] == words


@pytest.mark.parametrize("language", ["en", "he"])
def test_a_year(language: str) -> None:
    """Twelve months; in Hebrew "in" stands before each."""
    year = [day_words(datetime(2026, n, 15, 9, tzinfo=UTC), "UTC", language) for n in range(1, 13)]
    before = "ב" if language == "he" else ""
    assert [text.split(" 15 ")[1] for text in year] == [f"{before}{name} 2026" for name in MONTHS[language]]


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Jerusalem", "00:30"),
        ("Africa/Tripoli", "00:30"),  # another name, the same hour
        ("America/St_Johns", "19:00 (UTC\u221203:30)"),
        ("Asia/Kathmandu", "04:15 (UTC+05:45)"),
    ],
)
def test_a_time_elsewhere(zone: str, words: str) -> None:
    """With its offset where the practice has another one."""
    assert time_words(SUNDAY, zone, "Asia/Jerusalem") == words
