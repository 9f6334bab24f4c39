"""How long a small read of one practice waits while another practice, or nobody signed in, sends what is allowed.

Everything comes over HTTP from loopback addresses to the product as `up` runs it, with the limits that everybody
gets; the content is harmless. With `--against CHECKOUT` (its environment made) the same is asked of that build.
"""

import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from PIL import Image

from bench.neighbour import waiting
from bench.product import Made, Product
from bench.say import say
from bench.stage import API, begin_note, options
from pazpaz.core.process.resources import opened
from tests.support.guards_heavy import fill
from tests.support.practice import Practice

GOAL_SECONDS = 0.25
NEIGHBOUR = "127.0.0.3"
JSON = {"Content-Type": "application/json"}


@dataclass
class Arena:
    """One product with a heavy practice, its neighbour, and what the neighbour reads."""

    product: Product
    heavy: Made
    neighbour: Made
    client_id: str
    note_path: str
    seconds: float
    said: dict[str, str] = field(default_factory=dict)

    async def nonstop(self, send: Callable[[httpx.AsyncClient], Awaitable[Any]], *, at_once: int) -> None:
        """Send again and again from so many connections."""
        until = asyncio.get_running_loop().time() + self.seconds

        async def go_on() -> None:
            async with self.product.client(self.heavy.token) as http:
                while asyncio.get_running_loop().time() < until:
                    try:
                        await send(http)
                    except httpx.TransportError:
                        await asyncio.sleep(0.01)

        await asyncio.gather(*(go_on() for _ in range(at_once)))


Case = Callable[[Arena], Awaitable[None]]


async def cookies(arena: Arena) -> None:
    """0: a head full of cookies, to a route without any limit."""
    jar = {"Cookie": "; ".join(f"name{number}=value{number}" for number in range(700))}
    await arena.nonstop(lambda http: http.get("/health/live", headers=jar), at_once=4)


async def export(arena: Arena) -> None:
    """1: the whole practice as a ZIP, with the longest texts in it."""
    http = await arena.product.signed_in(arena.heavy.email)
    if http is None:
        arena.said["export"] = "no sign-in"
        return
    async with contextlib.aclosing(http):
        answer = await http.get(f"{API}/workspace/export")
        arena.said["export"] = f"{answer.status_code}, {len(answer.content) // 1000:,} kB"


async def passkeys(arena: Arena) -> None:
    """2: an attestation that is far too long."""
    body = json.dumps({"challenge_id": arena.client_id, "name": "x", "credential": {"id": "A" * 900_000}})
    await arena.nonstop(
        lambda http: http.post(f"{API}/auth/factors/passkeys", content=body, headers=JSON), at_once=4
    )


async def public_json(arena: Arena) -> None:
    """3: a megabyte of empty objects to a public route."""
    body = b"[" + b"{}," * 300_000 + b"{}]"
    await arena.nonstop(
        lambda http: http.post(f"{API}/auth/magic-link", content=body, headers=JSON), at_once=4
    )


async def sync_json(arena: Arena) -> None:
    """3: ten megabytes of empty objects to sync."""
    body = b'{"sessions":[' + b"{}," * 3_300_000 + b"{}]}"
    await arena.nonstop(lambda http: http.post(f"{API}/sessions/sync", content=body, headers=JSON), at_once=4)


async def search(arena: Arena) -> None:
    """5: searches among thousands of clients."""
    await arena.nonstop(lambda http: http.get(f"{API}/clients", params={"q": "רות 12"}), at_once=8)


async def histories(arena: Arena) -> None:
    """5: twelve printed histories at once."""
    async with arena.product.client(arena.heavy.token) as http:
        answers = await asyncio.gather(
            *(http.get(f"{API}/clients/{arena.client_id}/timeline.pdf") for _ in range(12)),
            return_exceptions=True,
        )
    codes = sorted(getattr(answer, "status_code", 0) for answer in answers)
    arena.said["histories"] = f"{codes}, API {arena.product.api_megabytes():.0f} MiB"


async def pages(arena: Arena) -> None:
    """5: pages of a hundred of the longest notes, asked for on sixteen connections of which eight do not read."""
    path = f"{API}/sessions?include=text&limit=100"
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {arena.heavy.token}\r\n\r\n"
    held = await _unfinished(arena, head.encode(), b"", 8)
    codes: list[int] = []

    async def read(http: httpx.AsyncClient) -> None:
        codes.append((await http.get(path)).status_code)

    await arena.nonstop(read, at_once=8)
    most = arena.product.api_megabytes(peak=True)
    arena.said["pages"] = f"{codes.count(200)} of {len(codes)} read, API at most {most:.0f} MiB"
    await _hang_up(held)


async def semicolons(arena: Arena) -> None:
    """6: a content type of as many parameters as fit."""
    fields = {"Content-Type": "multipart/form-data" + "; a=b" * 2_800}
    path = f"{arena.note_path}/attachments"
    await arena.nonstop(lambda http: http.post(path, content=b"x", headers=fields), at_once=4)


def _photo(side: int) -> bytes:
    """A picture that costs time to decode."""
    out = BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(out, "PNG", compress_level=1)
    return out.getvalue()


async def pictures(arena: Arena) -> None:
    """7: one practice's costly pictures, while another's small one is uploaded."""
    costly, small = _photo(1_700), _photo(50)
    async with (
        arena.product.client(arena.heavy.token) as heavy,
        arena.product.client(arena.neighbour.token, host=NEIGHBOUR) as other,
    ):
        path = await begin_note(heavy)

        async def upload(http: httpx.AsyncClient, to: str, data: bytes) -> int:
            answer = await http.post(f"{to}/attachments", files={"file": ("a.png", data, "image/png")})
            return answer.status_code

        greedy = [asyncio.create_task(upload(heavy, path, costly)) for _ in range(16)]
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        code = await upload(other, arena.note_path, small)
        waited = asyncio.get_running_loop().time() - began
        codes = sorted(await asyncio.gather(*greedy))
    arena.said["pictures"] = f"the neighbour's: {code} after {waited:.2f} s; {codes.count(201)} of 16 others"


async def _unfinished(arena: Arena, head: bytes, body: bytes, count: int) -> list[Any]:
    """Connections that send almost all of a request and then nothing."""
    opened = []
    port = int(arena.product.url.rpartition(":")[2])
    for _ in range(count):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            writer.write(head + body)
            opened.append((reader, writer))
        except OSError:
            break
    return opened


async def _hang_up(opened: list[Any]) -> None:
    for _, writer in opened:
        writer.transport.abort()
    await asyncio.sleep(0.2)


async def bodies(arena: Arena) -> None:
    """7: fifty large bodies of one practice that are never finished."""
    body = b'{"sessions":[' + b" " * 9_800_000
    head = (
        f"POST {API}/sessions/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {arena.heavy.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body) + 10}\r\n\r\n"
    ).encode()
    held = await _unfinished(arena, head, body, 50)
    await asyncio.sleep(4)
    arena.said["bodies"] = f"API {arena.product.api_megabytes():.0f} MiB"
    await _hang_up(held)


async def uploads(arena: Arena) -> None:
    """7: seventy uploads of one practice that hardly move, while another's is sent."""
    size = 1_000_000
    async with arena.product.client(arena.heavy.token) as heavy:
        own = await _some_note(heavy)
    head = (
        f"POST {own}/attachments HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {arena.heavy.token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {size}\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    ).encode()
    held = await _unfinished(arena, head, b"\x89PNG\r\n\x1a\n" + b"\0" * 1_000, 70)
    await asyncio.sleep(1)
    async with arena.product.client(arena.neighbour.token, host=NEIGHBOUR) as other:
        answer = await other.post(
            f"{arena.note_path}/attachments", files={"file": ("a.png", _photo(40), "image/png")}
        )
    arena.said["uploads"] = f"the neighbour's: {answer.status_code}"
    await _hang_up(held)


async def _some_note(http: httpx.AsyncClient) -> str:
    items = (await http.get(f"{API}/sessions", params={"limit": "1"})).json()["items"]
    return f"{API}/sessions/{items[0]['id']}"


async def connections(arena: Arena) -> None:
    """8: a thousand connections of one address that ask for nothing."""
    held = await _unfinished(arena, b"", b"", 1_000)
    await asyncio.sleep(0.5)
    try:
        async with arena.product.client(arena.neighbour.token, host=NEIGHBOUR) as other:
            arena.said["connections"] = f"a new one: {(await other.get(arena.note_path)).status_code}"
    except httpx.TransportError as error:
        arena.said["connections"] = f"a new one: {type(error).__name__}"
    await _hang_up(held)


async def purse(arena: Arena) -> None:
    """9: a stolen token writes all it may, then its owner revokes it."""
    async with arena.product.client(arena.heavy.token) as owner:
        made = (await owner.post(f"{API}/auth/tokens", json={"name": "stolen"})).json()
        async with arena.product.client(made["token"]) as thief:
            codes = [
                (await thief.post(f"{API}/clients", json={"first_name": "x", "last_name": "y"})).status_code
                for _ in range(130)
            ]
        write = await owner.post(f"{API}/clients", json={"first_name": "x", "last_name": "y"})
        revoked = await owner.delete(f"{API}/auth/tokens/{made['id']}")
    arena.said["purse"] = (
        f"{codes.count(201)} stolen writes, then the owner's write {write.status_code}, revoking"
        f" {revoked.status_code}"
    )


async def garbage(arena: Arena) -> None:
    """10: made-up tokens."""
    numbers = iter(range(10**9))
    await arena.nonstop(
        lambda http: http.get(f"{API}/auth/me", headers={"Authorization": f"Bearer {next(numbers):043}"}),
        at_once=8,
    )


async def links(arena: Arena) -> None:
    """11: a stranger asks for somebody's links again and again; then they ask themselves."""
    async with arena.product.client() as stranger:
        for _ in range(20):
            await stranger.post(f"{API}/auth/magic-link", json={"email": arena.neighbour.email})
    await asyncio.sleep(2)
    http = await arena.product.signed_in(arena.neighbour.email, host=NEIGHBOUR)
    arena.said["links"] = "the owner signs in" if http else "the owner gets no link"
    if http is not None:
        await http.aclose()


CASES: tuple[Case, ...] = (
    *(cookies, export, passkeys, public_json, sync_json, search, histories, pages, semicolons),
    *(pictures, bodies, uploads, connections, garbage, purse, links),
)

FRESH = (
    export,
    sync_json,
    search,
    histories,
    pages,
    pictures,
    uploads,
    purse,
)  # they need a minute's allowance whole


async def _next_minute() -> None:
    await asyncio.sleep(61 - time.time() % 60)


async def _arena(product: Product, seconds: float) -> Arena:
    heavy, neighbour = product.made("heavy"), product.made("neighbour")
    settings = product.settings()
    referee = await asyncpg.connect(product.superuser_url())
    async with (
        product.client(heavy.token) as http,
        product.client(neighbour.token, host=NEIGHBOUR) as other,
        opened(settings, name="pazpaz-bench") as resources,
    ):
        client = (await http.post(f"{API}/clients", json={"first_name": "רות", "last_name": "לוי"})).json()
        practice = Practice(http, heavy.workspace_id, heavy.user_id, heavy.token, heavy.email)
        await fill(referee, resources, practice, UUID(client["id"]))
        path = await begin_note(other)
    await referee.close()
    return Arena(product, heavy, neighbour, client["id"], path, seconds)


async def _measure(arena: Arena, case: Case) -> list[float]:
    """The neighbour's waits while the case runs."""
    url, began = f"{arena.product.url}{arena.note_path}", time.monotonic()
    with waiting(url, token=arena.neighbour.token, host=NEIGHBOUR) as waits:
        await case(arena)
        await asyncio.sleep(max(0.0, arena.seconds + 2 - (time.monotonic() - began)))
    return waits


async def _side(checkout: Path, cases: list[Case], seconds: float) -> dict[str, tuple[list[float], str]]:
    with Product(checkout) as product:
        arena = await _arena(product, seconds)
        measured = {}
        for case in cases:
            if case in FRESH and len(cases) > 1:
                await _next_minute()
            waits = await _measure(arena, case)
            measured[case.__name__] = (waits, arena.said.get(case.__name__, ""))
            after = f"API {product.api_megabytes():.0f} MiB"
            say(f"  {case.__name__}: {_figures(waits)} {measured[case.__name__][1]} ({after})")
        return measured


def _figures(waits: list[float]) -> str:
    return f"p50 {statistics.median(waits) * 1000:.1f}, longest {max(waits) * 1000:.0f} ms"


def main() -> int:
    """Run as `./dev bench fairness`; 1 when somebody waited longer than the goal."""
    said = options("fairness", __doc__, against=Path, only="", seconds=6.0)
    wanted = set(filter(None, said.only.split(",")))
    cases = [case for case in CASES if not wanted or case.__name__ in wanted]
    here = Path(__file__).resolve().parents[2]
    run = partial(_side, cases=cases, seconds=said.seconds)
    before = asyncio.run(run(said.against)) if said.against else {}
    now = asyncio.run(run(here))
    say(f"\n{'case':<12}{'before: longest ms':>20}{'now: longest ms':>18}   now · before")
    slow = False
    for name, (waits, note) in now.items():
        slow |= max(waits) > GOAL_SECONDS
        earlier = f"{max(before[name][0]) * 1000:.0f}" if name in before else ""
        notes = " · ".join(filter(None, (note, before[name][1] if name in before else "")))
        say(f"{name:<12}{earlier:>20}{max(waits) * 1000:>18.0f}   {notes}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
