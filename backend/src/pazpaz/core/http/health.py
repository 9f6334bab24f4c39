"""Health and metrics, for the operator."""

import asyncio
import ipaddress
from collections.abc import Awaitable
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from pazpaz.core.base.errors import NotFound, Problem
from pazpaz.core.base.tokens import same
from pazpaz.core.db.engine import discard
from pazpaz.core.http.answers import to_json
from pazpaz.core.http.deps import resources_of
from pazpaz.core.process.resources import Resources

CHECK_SECONDS = 2.0


class NotReady(Problem, status=503, database=str, queue=str, storage=str, mail=str):
    """PostgreSQL does not answer, so nothing can be served; each service is named beside this."""


router = APIRouter(tags=["operations"])


@router.get("/health/live", include_in_schema=False)
async def live() -> Response:
    """The process answers."""
    return Response(to_json({"status": "ok"}), media_type="application/json")


@router.get("/health/ready", include_in_schema=False)
async def ready(request: Request) -> Response:
    """Each dependency by name. Only PostgreSQL is needed to serve notes, so only it makes this a 503."""
    resources = resources_of(request)
    names = ("database", "queue", "storage", "mail")
    checks = (_database(resources), _queue(resources), _storage(resources), _mail(resources))
    results = dict(zip(names, await asyncio.gather(*(_answers(c) for c in checks)), strict=True))
    if results["database"] != "ok":
        raise NotReady(
            database=results["database"],
            queue=results["queue"],
            storage=results["storage"],
            mail=results["mail"],
        )
    return Response(to_json(results), media_type="application/json")


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus' text format, for loopback or the metrics token only."""
    token = resources_of(request).settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    allowed = same(given, token.get_secret_value()) if token else _is_loopback(request)
    if not allowed:
        raise NotFound
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_loopback(request: Request) -> bool:
    forwarded = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    try:
        return (
            request.client is not None
            and not forwarded
            and ipaddress.ip_address(request.client.host).is_loopback
        )
    except ValueError:
        return False


async def _answers(check: Awaitable[None]) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check
    except Exception:  # noqa: BLE001 (whatever is wrong, it does not answer)
        return "unavailable"
    return "ok"


async def _database(resources: Resources) -> None:
    connection = await resources.engine.acquire()
    try:
        await connection.fetchval("SELECT 1")
    except BaseException:
        discard(connection)
        raise
    finally:
        await resources.engine.release(connection)


async def _queue(resources: Resources) -> None:
    await resources.queue.redis.ping()


async def _storage(resources: Resources) -> None:
    parts = urlsplit(resources.settings.s3_endpoint_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    await _connects(parts.hostname or "", port)


async def _mail(resources: Resources) -> None:
    await _connects(resources.settings.smtp_host, resources.settings.smtp_port)


async def _connects(host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
