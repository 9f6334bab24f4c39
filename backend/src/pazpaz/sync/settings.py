"""Settings of sync."""

from pydantic import Field

from pazpaz.core.base.config import Settings


class SyncSettings(Settings):
    """How old an offline text may be."""

    sync_days: int = Field(
        default=7, ge=1, description="Offline text that is older becomes a conflict instead of a note."
    )
