"""The key ring: what opens a data key, how long it is held, and what happens when nobody opens it."""

import asyncio
from pathlib import Path

import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.erasure import ErasureFile
from pazpaz.core.crypto.key_providers import (
    KeyContext,
    KeyProviders,
    KeyRefusedError,
    KeyUnreachableError,
    LocalKeyProvider,
    Wrapped,
)
from pazpaz.core.crypto.phi import UnknownNumberError
from pazpaz.core.db.keys import AGAIN_SECONDS, AWAY_SECONDS, HELD_SECONDS
from tests.keys.faults import KEY, OTHER_KEY, Bench, FaultyKeyProvider, flipped, key_of

WORKSPACE, ROW, PLACE = new_id(), new_id(), b"sessions.plan"


@pytest.fixture
def erasure(tmp_path: Path) -> ErasureFile:
    """A fresh erasure key."""
    return ErasureFile.create(tmp_path / "erasure.key")


@pytest.fixture
async def bench(erasure: ErasureFile) -> Bench:
    """A ring that knows one workspace."""
    bench = Bench(erasure)
    await bench.new(WORKSPACE)
    return bench


async def test_keys_are_held_for_a_minute(bench: Bench) -> None:
    """The provider is asked once; after a minute it is asked again."""
    cipher = await bench.ring.open(WORKSPACE)
    bench.clock.seconds += HELD_SECONDS - 1
    assert bench.ring.held(WORKSPACE) is cipher
    bench.clock.seconds += 2
    assert bench.ring.held(WORKSPACE) is None
    await bench.ring.open(WORKSPACE)
    assert bench.kek.asked == 2


async def test_who_asks_at_once_waits_for_one(bench: Bench) -> None:
    """A hundred requests of a workspace are one look and one call of the provider."""
    ciphers = await asyncio.gather(*(bench.ring.open(WORKSPACE) for _ in range(100)))
    assert (bench.rows.looks, bench.kek.asked, len(set(map(id, ciphers)))) == (1, 1, 1)


async def test_a_cancelled_request_takes_nobody_with_it(bench: Bench) -> None:
    """The one that asked first is cut off, and the others get their keys."""
    first, second = (asyncio.ensure_future(bench.ring.open(WORKSPACE)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second is bench.ring.held(WORKSPACE)


async def test_five_minutes_without_the_provider(bench: Bench) -> None:
    """Held keys go on for five minutes from when they were opened, then the cause is raised."""
    cipher = await bench.ring.open(WORKSPACE)
    bench.kek.fault = KeyUnreachableError("timeout")
    for second in range(int(HELD_SECONDS) + 1, int(AWAY_SECONDS), 10):
        bench.clock.seconds = 1000 + second
        assert (bench.ring.held(WORKSPACE) or await bench.ring.open(WORKSPACE)) is cipher
    bench.clock.seconds = 1000 + AWAY_SECONDS + 1
    assert bench.ring.held(WORKSPACE) is None
    with pytest.raises(KeyUnreachableError, match="timeout"):
        await bench.ring.open(WORKSPACE)


async def test_it_recovers_by_itself(bench: Bench) -> None:
    """Once the provider answers, the keys have their minute again."""
    await bench.ring.open(WORKSPACE)
    bench.kek.fault = KeyUnreachableError("timeout")
    bench.clock.seconds += AWAY_SECONDS + 1
    with pytest.raises(KeyUnreachableError):
        await bench.ring.open(WORKSPACE)
    bench.kek.fault = None
    cipher = await bench.ring.open(WORKSPACE)
    bench.clock.seconds += HELD_SECONDS - 1
    assert bench.ring.held(WORKSPACE) is cipher


async def test_an_absent_provider_is_not_asked_for_each_request(bench: Bench) -> None:
    """Between two tries some seconds pass in which the held keys cost nothing."""
    cipher = await bench.ring.open(WORKSPACE)
    bench.kek.fault = KeyUnreachableError("timeout")
    bench.clock.seconds += HELD_SECONDS + 1
    await bench.ring.open(WORKSPACE)
    bench.clock.seconds += AGAIN_SECONDS - 1
    assert bench.ring.held(WORKSPACE) is cipher


async def test_without_held_keys_nothing_opens(bench: Bench) -> None:
    """A workspace that was not opened before the provider went away has no grace."""
    bench.kek.fault = KeyUnreachableError("timeout")
    with pytest.raises(KeyUnreachableError):
        await bench.ring.open(WORKSPACE)


async def test_a_refusal_has_no_grace(bench: Bench) -> None:
    """A provider that says no ends held keys with their minute."""
    await bench.ring.open(WORKSPACE)
    bench.kek.fault = KeyRefusedError("DisabledException")
    bench.clock.seconds += HELD_SECONDS + 1
    with pytest.raises(KeyRefusedError):
        await bench.ring.open(WORKSPACE)
    bench.kek.fault = KeyUnreachableError("timeout")
    with pytest.raises(KeyUnreachableError):
        await bench.ring.open(WORKSPACE)


async def test_destroyed_keys_are_dropped(bench: Bench) -> None:
    """Without rows held keys are dropped, also while the provider is away."""
    await bench.ring.open(WORKSPACE)
    bench.kek.fault = KeyUnreachableError("timeout")
    bench.rows.rows.clear()
    bench.clock.seconds += HELD_SECONDS + 1
    with pytest.raises(KeyRefusedError):
        await bench.ring.open(WORKSPACE)
    assert bench.ring.held(WORKSPACE) is None


async def test_old_keys_leave_the_memory(bench: Bench) -> None:
    """What was not asked for in five minutes is held no longer, whoever is opened next."""
    await bench.ring.open(WORKSPACE)
    other = new_id()
    await bench.new(other)
    bench.clock.seconds += AWAY_SECONDS + 1
    await bench.ring.open(other)
    assert list(bench.ring._held) == [other]


async def test_a_wrapped_key_opens_only_for_its_workspace_and_number(bench: Bench) -> None:
    """Moved to another workspace or number it is refused."""
    other = new_id()
    (row,) = bench.rows.rows[WORKSPACE]
    for workspace_id, number in ((other, 1), (other, 2), (WORKSPACE, 2)):
        bench.rows.rows = {workspace_id: [{**row, "number": number}]}
        with pytest.raises(KeyRefusedError):
            await bench.ring.open(workspace_id)


async def test_the_seal_binds_by_itself(erasure: ErasureFile) -> None:
    """A provider that binds to nothing lets no data key be moved either."""

    class Unbound(FaultyKeyProvider):
        async def wrap(self, plain: bytes, context: KeyContext) -> Wrapped:
            return await super().wrap(plain, KeyContext(WORKSPACE, 0 * context.number))

        async def unwrap(self, wrapped: Wrapped, context: KeyContext) -> bytes:
            return await super().unwrap(wrapped, KeyContext(WORKSPACE, 0 * context.number))

    bench, other = Bench(erasure, Unbound()), new_id()
    await bench.new(WORKSPACE)
    (row,) = bench.rows.rows[WORKSPACE]
    assert await bench.ring.open(WORKSPACE)
    for workspace_id, number in ((other, 1), (WORKSPACE, 2)):
        bench.ring.forget(workspace_id)
        bench.rows.rows = {workspace_id: [{**row, "number": number}]}
        with pytest.raises(KeyRefusedError, match="seal"):
            await bench.ring.open(workspace_id)


async def test_every_bit_of_a_wrapped_key_counts(bench: Bench) -> None:
    """Flipped or cut anywhere, it is refused."""
    (row,) = bench.rows.rows[WORKSPACE]
    whole: bytes = row["wrapped"]
    changed = [whole[:length] for length in range(len(whole))]
    changed += [flipped(whole, bit) for bit in range(8 * len(whole))]
    for wrapped in changed:
        bench.rows.rows = {WORKSPACE: [{**row, "wrapped": wrapped}]}
        with pytest.raises(KeyRefusedError):
            await bench.ring.open(WORKSPACE)


async def test_another_erasure_key_does_not_open(bench: Bench, tmp_path: Path) -> None:
    """The cause names the key that is needed."""
    needed = bench.ring.erasure.key().id
    bench.ring.erasure = ErasureFile.create(tmp_path / "another.key")
    with pytest.raises(KeyRefusedError, match=needed):
        await bench.ring.open(WORKSPACE)


async def test_a_forgotten_workspace_does_not_open(bench: Bench) -> None:
    """Its wrapped key and the key-encryption key are all there, and are not enough."""
    bench.ring.erasure.forget(WORKSPACE)
    with pytest.raises(KeyRefusedError, match="destroyed"):
        await bench.ring.open(WORKSPACE)


async def test_a_forgotten_workspace_gets_no_newkey_of(bench: Bench) -> None:
    """A rotation that runs beside the deletion makes none."""
    bench.ring.erasure.forget(WORKSPACE)
    with pytest.raises(KeyRefusedError, match="destroyed"):
        await bench.ring.new_wrapped(WORKSPACE, 2)


async def test_a_new_key_opens_before_it_seals(bench: Bench) -> None:
    """While some process may not know it yet, the older key seals and fingerprints."""
    old = await bench.ring.open(WORKSPACE)
    await bench.new(WORKSPACE, 2, is_new=True)
    bench.ring.forget(WORKSPACE)
    both = await bench.ring.open(WORKSPACE)
    assert old.open(both.seal("x", "text", PLACE, ROW), "text", PLACE, ROW) == "x"
    assert both.fingerprints(b"x")[0] == old.fingerprints(b"x")[0]
    moved = both.resealed(both.seal("x", "text", PLACE, ROW), PLACE, ROW, 2)
    assert both.open(moved, "text", PLACE, ROW) == "x"
    with pytest.raises(UnknownNumberError):
        old.open(moved, "text", PLACE, ROW)


async def test_made_up_numbers_are_looked_up_once_a_second(bench: Bench) -> None:
    """Who makes up key numbers does not make the provider work."""
    await bench.ring.open(WORKSPACE)
    for _ in range(50):
        await bench.ring.open_again(WORKSPACE)
    assert bench.kek.asked == 2
    bench.clock.seconds += 2
    await bench.ring.open_again(WORKSPACE)
    assert bench.kek.asked == 3


async def test_a_rewrapped_key_is_the_samekey_of(bench: Bench) -> None:
    """What the old key-encryption key wrapped opens by the new one alone, with the same data key in it."""
    cipher = await bench.ring.open(WORKSPACE)
    sealed = cipher.seal("x", "text", PLACE, ROW)
    (row,) = bench.rows.rows[WORKSPACE]
    both = KeyProviders(LocalKeyProvider([OTHER_KEY, KEY]))
    bench.ring.providers = both
    key = await bench.ring.rewrapped(WORKSPACE, 1, key_of(row))
    bench.rows.rows = {}
    bench.rows.add(WORKSPACE, 1, key)
    bench.ring.providers = KeyProviders(LocalKeyProvider([OTHER_KEY]))
    bench.ring.forget(WORKSPACE)
    assert (await bench.ring.open(WORKSPACE)).open(sealed, "text", PLACE, ROW) == "x"
    assert key.kek_id == await both.current() != row["kek_id"]


async def test_a_key_of_before_erasure_opens_and_is_sealed_by_rewrapping(bench: Bench) -> None:
    """A data key that was wrapped without a seal opens; wrapped anew it needs the erasure key."""
    wrapped = await bench.kek.wrap(bytes(32), KeyContext(WORKSPACE, 1))
    old = key_of({"wrapped": wrapped.blob, "kek_id": wrapped.kek_id, "erasure_id": None})
    bench.rows.rows = {}
    bench.rows.add(WORKSPACE, 1, old)
    sealed = (await bench.ring.open(WORKSPACE)).seal("x", "text", PLACE, ROW)
    bench.rows.rows = {}
    bench.rows.add(WORKSPACE, 1, await bench.ring.rewrapped(WORKSPACE, 1, old))
    bench.ring.forget(WORKSPACE)
    assert (await bench.ring.open(WORKSPACE)).open(sealed, "text", PLACE, ROW) == "x"
    bench.ring.erasure.forget(WORKSPACE)
    with pytest.raises(KeyRefusedError):
        await bench.ring.open(WORKSPACE)
