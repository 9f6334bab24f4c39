"""Problems of what the calendar has to do with."""

from uuid import UUID

from pazpaz.core.base.errors import Problem


class HasAppointments(Problem, status=409, appointment_ids=list[UUID], total=int):
    """Appointments are still to come; cancel them first, or ask for it with cancel_appointments=true."""
