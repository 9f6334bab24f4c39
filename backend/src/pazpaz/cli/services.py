"""`pazpaz api` and `pazpaz worker`: one process each."""

import resource
from dataclasses import replace
from typing import Annotated

import typer
import uvicorn

from pazpaz.cli.context import DataDir, settings_of
from pazpaz.cli.errors import CliError
from pazpaz.core.base import logging
from pazpaz.core.base.config import Settings
from pazpaz.core.files.bucket import FAILURES, Bucket, BucketError
from pazpaz.core.http.uploads import ENVELOPE_BYTES
from pazpaz.main import create_app
from pazpaz.server.hosts import LOOPBACK, AllowedHosts, host_of
from pazpaz.server.limits import Limits
from pazpaz.server.pinned import others
from pazpaz.server.protocol import guarded
from pazpaz.server.refusals import Refusals
from pazpaz.workers.worker import run

GRACE_SECONDS = 10
OPEN_FILES = 4096


def api(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    data_dir: DataDir = None,
) -> None:
    """Serve the HTTP API."""
    if wrong := others():
        raise CliError("; ".join(wrong))
    settings = settings_of(data_dir)
    logging.configure()
    refusals = Refusals(settings.problem_base_url, settings.access_log)
    _allow_many_connections()
    _refuse_open_bucket(settings)
    more = {name.strip().lower() for name in settings.allowed_hosts.split(",") if name.strip()}
    # Probes on this machine come by its own names.
    hosts = LOOPBACK | {host_of(settings.public_url)} | more
    uvicorn.run(
        AllowedHosts(create_app(settings), hosts, refusals),
        host=host,
        port=port,
        loop="uvloop",
        http=guarded(_limits(settings), refusals),
        ws="none",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _limits(settings: Settings) -> Limits:
    """Behind a proxy that we trust all connections are its own, and no peer has a share."""
    limits = Limits(body=settings.max_file_size + 2 * ENVELOPE_BYTES)
    return replace(limits, share=limits.connections) if settings.trusted_proxies else limits


def _refuse_open_bucket(settings: Settings) -> None:
    """Stop the start for a bucket that strangers can use; not for a store that does not answer yet."""
    try:
        Bucket(settings).prepare()
    except BucketError as error:
        raise CliError(str(error)) from None
    except FAILURES:
        return  # the server keeps trying, and files wait for it; it says so


def _allow_many_connections() -> None:
    """Each connection is an open file, and many systems allow a thousand by default but far more on request."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def worker(data_dir: DataDir = None) -> None:
    """Run jobs and sweeps; the same as `arq pazpaz.workers.worker.WorkerSettings`."""
    run(settings_of(data_dir))
