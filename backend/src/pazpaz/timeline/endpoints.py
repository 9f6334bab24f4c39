"""HTTP of the timeline."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from pazpaz.accounts.models import CLINICIANS
from pazpaz.core.base.errors import InvalidInput
from pazpaz.core.db.pagination import Cursor
from pazpaz.core.http.deps import CurrentDb, CurrentPrinting, CurrentThreads
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.schemas import Instant
from pazpaz.timeline import service
from pazpaz.timeline.models import EventType, Period, Timeline

PDF = "application/pdf"


class PdfResponse(Response):
    """A printable document."""

    media_type = PDF


router = feature_router("timeline")

Types = Annotated[
    str | None,
    Query(max_length=500, description=f"Comma-separated, of {', '.join(EventType)}; all if left out."),
]
Since = Annotated[Instant | None, Query(alias="from", description="event_date at or after this.")]
Until = Annotated[Instant | None, Query(alias="to", description="event_date before this.")]


def _period(types: str | None, since: Instant | None, until: Instant | None) -> Period:
    if types is None:
        return Period(frozenset(EventType), since, until)
    try:
        return Period(frozenset(EventType(word) for word in types.split(",")), since, until)
    except ValueError:
        raise InvalidInput.of("/types", f"must be some of {', '.join(EventType)}") from None


@router.get("/clients/{client_id}/timeline")
@policy(roles=CLINICIANS, audit=("timeline.read",), texts=1)
async def read_timeline(
    client_id: UUID,
    db: CurrentDb,
    types: Types = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many events a page holds at most.")] = 100,
    before: Annotated[
        str | None, Query(max_length=500, description="`next_before` of the page before: opaque.")
    ] = None,
) -> Timeline:
    """A client's history, newest first: appointments, notes, plans of care and milestones.

    Archived appointments, notes, plans and milestones are left out; a note whose appointment is archived is
    not. An appointment is one event, at its start. A note is one at its session_date, and a finalized one also
    one when it was finalized. A change of a plan, or its reopening, is a `plan_updated`. A milestone is
    achieved at the beginning of its day in the practice's zone. `title` is the appointment's service_name or
    the plan's title; `description` is the beginning (300 characters) of the appointment's notes, of a note's
    first field with text, of an amendment's reason, of the goals of a plan that was created, or of the
    milestone's description. Both are as they are now, and null where there is none. `total_events` counts
    what the filters let through, on all pages.
    """
    place = Cursor.of(before, "before")
    return await service.read(db, client_id, _period(types, since, until), limit=limit, before=place)


@router.get(
    "/clients/{client_id}/timeline.pdf",
    response_model=None,
    response_class=PdfResponse,
    responses={200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
@policy(roles=CLINICIANS, audit=("timeline.export",), hands_out=True)
async def print_timeline(
    client_id: UUID,
    db: CurrentDb,
    printing: CurrentPrinting,
    threads: CurrentThreads,
    types: Types = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The timeline for printing, newest first, in the practice's language and zone.

    At most the newest 5,000 events of the period; the document says when there are more.
    """
    period = _period(types, since, until)
    printed_at, document = await service.printed(db, printing, threads, client_id, period)
    disposition = f'attachment; filename="timeline-{printed_at:%Y-%m-%d}.pdf"'
    return PdfResponse(document, headers={"Content-Disposition": disposition})
