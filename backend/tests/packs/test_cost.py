"""The heaviest pack there may be holds nobody up."""

from functools import partial

from pazpaz.core.http.routing import API
from pazpaz.packs.service import MOST_APPOINTMENTS, MOST_NOTES
from tests.guards.test_event_loop import Arena, arena, watch
from tests.support.guards_heavy import LONGEST

__all__ = ["arena", "watch"]
DAYS = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-15T00:00:00Z"}


async def test_the_heaviest_pack_is_made_in_slices(arena: Arena) -> None:
    """As many appointments as there may be, with the longest texts, and as many of the longest notes."""
    answer = await arena.check(partial(arena.http.get, f"{API}/sync/pack", params=DAYS))
    pack = answer.json()
    assert (len(pack["appointments"]), len(pack["notes"])) == (MOST_APPOINTMENTS, MOST_NOTES)
    assert pack["notes"][0]["plan"] == LONGEST
