"""Where whoever asks stands: who they are, in which practice, and how this sign-in goes on."""

from pazpaz.accounts.models import SIGN_IN, USER, WORKSPACE, CredentialKind, SignIn, User, Workspace
from pazpaz.accounts.service import standing
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.db.handle import Db
from pazpaz.factors import queries
from pazpaz.factors.models import FactorKind
from pazpaz.factors.schemas import FactorKinds, Me, ThisSignIn


async def me(db: Db, settings: Settings) -> Me:
    """Return the user, the workspace and the sign-in."""
    user: User = await db.get(USER, db.user_id)
    workspace: Workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    mine: SignIn = await db.get(SIGN_IN, db.credential_id, recorded=False)
    second_factor = standing(settings, user, workspace, mine.factor_at)
    return Me(user, workspace, second_factor, await _sign_in(db, settings, mine))


async def _sign_in(db: Db, settings: Settings, mine: SignIn) -> ThisSignIn | None:
    if mine.kind is not CredentialKind.SIGN_IN or mine.expires_at is None:
        return None
    kinds = {factor.kind for factor in await db.read(queries.KINDS, owner=db.user_id)}
    return ThisSignIn(
        mine.id,
        mine.expires_at,
        AccountSettings.of(settings).sign_in_idle_minutes,
        settings.step_up_minutes,
        mine.is_locked(clock.now()),
        FactorKinds(FactorKind.PASSKEY in kinds, FactorKind.TOTP in kinds),
    )
