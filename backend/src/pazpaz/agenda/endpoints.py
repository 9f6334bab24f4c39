"""HTTP of the calendar's list."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from pazpaz.accounts.errors import LastOwner
from pazpaz.accounts.models import OWNERS, STAFF
from pazpaz.agenda import departures, service
from pazpaz.agenda.errors import HasAppointments
from pazpaz.agenda.models import AgendaItem, Part
from pazpaz.appointments.models import AnswerAsked, AppointmentStatus
from pazpaz.clients.errors import ClientArchived
from pazpaz.core.base.errors import InvalidInput
from pazpaz.core.db.pagination import Cursor, Order, Page, Paging
from pazpaz.core.http import answers
from pazpaz.core.http.deps import CurrentDb, IfMatch
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.schemas import CursorText, Instant
from pazpaz.core.process.ratelimit import Limit

router = feature_router("appointments")
of_clients = feature_router("clients")
of_accounts = feature_router("accounts")
Cancels = Annotated[
    bool,
    Query(
        alias="cancel_appointments",
        description="Cancel what is still to come; its clients are told by mail, reminded before or not.",
    ),
]

Include = Annotated[
    str | None,
    Query(
        max_length=50,
        description=f"Comma-separated, of {', '.join(Part)}; each item gains what is named. `note` is for those"
        " who treat: an assistant is refused.",
    ),
]
Size = Annotated[
    int,
    Query(
        ge=1,
        le=service.MOST_IN_WINDOW,
        description=f"How many items a page holds at most: up to {service.MOST}, or up to"
        f" {service.MOST_IN_WINDOW} where `from` and `to` are at most {service.WINDOW.days} days apart.",
    ),
]


def _parts(include: str | None) -> frozenset[Part]:
    if include is None:
        return frozenset()
    try:
        return frozenset(Part(word) for word in include.split(","))
    except ValueError:
        raise InvalidInput.of("/include", f"must be some of {', '.join(Part)}") from None


@router.get("/appointments", response_model=Page[AgendaItem])
@policy(roles=STAFF, audit=("appointment.list",), texts=2)
async def list_appointments(
    db: CurrentDb,
    since: Annotated[Instant | None, Query(alias="from", description="Those that end after this.")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Those that start before this.")] = None,
    client_id: UUID | None = None,
    therapist_id: UUID | None = None,
    status: AppointmentStatus | None = None,
    client_response: Annotated[
        AnswerAsked | None, Query(description="What the client answered; `none`: nothing yet.")
    ] = None,
    needs_note: Annotated[
        bool | None, Query(description="Past, not cancelled or no-show, no finalized note.")
    ] = None,
    include: Include = None,
    archived: Annotated[
        bool, Query(description="Those that were taken off the calendar, and only those.")
    ] = False,
    order: Annotated[Order, Query(description="By start: the earliest or the latest first.")] = Order.ASC,
    limit: Size = 50,
    cursor: CursorText = None,
) -> Response:
    """The calendar by start, each appointment with its client's name, its note's and its reminder's state if asked.

    `client` names the client, an archived one too. `note` is the note that is not archived, or null. `reminder` is
    the latest mail about the appointment that was made or is due, or null.
    """
    unanswered = client_response is AnswerAsked.NONE
    filters = {
        "from": since,
        "to": until,
        "client_id": client_id,
        "therapist_id": therapist_id,
        "status": status,
        "client_response": None if unanswered else client_response,
        "unanswered": unanswered or None,
        "needs_note": needs_note,
    }
    paging = Paging(limit, Cursor.of(cursor))
    page = await service.list_page(db, filters, _parts(include), order, paging, archived=archived)
    return await answers.listed(page.items, {"total": page.total, "next_cursor": page.next_cursor})


@of_clients.delete("/clients/{client_id}", status_code=204)
@policy(
    roles=STAFF, audit=("client.archive", "appointment.update"), problems=(ClientArchived, HasAppointments)
)
async def archive_client(client_id: UUID, db: CurrentDb, version: IfMatch, cancels: Cancels = False) -> None:
    """Archive a client; nothing is deleted. Refused while appointments are to come, unless they are cancelled with it.

    `appointment_ids` are up to 100 of them, the soonest first; `total` is how many there are.
    """
    await departures.archive_client(db, client_id, version, cancels=cancels)


@of_accounts.delete("/members/{member_id}", status_code=204)
@policy(
    roles=OWNERS,
    limit=Limit.OWN,
    audit=("user.remove", "appointment.update"),
    step_up=True,
    problems=(LastOwner, HasAppointments),
)
async def remove_member(member_id: UUID, db: CurrentDb, version: IfMatch, cancels: Cancels = False) -> None:
    """Remove a member and sign them out; what they wrote stays.

    Refused while appointments with them are to come, unless they are cancelled with it: `appointment_ids` are up to
    100 of them, the soonest first; `total` is how many there are.
    """
    await departures.remove_member(db, member_id, version, cancels=cancels)
