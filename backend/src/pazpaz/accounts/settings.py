"""Settings of accounts."""

from pydantic import Field

from pazpaz.core.base.config import Settings


class AccountSettings(Settings):
    """How long sign-ins and deletions last, and how many mails somebody can cause."""

    workspace_deletion_days: int = Field(
        default=7, ge=0, le=90, description="How long the deletion of a workspace can be taken back."
    )
    rate_limit_links_per_minute: int = Field(
        default=5, ge=1, description="Magic links per e-mail address, and sign-ins per passkey, and network."
    )
    rate_limit_links_per_day: int = Field(
        default=60, ge=1, description="Magic links per e-mail address; a third of them from one network."
    )
    rate_limit_sign_ups_per_day: int = Field(default=50, ge=1, description="Sign-ups per network.")
    rate_limit_invitations_per_day: int = Field(
        default=5, ge=1, description="Mails that invite one e-mail address, whoever asks for them."
    )
    sign_in_idle_minutes: int = Field(
        default=30, ge=2, le=720, description="A browser that is idle for so long is locked, not signed out."
    )
    sign_in_hours: int = Field(
        default=12, ge=1, le=720, description="So long after signing in, a browser is signed out."
    )
    require_second_factor: bool | None = Field(
        default=None, description="In practices that have not decided; by default outside of `up` only."
    )

    @property
    def requires_second_factor(self) -> bool:
        """Whether a practice that has not decided asks for a second factor."""
        return not self.embedded if self.require_second_factor is None else self.require_second_factor
