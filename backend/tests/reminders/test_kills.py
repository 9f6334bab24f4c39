"""Whatever is killed at whatever moment, every reminder reaches the mail server, and none more than twice."""

import asyncio
from pathlib import Path

from bench.reminders import rampage


async def test_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    """Two workers, PostgreSQL, Valkey and the mail server are killed (`kill -9`) twenty times while 300 fall due."""
    outcome = await asyncio.to_thread(rampage, tmp_path / "data", kills=20, reminders=300, seed=20)
    assert outcome.kills.total() == 20
    assert outcome.copies.total() == 300
    assert outcome.lost == 0, outcome.lines()
    assert max(outcome.copies) <= 2, outcome.lines()
    assert outcome.statuses == {"sent": 300}, outcome.lines()
