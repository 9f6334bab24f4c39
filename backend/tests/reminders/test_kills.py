"""Whatever is killed at whatever moment, every reminder reaches the mail server, and none more than twice."""

import asyncio
from pathlib import Path

from bench.reminders import rampage
from tests.support.lengths import length

KILLS = length(8, slow=40)


async def test_kills_lose_nothing(tmp_path: Path) -> None:
    """Two workers, PostgreSQL, Valkey and the mail server are killed (`kill -9`) while 300 fall due."""
    outcome = await asyncio.to_thread(rampage, tmp_path / "data", kills=KILLS, reminders=300, seed=20)
    assert outcome.kills.total() == KILLS
    assert outcome.copies.total() == 300
    assert outcome.lost == 0, outcome.lines()
    assert max(outcome.copies) <= 2, outcome.lines()
    assert outcome.statuses == {"sent": 300}, outcome.lines()
