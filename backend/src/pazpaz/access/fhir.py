"""Audit events as FHIR R4 AuditEvent resources (hl7.org/fhir/R4/auditevent.html), in a searchset Bundle."""

from typing import Any

from pazpaz.accounts.models import AuditEvent
from pazpaz.core.db.pagination import Page

_TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_REST = {"system": _TYPES, "code": "rest", "display": "RESTful Operation"}
# What leaves the system is an event of its own kind, whose action is a read (DICOM PS3.15, A.5.3.4).
EXPORT = "export"
_EXPORT = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110106", "display": "Export"}
_INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
# Our verb: FHIR's action (C, R, U, D, E) and RESTful interaction.
_VERBS = {
    "create": ("C", "create"),
    "amend": ("C", "create"),
    "read": ("R", "read"),
    "download": ("R", "read"),
    EXPORT: ("R", "read"),
    "list": ("R", "search-type"),
    **dict.fromkeys(
        (
            "update", "finalize", "complete", "discontinue", "reopen", "reorder", "restore", "resolve", "sync",
            "answer", "opt-out", "mark-bounced", "switch-off",
        ),
        ("U", "update"),
    ),
    **dict.fromkeys(("archive", "delete", "remove"), ("D", "delete")),
    "denied": ("E", "operation"),
}  # fmt: skip
_SUCCESS, _REFUSED = "0", "4"
_NETWORK_ADDRESS = "2"


def resource(event: AuditEvent) -> dict[str, Any]:
    """One event; people and rows are named by their ids only."""
    verb = event.action.partition(".")[2]
    action, interaction = _VERBS.get(verb, ("E", "operation"))
    agent: dict[str, Any] = {"requestor": True}
    if event.user_id is not None:
        agent["who"] = {"identifier": {"value": str(event.user_id)}}
    if event.ip_prefix is not None:
        agent["network"] = {"address": event.ip_prefix, "type": _NETWORK_ADDRESS}
    entity: dict[str, Any] = {"description": event.entity_type}
    if event.entity_id is not None:
        entity["what"] = {"identifier": {"value": str(event.entity_id)}}
    return {
        "resourceType": "AuditEvent",
        "id": str(event.id),
        "type": _EXPORT if verb == EXPORT else _REST,
        "subtype": [{"system": _INTERACTIONS, "code": interaction, "display": event.action}],
        "action": action,
        "recorded": event.at,
        "outcome": _REFUSED if verb == "denied" else _SUCCESS,
        "agent": [agent],
        "source": {"observer": {"display": "PazPaz"}},
        "entity": [entity],
    }


def bundle(page: Page[AuditEvent], address: str) -> dict[str, Any]:
    """Return a page of the history; `address` is where it was asked for, without a cursor."""
    links = [{"relation": "self", "url": address}]
    if page.next_cursor is not None:
        links.append({"relation": "next", "url": f"{address}?cursor={page.next_cursor}"})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": page.total,
        "link": links,
        "entry": [
            {"fullUrl": f"urn:uuid:{event.id}", "resource": resource(event), "search": {"mode": "match"}}
            for event in page.items
        ],
    }
