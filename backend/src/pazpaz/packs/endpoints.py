"""HTTP of packs."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response

from pazpaz.accounts.models import CLINICIANS
from pazpaz.core.http import answers
from pazpaz.core.http.deps import CurrentDb
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.schemas import Instant
from pazpaz.packs import service
from pazpaz.packs.models import PackAnswer

router = feature_router("sync")


@router.get("/sync/pack", response_model=PackAnswer)
@policy(roles=CLINICIANS, audit=("pack.read",), texts=4)
async def read_pack(
    db: CurrentDb,
    since: Annotated[
        Instant, Query(alias="from", description="Your appointments that start at or after this.")
    ],
    until: Annotated[
        Instant,
        Query(
            alias="to", description=f"Those that start before this: at most {service.WINDOW.days} days later."
        ),
    ],
    limit: Annotated[
        int, Query(ge=1, le=service.MOST_NOTES, description="How many notes it holds at most.")
    ] = service.MOST_NOTES,
) -> Response:
    """What your own device takes along for the days it may be offline, as it was at one moment.

    Your own appointments with whom they are of and where their notes stand, as `GET /appointments` shows them with
    `include=client,note`, at most 200; the names and phones of these clients; the last finalized note of each, and
    the drafts of these appointments, drafts first; and what their active plans are about. That a copy left is one
    event, which shows in the access history of each of these clients.
    """
    packed = await service.pack(db, since, until, limit)
    lists: dict[str, Sequence[object]] = {
        "appointments": packed.appointments,
        "clients": packed.clients,
        "notes": packed.notes,
        "plans": packed.plans,
    }
    return await answers.several(lists, {"as_of": packed.as_of, "from": since, "to": until})
