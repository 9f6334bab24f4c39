"""Schemathesis reads the description and attacks every operation of the running server."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pazpaz.core.process.resources import Resources
from tests.guards.test_openapi import PUBLIC
from tests.support.lengths import length
from tests.support.practice import API, Practice
from tests.support.served import served

SECONDS = int(os.environ.get("PAZPAZ_FUZZ_SECONDS", length(280, slow=3_600)))
EXAMPLES = os.environ.get("PAZPAZ_FUZZ_EXAMPLES", str(length(12, slow=100)))
# These can end the very sign-in the attack uses, so they are attacked by themselves.
ENDING = (
    "/api/v1/auth/logout",
    "/api/v1/auth/tokens/{token_id}",
    "/api/v1/auth/devices/{device_id}",
    "/api/v1/members/{member_id}",
)
# An item that is not as described is answered for by itself: the batch is accepted.
EACH_BY_ITSELF = """
[[operations]]
include-path = "/api/v1/sessions/sync"
checks.negative_data_rejection.expected-statuses = [200, "4xx", "5xx"]
"""


@pytest.mark.parametrize("which", ["exclude", "include"])
async def test_no_request_meets_an_unplanned_answer(
    practice: Practice, database: str, tmp_path: Path, resources: Resources, which: str
) -> None:
    """No unhandled 5xx, no undocumented status, no answer unlike its schema, whatever is sent."""
    assert resources.settings.serves_docs
    await practice.make_session(subjective="כאב")
    (tmp_path / "schemathesis.toml").write_text(EACH_BY_ITSELF)
    with served(database, tmp_path / "api.log") as address:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
            *("--header", f"Authorization: Bearer {practice.token}"),
            *("--checks", "all", "--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing"),
            *(part for path in ENDING for part in (f"--{which}-path", path)),
            # Some rules are beyond JSON Schema: a zone that exists, an end after its start.
            *("--exclude-checks", "positive_data_acceptance", "--generation-database", "none"),
            *("--suppress-health-check", "all", "--continue-on-failure", "--seed", "1"),
        ]
        done = await asyncio.to_thread(
            subprocess.run,
            command,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=tmp_path,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
    warned = done.stdout.partition("Authentication failed")[2].partition("\U0001f4a1")[0]
    refused = set(re.findall(r"- (\w+ \S+)", warned.replace(API, ""))) - PUBLIC
    # Otherwise the attack lost its sign-in: it attacked nothing.
    assert which == "include" or not refused, done.stdout[-4000:]
