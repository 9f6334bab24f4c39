"""The timeline's one statement: a branch for each kind of event, each bounded and in order by itself.

A branch reads its newest rows out of an index and stops at the limit, so that a page costs the same however
long the history is; only the total counts all of it, in the same indexes. Ciphertexts are opened for the rows
of the page alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pazpaz.accounts.models import workspaces
from pazpaz.amendments.models import session_amendments
from pazpaz.appointments.models import appointments
from pazpaz.clients.models import clients
from pazpaz.core.crypto.phi import EMPTY_TEXT_BYTES, Sealed
from pazpaz.core.db.entity import Entity, Query, columns_of, place_of
from pazpaz.moves.models import MoveKind, moves
from pazpaz.plans.models import milestones, plan_revisions, plans
from pazpaz.sessions.models import SessionStatus, sessions
from pazpaz.timeline.models import EventType, Found, PlanThen

_moment = DateTime(timezone=True)
# An event's place in the total order: its moment, its row, and, where one row is two events, its kind.
ORDER: tuple[Column[Any], ...] = (Column("date", _moment), Column("id", Uuid), Column("rank", Integer))
FIRST_PLACE = {
    "date": datetime(9999, 1, 1, tzinfo=UTC),
    "id": UUID(int=2**128 - 1),
    "rank": 0,
}
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), FIRST_PLACE["date"]

_client_id = bindparam("client_id", type_=Uuid())
_types = bindparam("types", type_=ARRAY(Text))
_since, _until = bindparam("since", type_=_moment), bindparam("until", type_=_moment)
_limit = bindparam("limit", type_=Integer)
_place = tuple_(bindparam("before_date", type_=_moment), bindparam("before_id", type_=Uuid()))
_appointment, _note, _amendment = appointments.c, sessions.c, session_amendments.c
_plans, _revision, _milestone, _move = plans.c, plan_revisions.c, milestones.c, moves.c


@dataclass(frozen=True)
class Branch:
    """One kind of event: where its rows are, which column is its moment, and what it shows."""

    client_id: Column[Any]
    id: Column[Any]
    moment: ColumnElement[Any]
    event_type: ColumnElement[str]
    only: tuple[ColumnElement[bool], ...]
    joins: tuple[tuple[Any, ColumnElement[bool]], ...] = ()
    # What an index can use where the moment itself is computed; `order` is what it is ordered by.
    hint: tuple[ColumnElement[bool], ...] = ()
    order: ColumnElement[Any] | None = None
    shows: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)


def _beginning(*columns: Column[Any]) -> dict[str, ColumnElement[Any]]:
    """Return the first of these texts that is not empty, and which it is."""
    written = [(func.octet_length(column) > EMPTY_TEXT_BYTES, column) for column in columns]
    return {
        "description": case(*written),
        "description_place": case(
            *((is_written, literal(place_of(column).decode())) for is_written, column in written)
        ),
    }


def _title(plan_id: Column[Any]) -> dict[str, ColumnElement[Any]]:
    return {**_words("title", _plans.title, plan_id), "plan_id": plan_id}


def _words(name: str, column: Column[Any], row_id: Column[Any]) -> dict[str, ColumnElement[Any]]:
    """Return a text that is sealed in this row's column."""
    place = literal(place_of(column).decode())
    return {name: column, f"{name}_place": place, f"{name}_id": row_id}


def _plan(event: EventType, moment: Column[Any], **shows: ColumnElement[Any]) -> Branch:
    """Something that the plan itself dates."""
    return Branch(
        _plans.client_id,
        _plans.id,
        moment,
        literal(event.value),
        only=(_plans.archived_at.is_(None), moment.is_not(None)),
        shows={**_title(_plans.id), **shows},
    )


def _moved(
    client_id: Column[Any], where: str, *only: ColumnElement[bool], **shows: ColumnElement[Any]
) -> Branch:
    """Something that was on the wrong client; both histories say why it moved."""
    verb = case((_move.kind == MoveKind.CLIENT.value, literal("merged_")), else_=literal("moved_"))
    return Branch(
        client_id,
        _move.id,
        _move.created_at,
        verb.concat(literal(where)),
        only=only,
        shows={**shows, **_beginning(_move.reason)},
    )


_service = select(_appointment.service_name).where(_appointment.id == _note.appointment_id).scalar_subquery()
_of_session: dict[str, ColumnElement[Any]] = {
    "session_id": _note.id,
    "appointment_id": _note.appointment_id,
    "service_name": _service,
}

BRANCHES = (
    Branch(
        _appointment.client_id,
        _appointment.id,
        _appointment.scheduled_start,
        literal("appointment_").concat(_appointment.status),
        only=(_appointment.archived_at.is_(None),),
        shows={
            "appointment_id": _appointment.id,
            "service_name": _appointment.service_name,
            **_beginning(_appointment.notes),
        },
    ),
    Branch(
        _note.client_id,
        _note.id,
        _note.session_date,
        literal(EventType.SESSION.value),
        only=(_note.status != SessionStatus.ARCHIVED.value,),
        shows={**_of_session, **_beginning(_note.subjective, _note.objective, _note.assessment, _note.plan)},
    ),
    Branch(
        _note.client_id,
        _note.id,
        _note.finalized_at,
        literal(EventType.SESSION_FINALIZED.value),
        only=(_note.status == SessionStatus.FINALIZED.value,),
        shows=_of_session,
    ),
    Branch(
        _amendment.client_id,
        _amendment.id,
        _amendment.created_at,
        literal(EventType.SESSION_AMENDED.value),
        only=(_note.status != SessionStatus.ARCHIVED.value,),
        joins=((sessions, _note.id == _amendment.session_id),),
        shows={**_of_session, **_beginning(_amendment.reason)},
    ),
    _plan(EventType.PLAN_CREATED, _plans.created_at, **_beginning(_plans.goals)),
    _plan(EventType.PLAN_COMPLETED, _plans.completed_at),
    _plan(EventType.PLAN_DISCONTINUED, _plans.discontinued_at),
    Branch(
        _revision.client_id,
        _revision.id,
        _revision.created_at,
        literal(EventType.PLAN_UPDATED.value),
        only=(_plans.archived_at.is_(None),),
        joins=((plans, _plans.id == _revision.plan_id),),
        shows=_title(_revision.plan_id),
    ),
    Branch(
        _milestone.client_id,
        _milestone.id,
        func.timezone(workspaces.c.timezone, cast(_milestone.achieved_date, DateTime())),
        literal(EventType.MILESTONE_ACHIEVED.value),
        only=(_milestone.achieved_date.is_not(None), _milestone.archived_at.is_(None), _plans.archived_at.is_(None)),
        joins=((plans, _plans.id == _milestone.plan_id), (workspaces, workspaces.c.id == _milestone.workspace_id)),
        # A day begins at most half a day and a bit from when it begins in UTC.
        hint=(
            _milestone.achieved_date <= cast(bindparam("before_date", type_=_moment), Date) + 1,
            _milestone.achieved_date <= cast(_until, Date) + 1,
            _milestone.achieved_date >= cast(_since, Date) - 1,
        ),
        order=_milestone.achieved_date,
        shows={
            "milestone_id": _milestone.id, "plan_id": _milestone.plan_id,
            **_words("title", _milestone.description, _milestone.id),
            **_words("description", _plans.title, _milestone.plan_id),
        },
    ),
    _moved(
        _move.to_client_id, "here", session_id=_move.session_id,
        appointment_id=func.coalesce(_move.to_appointment_id, _move.appointment_id),
    ),
    _moved(_move.from_client_id, "away", _move.from_client_id != _move.to_client_id),
)  # fmt: skip
_SHOWN: dict[str, Any] = {
    "service_name": Text(), "title": Sealed(), "description": Sealed(), "appointment_id": Uuid(),
    "session_id": Uuid(), "plan_id": Uuid(), "milestone_id": Uuid(), "title_place": Text(), "title_id": Uuid(),
    "description_place": Text(), "description_id": Uuid(),
}  # fmt: skip
_SOURCES = {name: (f"{name}_place", f"{name}_id") for name in ("title", "description")}


def _asked(branch: Branch) -> list[ColumnElement[bool]]:
    return [
        branch.client_id == _client_id,
        *branch.only,
        branch.event_type == any_(_types),
        branch.moment >= _since,
        branch.moment < _until,
    ]


def newest(rank: int, branch: Branch) -> Select[Any]:
    """Return the branch's newest events of the page, in order."""
    key = tuple_(branch.moment, branch.id)
    shows = {"description_id": branch.id, **branch.shows}
    shown = [shows.get(name, cast(null(), kind)).label(name) for name, kind in _SHOWN.items()]
    query = select(
        branch.id.label("id"), literal(rank, Integer).label("rank"), branch.event_type.label("event_type"),
        branch.moment.label("event_date"), *shown,
    )  # fmt: skip
    for join in branch.joins:
        query = query.join(*join)
    # The first condition is one an index knows; the second adds what only the kind can tell.
    behind = and_(key <= _place, or_(key < _place, literal(rank, Integer) < bindparam("before_rank")))
    by = branch.moment if branch.order is None else branch.order
    return (
        query.where(*_asked(branch), *branch.hint, behind).order_by(by.desc(), branch.id.desc()).limit(_limit)
    )


def count(branch: Branch) -> Any:
    """How many events of this kind are asked for."""
    query = select(func.count()).select_from(branch.id.table)
    for join in branch.joins:
        query = query.join(*join)
    return query.where(*_asked(branch)).scalar_subquery()


def _total() -> Any:
    first, *others = (count(branch) for branch in BRANCHES)
    for other in others:
        first = first + other
    return first


def page() -> Select[Any]:
    """Return the newest events of all branches."""
    every = union_all(*(newest(rank, branch) for rank, branch in enumerate(BRANCHES))).subquery("every")
    e = every.c
    return select(every).order_by(e.event_date.desc(), e.id.desc(), e.rank.desc()).limit(_limit)


def _statement(total: Any) -> Select[Any]:
    """Return the client, if there is one, beside the page of events, if there are any; and how many there are."""
    event = page().subquery("event")
    shown = [event.c[item.name] for item in fields(Found) if item.name != "total"]
    return (
        select(
            *shown, total.label("total"), *(event.c[name] for names in _SOURCES.values() for name in names)
        )
        .select_from(clients.outerjoin(event, literal(value=True)))
        .where(clients.c.id == _client_id)
    )


TIMELINE = Entity("timeline", clients, Found)
SHOWN = Query(TIMELINE, Found, _statement(_total()), action="read", sources=_SOURCES, if_found=True)
PRINTED = Query(TIMELINE, Found, SHOWN.select, action="export", sources=_SOURCES, if_found=True)
# What follows a page that was counted and recorded.
MORE = Query(TIMELINE, Found, _statement(literal(0, Integer)), action=None, sources=_SOURCES)

# What a note without a service is about. A client has few plans; of many the latest begun.
PLANS = Query(
    TIMELINE,
    PlanThen,
    select(*columns_of(PlanThen, plans))
    .where(_plans.client_id == _client_id, _plans.archived_at.is_(None))
    .order_by(_plans.start_date.desc(), _plans.id.desc())
    .limit(50),
    action=None,
)
