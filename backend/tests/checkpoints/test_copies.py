"""Copies of checkpoints that the file store has lost."""

import pytest
from prometheus_client import REGISTRY

from pazpaz.checkpoints import copies, jobs, service
from pazpaz.core.process.resources import opened
from tests.checkpoints.log import Log


async def test_a_lost_copy_is_put_back(log: Log) -> None:
    """By the pass that makes copies, and counted."""
    name = "pazpaz_audit_copies_put_back_total"
    before = REGISTRY.get_sample_value(name) or 0
    for _ in range(5):
        await log.fill(1)
        await log.checkpoint()
    found = [name async for name in copies.names(log.storage) if isinstance(name, copies.Name)]
    await log.storage.remove(found[1].key, found[2].key)
    async with opened(log.settings, name="sweep") as resources:
        await jobs.sweep(resources)
    await log.verify(every_copy=True)
    assert (REGISTRY.get_sample_value(name) or 0) == before + 2


async def test_older_copies_are_looked_at_in_turn(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some in each pass, all in the end; what the store keeps under the key stays."""
    monkeypatch.setattr(copies, "LOOKED_AT", 2)
    for _ in range(6):
        await log.fill(1)
        await log.checkpoint()
    found = [name async for name in copies.names(log.storage) if isinstance(name, copies.Name)]
    await log.storage.remove(*(name.key for name in found[:5]))
    await log.storage.keep(found[0].key, b"other")
    trusted, turn = service.trusted_keys(log.settings), copies.Round()
    back = [await turn.mend(log.connection, log.storage, trusted, waiting=0) for _ in range(3)]
    assert sum(back) == 4
    assert max(back) <= 2
    assert await log.storage.find(found[0].key, 10**6) == b"other"


async def test_a_checkpoint_that_is_not_believed_is_not_put_back(log: Log) -> None:
    """A copy is what a changed row is compared with."""
    for _ in range(2):
        await log.fill(1)
        await log.checkpoint()
    await log.tamper(
        "UPDATE audit_checkpoints SET signature = sha512('x') WHERE number = 1", table="audit_checkpoints"
    )
    (first, _) = [name async for name in copies.names(log.storage) if isinstance(name, copies.Name)]
    await log.storage.remove(first.key)
    trusted = service.trusted_keys(log.settings)
    assert await copies.Round().mend(log.connection, log.storage, trusted, waiting=0) == 0
