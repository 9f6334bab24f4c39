"""The changes that committed since a moment, found by the audit log; nothing else knows of all of them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    ScalarSelect,
    Table,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.accounts.models import AUDIT_EVENT, Role
from pazpaz.appointments.models import APPOINTMENT, appointments
from pazpaz.changes.models import Found
from pazpaz.clients.models import CLIENT, clients
from pazpaz.core.db.audit import audit_events
from pazpaz.core.db.entity import Query, columns_of
from pazpaz.plans.models import PLAN, plans
from pazpaz.sessions.models import SESSION, sessions

MOST = 500
_FOR_ALL: dict[str, Table] = {APPOINTMENT.name: appointments, CLIENT.name: clients}
_TOLD: dict[str, Table] = {**_FOR_ALL, SESSION.name: sessions, PLAN.name: plans}
_LOOKS = (
    "read",
    "list",
    "denied",
    "export",
)  # any other word may be a change; told of one that is none, nobody errs
_event = audit_events.c


def entities(role: str) -> list[str]:
    """Return of what somebody in this role is told."""
    return sorted(_FOR_ALL if role == Role.ASSISTANT else _TOLD)


def _version(table: Table) -> ScalarSelect[Any]:
    return select(table.c.version).where(table.c.id == _changed.c.id).scalar_subquery()


_recent = (
    select(_event.entity_type.label("entity"), _event.entity_id.label("id"))
    .where(
        _event.id >= bindparam("earliest", type_=Uuid()),
        _event.entity_type == bindparam("entities", type_=ARRAY(Text)).any_(),
        _event.entity_id.is_not(None),
        func.split_part(_event.action, ".", 2).not_in(_LOOKS),
        # Committed, as this statement sees it, and not yet as the one did that asked before.
        or_(
            _event.transaction_id >= bindparam("ended", type_=BigInteger()),
            _event.transaction_id == bindparam("running", type_=ARRAY(BigInteger)).any_(),
        ),
    )
    # Found before they are sorted out: for their order the planner may else read the index of all entities to its end.
    .offset(literal_column("0"))
    .subquery("recent")
)
_changed = select(_recent).distinct().limit(bindparam("most", type_=Integer())).subquery("changed")
_moment = select(
    cast(func.pg_current_snapshot(), Text).label("snapshot"), func.clock_timestamp().label("asked_at")
).subquery("moment")

SINCE = Query(
    AUDIT_EVENT,
    Found,
    select(
        *columns_of(
            Found,
            _moment,
            entity=_changed.c.entity,
            id=_changed.c.id,
            version=case(
                *((_changed.c.entity == name, _version(table)) for name, table in _TOLD.items()), else_=None
            ),
        )
    ).select_from(_moment.outerjoin(_changed, true())),
    action=None,
)
