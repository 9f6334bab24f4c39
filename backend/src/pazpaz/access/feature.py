"""What the application takes of access."""

from pazpaz.access import endpoints
from pazpaz.accounts.models import AUDIT_EVENT
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(
    name="access", routers=(endpoints.router,), exported=(Exported("audit-events", AUDIT_EVENT),)
)
