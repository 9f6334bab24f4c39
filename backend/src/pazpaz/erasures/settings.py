"""Settings of erasures."""

from pydantic import Field

from pazpaz.core.base.config import Settings


class ErasureSettings(Settings):
    """How long records are kept, and how long an erasure can be taken back."""

    record_retention_years: int = Field(
        default=7, ge=0, le=100, description="Years after the last treatment in which no record is erased."
    )
    minors_retention_age: int = Field(
        default=25, ge=0, le=100, description="Whoever was treated under 18: no erasure before this age."
    )
    client_erasure_days: int = Field(
        default=30,
        ge=0,
        le=365,
        description="How long an erasure can be taken back; no shorter than backups are kept.",
    )
