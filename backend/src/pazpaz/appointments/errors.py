"""Problems of appointments."""

from uuid import UUID

from pazpaz.core.base.errors import Problem

NO_OVERLAP = "ex_appointments_therapist_overlap"


class AppointmentConflict(Problem, status=409, constraint=NO_OVERLAP, appointment_id=UUID | None):
    """The therapist already has a scheduled appointment at that time."""


class AppointmentNotBegun(Problem, status=422):
    """An appointment cannot be completed before it begins."""


class EndsBeforeStart(Problem, status=422, constraint="ck_appointments_ends_after_start"):
    """scheduled_end must be after scheduled_start."""


class AppointmentTooLong(Problem, status=422, constraint="ck_appointments_at_most_a_day"):
    """An appointment lasts at most 24 hours."""


class TherapistUnknown(Problem, status=422, constraint="fk_appointments_therapist_id"):
    """therapist_id is nobody who treats in this practice."""
