"""What conflicts take in."""

from uuid import UUID

from pydantic import Field

from pazpaz.amendments.schemas import Reason
from pazpaz.conflicts.models import Resolution
from pazpaz.core.http.schemas import Body, Text


class ConflictResolve(Body):
    """What becomes of the device's text. Whatever the action, it stays readable in the conflict.

    - `keep_server`: the note stays as it is.
    - `keep_client`: the note, a draft, takes the device's text in the conflict's `fields`.
    - `merge`: the note, a draft, takes the text given here, field by field.
    - `attach`: `appointment_id` (by default the conflict's own) gets a note with the device's text; if
      its note is finalized, an amendment with this `reason`.
    - `discard`: the device's text is set aside.
    """

    action: Resolution
    subjective: Text | None = None
    objective: Text | None = None
    assessment: Text | None = None
    plan: Text | None = None
    appointment_id: UUID | None = Field(default=None, description="For `attach`, and for `merge` elsewhere.")
    reason: Reason | None = Field(default=None, description="Why a finalized note is amended, in one line.")
