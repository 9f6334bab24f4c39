"""Histories of three devices: no word is lost, none is doubled, and what was carried out stays so."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pazpaz.conflicts import service as conflicts
from pazpaz.core.crypto.phi import WorkspaceCipher
from pazpaz.core.db.entity import Entity
from pazpaz.core.db.handle import Db
from pazpaz.sessions.models import REVISION
from pazpaz.sync.service import State
from tests.support.lengths import length
from tests.sync.asgi import Harness
from tests.sync.attaching import Attaching

HISTORIES = int(os.environ.get("PAZPAZ_SYNC_HISTORIES", length(100, slow=10_000)))
STEPS = 20


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    """An application and a database for the histories."""
    found = Harness(f"pazpaz_sync_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    yield found
    found.close()


def live(harness: Harness, histories: int, *phases: Phase) -> None:
    """So many histories; the first that breaks the law fails."""
    Attaching.harness = harness
    chosen = settings(
        max_examples=histories, stateful_step_count=STEPS, deadline=None, database=None,
        phases=phases, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Attaching, settings=chosen)


def test_no_history_loses_a_word(harness: Harness) -> None:
    """Drops, repeats, delays, lost answers, wrong clocks, edits, signatures, decisions: the law holds."""
    before = Attaching.histories
    live(harness, HISTORIES, Phase.generate, Phase.shrink)
    assert Attaching.histories - before >= HISTORIES
    assert Attaching.continued > 0


Patch = pytest.MonkeyPatch


def _no_revisions(patch: Patch) -> None:
    create = Db.create

    async def forgetful(self: Db, entity: Entity[Any], *args: Any, **options: Any) -> Any:
        return None if entity is REVISION else await create(self, entity, *args, **options)

    patch.setattr(Db, "create", forgetful)


def _last_write_wins(patch: Patch) -> None:
    async def base(_self: State, _item: Any, note: Any) -> Any:
        return note.texts()

    patch.setattr(State, "_base", base)


def _no_receipts(patch: Patch) -> None:
    patch.setattr(WorkspaceCipher, "fingerprints", lambda _self, _plain: [UUID(bytes=os.urandom(16))])


def _conflicts_without_text(patch: Patch) -> None:
    keep = conflicts.keep

    async def careless(db: Db, values: Any) -> Any:
        return await keep(db, {**values, "plan": None})

    patch.setattr(conflicts, "keep", careless)


def _attaching_forgets_the_device(patch: Patch) -> None:
    async def nothing(_db: Db, _ids: Any) -> list[Any]:
        return []

    patch.setattr(conflicts, "attached", nothing)


MUTANTS = (
    _attaching_forgets_the_device,
    _no_revisions,
    _last_write_wins,
    _no_receipts,
    _conflicts_without_text,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__.strip("_"))
def test_the_law_bites(harness: Harness, mutant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    """A server that loses or doubles words in one way or another is found out."""
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ExceptionGroup)):
        live(harness, 300, Phase.generate)
