"""HTTP of the access history."""

from typing import Any
from uuid import UUID

from fastapi import Response

from pazpaz.access import fhir, service
from pazpaz.accounts.models import OWNERS, AuditEvent
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.answers import to_json
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, CurrentSettings
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import API
from pazpaz.core.http.routing import router as feature_router

FHIR = "application/fhir+json"


class FhirResponse(Response):
    """FHIR's JSON."""

    media_type = FHIR


router = feature_router("access history")


@router.get("/clients/{client_id}/access-history")
@policy(roles=OWNERS, audit=("audit_event.list",))
async def read_history(client_id: UUID, db: CurrentDb, paging: CurrentPaging) -> Page[AuditEvent]:
    """Who did what to the client, their appointments, notes and plans of care, newest first; ids only.

    `pack.read`: a copy of what concerns them went to a device of the user's own.
    """
    return await service.history(db, client_id, paging)


@router.get(
    "/clients/{client_id}/access-history/fhir",
    response_model=None,
    response_class=FhirResponse,
    responses={200: {"content": {FHIR: {"schema": {"type": "object"}}}}},
)
@policy(roles=OWNERS, audit=("audit_event.list",), hands_out=True)
async def read_history_as_fhir(
    client_id: UUID,
    db: CurrentDb,
    paging: CurrentPaging,
    settings: CurrentSettings,
) -> Response:
    """The same as a FHIR R4 Bundle of AuditEvent resources."""
    page = await service.history(db, client_id, paging)
    base = settings.public_url.rstrip("/")
    found: dict[str, Any] = fhir.bundle(page, f"{base}{API}/clients/{client_id}/access-history/fhir")
    return FhirResponse(to_json(found))
