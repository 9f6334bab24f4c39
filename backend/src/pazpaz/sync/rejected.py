"""What is answered of an item of the wrong form."""

from uuid import UUID

from pydantic import ValidationError

from pazpaz.core.http.problems import invalid_body
from pazpaz.sync.models import SyncError, SyncFieldError, SyncResult, SyncStatus
from pazpaz.sync.schemas import SyncItem


def rejected(index: int, item: object) -> SyncResult:
    """Which field of an item is why, without a word of it."""
    try:
        SyncItem.model_validate(item)
    except ValidationError as error:
        problem = invalid_body(error)
    else:
        raise RuntimeError
    at = f"/sessions/{index}"
    found = [
        SyncFieldError(pointer=f"{at}{e['pointer']}".rstrip("/"), detail=e["detail"]) for e in problem.errors
    ]
    device_id = item.get("client_session_id") if isinstance(item, dict) else None
    return refused(_id_or_none(device_id), problem.slug, found)


def refused(device_id: UUID | None, slug: str, errors: list[SyncFieldError]) -> SyncResult:
    """Nothing of the item is kept."""
    return SyncResult(
        client_session_id=device_id,
        server_session_id=None,
        status=SyncStatus.REJECTED,
        version=None,
        conflict_id=None,
        text=None,
        error=SyncError(slug, errors),
    )


def _id_or_none(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
