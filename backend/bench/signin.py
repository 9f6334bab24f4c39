"""`./dev bench signin`: whether the time of an answer tells a known address from an unknown one.

Links are asked for known and for unknown addresses in random order, from one server with a database of many
accounts. A Mann-Whitney and a Kolmogorov-Smirnov test say how likely a difference this large is by chance; the
last row compares unknown addresses with unknown ones, which is how chance looks.
"""

import asyncio
import math
import random
import statistics
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from bench.say import say
from bench.stage import UNLIMITED, options, signed, stage

PATHS = ("magic-link", "signup")
_SEED = """
    INSERT INTO workspaces (workspace_id, id, name, timezone, locale)
    SELECT id, id, 'practice', 'Asia/Jerusalem', 'he' FROM unnest($1::uuid[]) AS id
"""
_USERS = """
    INSERT INTO users (workspace_id, id, email, full_name, role)
    SELECT id, gen_random_uuid(), id || '@example.org', 'Dana', 'owner' FROM unnest($1::uuid[]) AS id
"""


@dataclass(frozen=True)
class Compared:
    """Two samples of seconds, and how likely they are of one distribution."""

    name: str
    one: list[float]
    other: list[float]

    def mann_whitney(self) -> float:
        """The two-sided p-value, by the normal approximation; timings have no ties to speak of."""
        ranked = sorted([(value, 1) for value in self.one] + [(value, 0) for value in self.other])
        n, m = len(self.one), len(self.other)
        ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
        u = ranks - n * (n + 1) / 2
        z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
        return math.erfc(abs(z) / math.sqrt(2))

    def kolmogorov_smirnov(self) -> float:
        """The p-value by the asymptotic distribution."""
        ranked = sorted([(value, 1) for value in self.one] + [(value, 0) for value in self.other])
        n, m = len(self.one), len(self.other)
        seen, distance = [0, 0], 0.0
        for _, is_one in ranked:
            seen[is_one] += 1
            distance = max(distance, abs(seen[1] / n - seen[0] / m))
        root = math.sqrt(n * m / (n + m))
        scaled = (root + 0.12 + 0.11 / root) * distance
        if scaled < 0.2:
            return 1.0
        return min(
            1.0, 2 * sum((1 if k % 2 else -1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
        )

    def row(self) -> str:
        """Medians in milliseconds, and both p-values."""
        one, other = (statistics.median(sample) * 1000 for sample in (self.one, self.other))
        tests = f"{self.mann_whitney():>12.3f}{self.kolmogorov_smirnov():>12.3f}"
        return f"{self.name:<34}{len(self.one):>7}{one:>10.3f}{other:>10.3f}{other - one:>+10.3f}{tests}"


async def _accounts(referee: Any, count: int) -> list[str]:
    ids = [uuid4() for _ in range(count)]
    await referee.execute(_SEED, ids)
    await referee.execute(_USERS, ids)
    await referee.execute("ANALYZE")
    return [f"{name}@example.org" for name in ids]


async def _asked(http: httpx.AsyncClient, path: str, email: str) -> float:
    body = {"email": email}
    if path == "signup":
        body |= {"full_name": "N", "workspace_name": "W", "timezone": "Asia/Jerusalem", "locale": "he"}
    http.cookies.clear()
    started = time.perf_counter()
    answer = await http.post(f"/api/v1/auth/{path}", json=body)
    seconds = time.perf_counter() - started
    assert answer.status_code == 202, answer.text
    return seconds


async def _compared(address: str, known: list[str], samples: int) -> list[Compared]:
    rows = []
    async with httpx.AsyncClient(base_url=address, timeout=10) as http:
        for path in PATHS:
            times: dict[str, list[float]] = {"known": [], "unknown": [], "unknown again": []}
            for _ in range(50):
                await _asked(http, path, f"{uuid4()}@example.org")
            kinds = [*times] * samples
            random.shuffle(kinds)
            for kind in kinds:
                email = random.choice(known) if kind == "known" else f"{uuid4()}@example.org"
                times[kind].append(await _asked(http, path, email))
            rows.append(Compared(f"{path}: known, unknown", times["known"], times["unknown"]))
            rows.append(Compared(f"{path}: unknown, unknown", times["unknown again"], times["unknown"]))
    return rows


def main() -> None:
    """Seed, ask, compare; `--samples` of each kind."""
    said = options("signin", __doc__, samples=2000, accounts=20_000)
    with stage("postgres", "valkey", settings=UNLIMITED) as here:
        known = here.run(lambda _, referee: _accounts(referee, said.accounts))
        with here.server() as server:
            rows = asyncio.run(_compared(f"http://127.0.0.1:{server.port}", known, said.samples))
    say(f"{'':<34}{'each':>7}{'one ms':>10}{'other':>10}{'differ':>10}{'p of MW':>12}{'p of KS':>12}")
    for row in rows:
        say(row.row())
    say(f"{said.accounts:,} accounts; a small p in the first row only would tell an address; {signed()}")


if __name__ == "__main__":
    main()
