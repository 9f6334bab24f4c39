"""Whatever happens at the same time as the sending, no mail is about what was no longer so a second before."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs
from tests.reminders.coming import book, long_booked, now, rule
from tests.reminders.smtp import scripted
from tests.support.lengths import length
from tests.support.practice import Practice

APPOINTMENTS = 40
SEEDS = length(4, slow=500)  # of twenty changes each


async def _spoil(practice: Practice, appointment: dict[str, Any], chance: random.Random) -> float:
    """Move, cancel, archive, opt out or take the address away; returns when it was committed, by the loop's clock."""
    await asyncio.sleep(chance.uniform(0, 0.6))
    elsewhere = {
        name: (datetime.fromisoformat(appointment[name]) + timedelta(days=3)).isoformat()
        for name in ("scheduled_start", "scheduled_end")
    }
    changes: list[tuple[str, str, dict[str, Any] | None]] = [
        ("PUT", f"/appointments/{appointment['id']}", elsewhere),
        ("PUT", f"/appointments/{appointment['id']}", {"status": "cancelled"}),
        ("DELETE", f"/appointments/{appointment['id']}", None),
        ("PUT", f"/clients/{appointment['client_id']}", {"reminders_opt_out": True}),
        ("PUT", f"/clients/{appointment['client_id']}", {"email": None}),
    ]
    method, path, body = chance.choice(changes)
    answer = await practice.request(method, path, json=body)
    assert answer.is_success, answer.text
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_no_mail_for_what_was_over(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", seed: int
) -> None:
    """Two workers deliver, by a server that dawdles, while all that changes: no mail is a second behind."""
    chance = random.Random(seed)
    await rule(practice)
    appointments = [
        await book(practice, now() + timedelta(hours=20, minutes=3 * n), email=f"client-{n}@example.org")
        for n in range(APPOINTMENTS)
    ]
    await long_booked(superuser, practice)
    await jobs.schedule(resources)
    async with scripted() as server:
        server.pause = lambda: chance.uniform(0, 0.4 if chance.random() < 0.05 else 0.01)
        worker = server.resources(resources)
        deliveries = [delivery.deliver(worker, new_id()) for _ in range(2)]
        spoilt = chance.sample(range(APPOINTMENTS), APPOINTMENTS // 2)
        sending = asyncio.gather(*deliveries)
        done = await asyncio.gather(*(_spoil(practice, appointments[n], chance) for n in spoilt))
        await sending
        committed = dict(zip(spoilt, done, strict=True))
        late = [n for n, at in committed.items() if server.data_at.get(f"client-{n}@example.org", 0) > at + 1]
        untouched = set(range(APPOINTMENTS)) - set(spoilt)
        assert late == []
        assert {n for n in untouched if f"client-{n}@example.org" in server.data_at} == untouched
        assert max(server.taken.values()) == 1
