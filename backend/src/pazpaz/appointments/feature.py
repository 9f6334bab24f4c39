"""What the application takes of appointments."""

from pazpaz.appointments import endpoints
from pazpaz.appointments.models import APPOINTMENT
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(
    name="appointments",
    routers=(endpoints.router,),
    exported=(
        Exported(
            "appointments",
            APPOINTMENT,
            ("archived_at", "booked_at", "changed_at", "changed_version", "is_cancellation_told"),
        ),
    ),
)
