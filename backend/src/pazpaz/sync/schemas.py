"""What sync takes in."""

from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from pazpaz.core.http.schemas import Body, Instant, Text
from pazpaz.sessions.models import SOAP

MOST_ITEMS = 100


class SyncItem(Body):
    """A note as a device has it. A field left out was not written there; a null was cleared."""

    client_session_id: UUID = Field(description="The id the device gave the note.")
    appointment_id: UUID
    subjective: Text | None = None
    objective: Text | None = None
    assessment: Text | None = None
    plan: Text | None = None
    created_at_client: Instant
    updated_at_client: Instant
    base_version: int | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        strict=True,
        description="The version the device's text grew from. Without one, text that differs is a conflict"
        " unless it follows what the same device sent.",
    )

    def texts(self) -> dict[str, str | None]:
        """Return the fields that were sent."""
        return {name: getattr(self, name) for name in SOAP if name in self.model_fields_set}

    def canonical(self) -> bytes:
        """Return the same bytes for the same item, however it was written."""
        moments = [m.astimezone(UTC) for m in (self.created_at_client, self.updated_at_client)]
        ids = [self.client_session_id, self.appointment_id]
        return orjson.dumps([*ids, *moments, self.base_version, self.texts()], option=orjson.OPT_SORT_KEYS)


def _counted(value: object) -> object:
    """Before any of them is looked at."""
    if isinstance(value, list) and len(value) > MOST_ITEMS:
        raise PydanticCustomError("too_long", "too many", {"max_length": MOST_ITEMS})
    return value


class SyncBatch(Body):
    """Up to 100 notes. Each is judged by itself: one that is not accepted stops no other."""

    sessions: Annotated[
        list[Annotated[SyncItem | SkipJsonSchema[Any], Field(union_mode="left_to_right")]],
        BeforeValidator(_counted),
    ] = Field(
        max_length=MOST_ITEMS,
        description="Items of the wrong form are rejected one by one, not with the whole batch.",
    )
