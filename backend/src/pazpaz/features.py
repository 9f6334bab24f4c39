"""THE list of features. A slice uses those before it, and none behind it."""

from typing import Any

from pydantic import create_model

from pazpaz.access.feature import FEATURE as ACCESS
from pazpaz.accounts.feature import FEATURE as ACCOUNTS
from pazpaz.agenda.feature import FEATURE as AGENDA
from pazpaz.amendments.feature import FEATURE as AMENDMENTS
from pazpaz.appointments.feature import FEATURE as APPOINTMENTS
from pazpaz.attachments.feature import FEATURE as ATTACHMENTS
from pazpaz.changes.feature import FEATURE as CHANGES
from pazpaz.checkpoints.feature import FEATURE as CHECKPOINTS
from pazpaz.clients.feature import FEATURE as CLIENTS
from pazpaz.conflicts.feature import FEATURE as CONFLICTS
from pazpaz.core.base.config import Settings
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.http import idempotency
from pazpaz.core.http.feature import Feature
from pazpaz.core.process.settings import load
from pazpaz.devices.feature import FEATURE as DEVICES
from pazpaz.digests.feature import FEATURE as DIGESTS
from pazpaz.erasures.feature import FEATURE as ERASURES
from pazpaz.exports.feature import FEATURE as EXPORTS
from pazpaz.factors.feature import FEATURE as FACTORS
from pazpaz.moves.feature import FEATURE as MOVES
from pazpaz.packs.feature import FEATURE as PACKS
from pazpaz.papers.feature import FEATURE as PAPERS
from pazpaz.plans.feature import FEATURE as PLANS
from pazpaz.reminders.feature import FEATURE as REMINDERS
from pazpaz.replies.feature import FEATURE as REPLIES
from pazpaz.sessions.feature import FEATURE as SESSIONS
from pazpaz.sync.feature import FEATURE as SYNC
from pazpaz.texts.feature import FEATURE as TEXTS
from pazpaz.timeline.feature import FEATURE as TIMELINE
from pazpaz.webapp.feature import FEATURE as WEBAPP

CORE = Feature(name="core", sweeps=(idempotency.SWEEP,))
FEATURES = (
    CORE,
    ACCOUNTS,
    CHECKPOINTS,
    FACTORS,
    DEVICES,
    CLIENTS,
    APPOINTMENTS,
    SESSIONS,
    PLANS,
    AMENDMENTS,
    CONFLICTS,
    MOVES,
    ERASURES,
    SYNC,
    ATTACHMENTS,
    TEXTS,
    REMINDERS,
    TIMELINE,
    PAPERS,
    AGENDA,
    PACKS,
    CHANGES,
    DIGESTS,
    REPLIES,
    ACCESS,
    WEBAPP,
    EXPORTS,
)

METADATA.info["is_complete"] = True  # the tables of every slice are known from here on

# What refers comes before what it refers to: no row is ever deleted, so that every id in an export is found in
# it, also of what was written while it was made.
EXPORTED = tuple(noun for feature in reversed(FEATURES) for noun in feature.exported)

SETTINGS: type[Settings] = create_model(
    "Settings", __base__=tuple(dict.fromkeys(f.settings for f in FEATURES if f.settings is not Settings))
)


def load_settings(**overrides: Any) -> Settings:
    """Read and check all settings; SettingsError names all that are missing, or the first that is wrong."""
    return load(SETTINGS, **overrides)
