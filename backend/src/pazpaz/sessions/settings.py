"""Settings of sessions."""

from pydantic import Field

from pazpaz.core.base.config import Settings


class SessionSettings(Settings):
    """How long earlier texts of notes stay."""

    draft_revision_days: int = Field(default=90, ge=1, description="How long a draft's earlier texts stay.")
    finalized_revisions: int = Field(
        default=50, ge=0, description="How many earlier texts of a finalized note stay."
    )
