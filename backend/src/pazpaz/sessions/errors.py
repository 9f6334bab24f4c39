"""Problems of SOAP notes."""

from uuid import UUID

from pazpaz.core.base.errors import Problem

ONE_PER_APPOINTMENT = "uq_sessions_appointment"
ONE_PER_DEVICE_ID = "uq_sessions_client_session_id"


class SessionAlreadyExists(Problem, status=409, constraint=ONE_PER_APPOINTMENT, session_id=UUID | None):
    """This appointment already has a note."""


class ClientSessionIdTaken(Problem, status=409, constraint=ONE_PER_DEVICE_ID, session_id=UUID | None):
    """Another note has this client_session_id."""


class SessionFinalized(Problem, status=409):
    """The note is finalized and cannot be changed; add an amendment instead."""


class InvalidStatusTransition(Problem, status=409):
    """A note goes from draft to finalized to archived, or from draft to archived."""


class SessionEmpty(Problem, status=422):
    """A note without text cannot be finalized."""
