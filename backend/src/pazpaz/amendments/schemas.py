"""What amendments take in."""

from typing import Annotated

from pydantic import AfterValidator, Field

from pazpaz.core.http.schemas import Body, Line, Text, not_blank

Reason = Annotated[Line, AfterValidator(not_blank)]


class AmendmentCreate(Body):
    """An addendum to a finalized note: at least one of the four fields says something."""

    reason: Reason = Field(description="Why the note is amended, in one line.")
    subjective: Text | None = None
    objective: Text | None = None
    assessment: Text | None = None
    plan: Text | None = None
