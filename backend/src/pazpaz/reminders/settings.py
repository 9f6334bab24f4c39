"""Settings of reminders, and of the mails that are made on a schedule as they are."""

from email.utils import parseaddr
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from pazpaz.core.base.config import PREFIX, Key, Settings, mailbox

_RETURN_PATH = 45  # "+b-" and a signed id (pazpaz.reminders.links)
_LOCAL_PART = 64 - _RETURN_PATH  # RFC 5321, 4.5.3.1.1


class ReminderSettings(Settings):
    """When mails are made, how they are retried, and where they come back to."""

    bounce_address: Annotated[str, AfterValidator(mailbox)] | None = Field(
        default=None,
        description="Where bounces go; mail to it with +anything must arrive too. Default mail_from's.",
    )
    bounce_webhook_secret: Key | None = Field(
        default=None,
        description="Signs delivery reports at /api/v1/webhooks/mail/bounces, which is closed without it.",
    )
    reminder_pass_seconds: int = Field(
        default=300, ge=1, le=1800, description="Between two scheduler passes."
    )
    reminder_sweep_seconds: int = Field(
        default=10, ge=1, le=60, description="How late a lost job is noticed."
    )
    reminder_lease_seconds: float = Field(
        default=45.0, ge=1, description="After it a killed worker's reminders are another's."
    )
    reminder_retry_seconds: float = Field(
        default=30.0, gt=0, description="Before the second try; then doubled."
    )
    reminders_per_minute: int = Field(default=100, ge=1, description="Per workspace.")

    @property
    def bounces_to(self) -> str:
        """The bare address that return paths are made of."""
        return parseaddr(self.bounce_address or self.mail_from)[1]

    @model_validator(mode="after")
    def _leave_room_for_return_paths(self) -> Self:
        if len(self.bounces_to.rpartition("@")[0]) > _LOCAL_PART:
            name = "bounce_address" if self.bounce_address else "mail_from"
            raise ValueError(
                f"{PREFIX}{name.upper()}: has over {_LOCAL_PART} characters before the @, and a return path adds"
                f" {_RETURN_PATH} to them, of 64 that servers take; set {PREFIX}BOUNCE_ADDRESS to a shorter one"
            )
        return self
