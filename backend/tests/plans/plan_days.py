"""What tests of plans share: the practice's day, and a problem's name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import httpx


def today(zone: str = "Asia/Jerusalem") -> str:
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]
