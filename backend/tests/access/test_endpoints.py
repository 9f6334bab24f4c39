"""A client's access history over HTTP."""

from typing import Any

import pytest

from pazpaz.access import fhir
from pazpaz.accounts.models import AuditEvent
from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from tests.support.practice import Practice


async def history(practice: Practice, client_id: str, **params: Any) -> list[dict[str, Any]]:
    answer = await practice.get(f"/clients/{client_id}/access-history", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_every_look_at_a_client_is_in_their_history(practice: Practice) -> None:
    """The client's own events, their appointments', their notes' and lists about them, newest first."""
    note = await practice.make_session(subjective="כאב")
    client_id = note["client_id"]
    await practice.get(f"/clients/{client_id}")
    await practice.get(f"/sessions/{note['id']}")
    await practice.get("/sessions", params={"client_id": client_id, "include": "text"})
    actions = [event["action"] for event in await history(practice, client_id)]
    assert actions == [
        "session.list",
        "session.read",
        "client.read",
        "session.create",
        "appointment.create",
        "client.create",
    ]


async def test_another_client_s_events_are_not_in_it(practice: Practice) -> None:
    """A history is one client's."""
    one, two = await practice.make_client(), await practice.make_client()
    await practice.get(f"/clients/{two['id']}")
    assert [event["entity_id"] for event in await history(practice, one["id"])] == [one["id"]]


async def test_it_is_paged_like_any_list(practice: Practice) -> None:
    """Total and cursor walk the whole history once."""
    client_id = (await practice.make_client())["id"]
    for _ in range(4):
        await practice.get(f"/clients/{client_id}")
    path, seen, totals, cursor = f"/clients/{client_id}/access-history", [], [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await practice.get(path, params=params)).json()
        seen += [event["id"] for event in page["items"]]
        totals.append(page["total"])  # which rises: looking at the history is an event of it
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert totals[0] == len(seen) == len(set(seen)) == 5


async def test_an_unknown_client_has_none(practice: Practice, other: Practice) -> None:
    """Another practice's client is not found, as an unknown one."""
    theirs = (await other.make_client())["id"]
    for suffix in ("", "/fhir"):
        assert (await practice.get(f"/clients/{theirs}/access-history{suffix}")).status_code == 404


async def test_fhir_names_the_same_events(practice: Practice) -> None:
    """The Bundle holds an AuditEvent for each event, with what FHIR R4 requires of one."""
    client_id = (await practice.make_client())["id"]
    await practice.get(f"/clients/{client_id}")
    answer = await practice.get(f"/clients/{client_id}/access-history/fhir")
    assert answer.headers["content-type"] == "application/fhir+json"
    bundle = answer.json()
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert bundle["resourceType"] == "Bundle"
    assert bundle["total"] == 2
    assert [r["action"] for r in resources] == ["R", "C"]
    assert [entry["fullUrl"] for entry in bundle["entry"]] == [f"urn:uuid:{r['id']}" for r in resources]
    for resource in resources:
        assert {"type", "recorded", "agent", "source"} <= resource.keys()
        assert resource["agent"][0]["requestor"] is True
        assert resource["agent"][0]["who"]["identifier"]["value"] == str(practice.user_id)
        assert resource["entity"][0]["what"]["identifier"]["value"] == client_id


# Where a form was seen: FHIR R4's own examples of AuditEvent, and DICOM PS3.15 for what leaves a system.
FHIR_EVENTS = [
    ("client.create", "rest", "C", "create"),
    ("session.amend", "rest", "C", "create"),
    ("client.read", "rest", "R", "read"),
    ("session.list", "rest", "R", "search-type"),
    ("attachment.download", "rest", "R", "read"),
    ("timeline.export", "110106", "R", "read"),
    ("session.finalize", "rest", "U", "update"),
    ("appointment.restore", "rest", "U", "update"),
    ("attachment.delete", "rest", "D", "delete"),
    ("client.archive", "rest", "D", "delete"),
    ("client.denied", "rest", "E", "operation"),
    ("client.something-new", "rest", "E", "operation"),
]


@pytest.mark.parametrize(("action", "kind", "code", "interaction"), FHIR_EVENTS, ids=lambda part: part)
def test_each_action_has_its_code_in_fhir(action: str, kind: str, code: str, interaction: str) -> None:
    """An export is DICOM's Export, which reads; everything else a RESTful operation of its own code."""
    event = AuditEvent(new_id(), new_id(), None, action, "client", None, clock.now(), None, None)
    found = fhir.resource(event)
    assert found["type"]["code"] == kind
    assert found["action"] == code
    assert [part["code"] for part in found["subtype"]] == [interaction]


async def test_an_export_is_one_in_fhir(practice: Practice) -> None:
    """A printed history is told as what left the practice."""
    client_id = (await practice.make_client())["id"]
    assert (await practice.get(f"/clients/{client_id}/timeline.pdf")).status_code == 200
    bundle = (await practice.get(f"/clients/{client_id}/access-history/fhir")).json()
    latest = bundle["entry"][0]["resource"]
    assert (latest["type"]["code"], latest["action"]) == ("110106", "R")
