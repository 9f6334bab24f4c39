"""Which audit events each operation writes, and how what it wrote differs from that."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.support.guards_operations import SUCCEEDS, Operation
from tests.support.guards_stock import Stocked, kinds_for, stock
from tests.support.practice import Practice

LIST = "a list is of no one row"
MADE = "the id of the answer"
CHALLENGE = "the challenge of the answer"
FACTOR = "the factor of the answer"
ANY = "an id that is nobody's to know"


@dataclass(frozen=True)
class Event:
    """An expected event; `entity` is LIST, MADE or a kind of what the practice owns."""

    action: str
    entity: str

    @property
    def entity_type(self) -> str:
        """The action's first word."""
        return self.action.partition(".")[0]


def _one(action: str, entity: str) -> tuple[Event, ...]:
    return (Event(action, entity),)


# One event per operation; no event, or more than one, has its reason beside it.
EVENTS: Mapping[Operation, tuple[Event, ...]] = {
    ("POST", "/auth/signup"): (),  # no workspace exists before the link is used
    ("POST", "/auth/magic-link"): (),  # nobody has shown to be anyone, and nothing was looked up
    ("POST", "/auth/verify"): _one("user.sign-in", "user"),
    ("POST", "/auth/passkeys/options"): (),  # nobody has shown to be anyone, and nothing was looked up
    ("POST", "/auth/passkeys/verify"): _one("user.sign-in", "user"),
    ("POST", "/auth/lock"): _one("credential.read", "credential"),  # an API token has no lock
    ("POST", "/auth/logout"): _one("credential.sign-out", "credential"),
    ("GET", "/auth/me"): _one("user.read", "user"),
    ("POST", "/auth/tokens"): _one("credential.create", MADE),
    ("GET", "/auth/tokens"): _one("credential.list", LIST),
    ("DELETE", "/auth/tokens/{token_id}"): _one("credential.revoke", "token"),
    ("GET", "/auth/sign-ins"): _one("credential.list", LIST),
    ("DELETE", "/auth/sign-ins/{sign_in_id}"): _one("credential.revoke", "sign-in"),
    ("GET", "/auth/factors"): _one("factor.list", LIST),
    ("POST", "/auth/factors/totp"): _one("factor.create", MADE),
    ("POST", "/auth/factors/totp/{factor_id}/confirm"): _one("factor.enrol", "unconfirmed factor"),
    ("POST", "/auth/factors/passkeys/options"): _one("factor_challenge.create", CHALLENGE),
    ("POST", "/auth/factors/passkeys"): _one("factor.enrol", FACTOR),
    ("DELETE", "/auth/factors/{factor_id}"): _one("factor.remove", "factor"),
    ("POST", "/auth/factors/recovery-codes"): _one("user.renew-recovery-codes", "user"),
    ("POST", "/auth/prove/options"): _one("factor_challenge.create", CHALLENGE),
    ("POST", "/auth/prove"): _one("recovery_code.use", ANY),
    ("PUT", "/workspace/second-factor"): _one("workspace.update", "workspace"),
    ("POST", "/members/{member_id}/reset-factors"): _one("user.reset-factors", "member"),
    ("POST", "/members"): _one("user.create", MADE),
    ("GET", "/members"): _one("user.list", LIST),
    ("PUT", "/members/{member_id}"): _one("user.update", "member"),
    ("DELETE", "/members/{member_id}"): _one("user.remove", "member"),
    ("GET", "/workspace"): _one("workspace.read", "workspace"),
    ("PUT", "/workspace"): _one("workspace.update", "workspace"),
    ("GET", "/workspace/export"): _one("workspace.export", "workspace"),
    ("DELETE", "/workspace"): _one("workspace.delete", "workspace"),
    ("POST", "/workspace/restore"): _one("workspace.read", "workspace"),  # nothing was to be taken back
    ("GET", "/audit-events"): _one("audit_event.list", LIST),
    ("POST", "/sessions/{session_id}/attachments"): _one("attachment.create", MADE),
    ("GET", "/sessions/{session_id}/attachments"): _one("attachment.list", "draft"),
    ("GET", "/sessions/{session_id}/attachments/{attachment_id}"): _one("attachment.download", "file"),
    ("DELETE", "/sessions/{session_id}/attachments/{attachment_id}"): _one("attachment.delete", "file"),
    ("POST", "/clients"): _one("client.create", MADE),
    ("GET", "/clients"): _one("client.list", LIST),
    ("GET", "/clients/index"): _one("client.list", LIST),
    ("GET", "/clients/{client_id}"): _one("client.read", "client"),
    ("PUT", "/clients/{client_id}"): _one("client.update", "client"),
    ("DELETE", "/clients/{client_id}"): _one("client.archive", "client"),
    ("GET", "/clients/{client_id}/access-history"): _one("audit_event.list", "client"),
    ("GET", "/clients/{client_id}/access-history/fhir"): _one("audit_event.list", "client"),
    ("POST", "/appointments"): _one("appointment.create", MADE),
    ("GET", "/appointments"): _one("appointment.list", LIST),
    ("GET", "/appointments/{appointment_id}"): _one("appointment.read", "appointment"),
    ("PUT", "/appointments/{appointment_id}"): _one("appointment.update", "appointment"),
    ("DELETE", "/appointments/{appointment_id}"): _one("appointment.archive", "appointment"),
    ("POST", "/sessions"): _one("session.create", MADE),
    ("GET", "/sessions"): _one("session.list", LIST),
    ("GET", "/sessions/{session_id}"): _one("session.read", "draft"),
    ("PUT", "/sessions/{session_id}"): _one("session.update", "draft"),
    ("PATCH", "/sessions/{session_id}/finalize"): (
        Event("session.finalize", "draft"),
        Event("appointment.complete", "appointment"),  # finalizing changes the appointment too
    ),
    ("DELETE", "/sessions/{session_id}"): _one("session.archive", "draft"),
    ("POST", "/sessions/sync"): (
        Event("session.sync", LIST),  # one for the batch, which looks at notes
        Event("session.update", "draft"),  # and one for each note it writes
    ),
    ("GET", "/sessions/conflicts"): _one("conflict.list", LIST),
    ("GET", "/sessions/conflicts/{conflict_id}"): (
        Event("conflict.read", "conflict"),
        Event("session.read", "draft"),  # the note stands beside it
    ),
    ("POST", "/sessions/conflicts/{conflict_id}/resolve"): (
        Event("conflict.resolve", "conflict"),
        Event("session.update", "draft"),  # which takes the device's text
    ),
    ("POST", "/plans"): _one("plan.create", MADE),
    ("GET", "/plans"): _one("plan.list", LIST),
    ("GET", "/plans/{plan_id}"): _one("plan.read", "plan"),
    ("PUT", "/plans/{plan_id}"): _one("plan.update", "plan"),
    ("DELETE", "/plans/{plan_id}"): _one("plan.archive", "plan"),
    ("GET", "/plans/{plan_id}/revisions"): _one("plan_revision.list", "plan"),
    ("POST", "/plans/{plan_id}/milestones"): _one("milestone.create", MADE),
    ("GET", "/plans/{plan_id}/milestones"): _one("milestone.list", "plan"),
    ("PUT", "/plans/{plan_id}/milestones/order"): _one("plan.reorder", "plan"),
    ("GET", "/plans/{plan_id}/milestones/{milestone_id}"): _one("milestone.read", "milestone"),
    ("PUT", "/plans/{plan_id}/milestones/{milestone_id}"): _one("milestone.update", "milestone"),
    ("DELETE", "/plans/{plan_id}/milestones/{milestone_id}"): _one("milestone.archive", "milestone"),
    ("GET", "/clients/{client_id}/timeline"): _one("timeline.read", "client"),
    ("GET", "/clients/{client_id}/timeline.pdf"): _one("timeline.export", "client"),
    ("GET", "/sessions/{session_id}/revisions"): _one("revision.list", "draft"),
    ("POST", "/sessions/{session_id}/amendments"): (
        Event("amendment.create", MADE),
        Event("session.amend", "finalized"),  # the note counts its amendments
    ),
    ("GET", "/sessions/{session_id}/amendments"): _one("amendment.list", "finalized"),
    ("POST", "/reminders/configurations"): _one("reminder_configuration.create", MADE),
    ("GET", "/reminders/configurations"): _one("reminder_configuration.list", LIST),
    ("PUT", "/reminders/configurations/{configuration_id}"): _one("reminder_configuration.update", "rule"),
    ("DELETE", "/reminders/configurations/{configuration_id}"): _one(
        "reminder_configuration.archive", "rule"
    ),
    ("POST", "/reminders/configurations/{configuration_id}/preview"): _one(
        "reminder_configuration.read", "rule"
    ),
    ("GET", "/reminders/logs"): _one("reminder.list", LIST),
    ("GET", "/appointments/{appointment_id}/reminders"): _one("reminder.list", "appointment"),
    ("GET", "/reminders/digest"): _one("digest_preference.read", "user"),
    ("PUT", "/reminders/digest"): _one("digest_preference.update", "user"),
}


async def events_of(connection: "asyncpg.Connection[Any]", workspace_id: UUID) -> dict[UUID, Any]:
    """The workspace's events by id."""
    rows = await connection.fetch("SELECT * FROM audit_events WHERE workspace_id = $1", workspace_id)
    return {row["id"]: row for row in rows}


async def deviations(
    app: FastAPI,
    practice: Practice,
    stocked: Stocked,
    referee: "asyncpg.Connection[Any]",
    operation: Operation,
) -> list[str]:
    """Perform the operation once, a look in the stocked practice; say how its events differ from the expected ones."""
    if operation[0] == "GET":
        practice, owned = stocked.practice, dict(stocked.ids)
    else:
        owned = await stock(app, practice, f"audit{new_id().hex}", kinds_for(operation))
    owned["credential"] = str(
        await referee.fetchval(
            "SELECT id FROM credentials WHERE workspace_id = $1 AND name = 'tests'",
            practice.workspace_id,
        )
    )
    before = await events_of(referee, practice.workspace_id)
    answer = await SUCCEEDS[operation](owned).send(practice.http)
    assert answer.is_success, f"{operation}: {answer.status_code} {answer.text}"
    after = await events_of(referee, practice.workspace_id)
    written = {row["action"]: row for event_id, row in after.items() if event_id not in before}
    expected = {event.action: event for event in EVENTS[operation]}
    if (len(after) - len(before), set(written)) != (len(expected), set(expected)):
        return [f"{operation}: wrote {sorted(written)}, not {sorted(expected)}"]
    return [
        f"{operation}: {action} has {difference}"
        for action, event in expected.items()
        for difference in _differences(written[action], event, answer, practice, owned)
    ]


def _differences(
    row: Any,
    event: Event,
    answer: httpx.Response,
    practice: Practice,
    owned: Mapping[str, str],
) -> list[str]:
    kinds: dict[str, Callable[[], str | None]] = {
        LIST: lambda: None,
        MADE: lambda: answer.json()["id"],
        CHALLENGE: lambda: answer.json()["challenge_id"],
        FACTOR: lambda: answer.json()["factor"]["id"],
        ANY: lambda: str(row["entity_id"]),
    }
    found = kinds.get(event.entity)
    entity = found() if found else owned.get(event.entity)
    expected = {
        "entity_type": event.entity_type,
        "entity_id": entity and UUID(entity),
        "user_id": practice.user_id,
        "request_id": UUID(answer.headers["X-Request-ID"]),
        "ip_prefix": str(ipaddress.ip_network("127.0.0.0/24")),
    }
    return [f"{name} {row[name]}, not {value}" for name, value in expected.items() if row[name] != value]
