"""Settings of attachments."""

from pydantic import Field

from pazpaz.core.base.config import Settings


class AttachmentSettings(Settings):
    """How much a workspace may attach, and when a file that nobody knows of is deleted."""

    attachment_quota_bytes: int = Field(
        default=10_737_418_240, ge=0, description="What the attachments of one workspace may hold together."
    )
    s3_orphan_minutes: int = Field(
        default=60, ge=1, le=10_080, description="The age at which a file nobody knows of is deleted."
    )
