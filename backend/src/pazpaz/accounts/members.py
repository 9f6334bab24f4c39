"""Use cases of members: inviting, changing, disabling and removing the people of a practice."""

from uuid import UUID

from pazpaz.accounts import queries
from pazpaz.accounts.errors import MemberExists
from pazpaz.accounts.models import CLINICIANS, SEND_INVITATION, USER, User, UserStatus
from pazpaz.accounts.schemas import MemberCreate, MemberUpdate
from pazpaz.core.base import clock
from pazpaz.core.base.errors import NotFound
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging


async def invite(db: Db, body: MemberCreate, *, is_mailed: bool) -> User:
    """Return a new or a returning member; the worker mails where to sign in, if they are to be told."""
    email, now = body.email.lower(), clock.now()
    values = {
        "full_name": body.full_name,
        "role": body.role,
        "status": UserStatus.ACTIVE,
        "invited_at": now,
        "invitation_sent_at": None if is_mailed else now,
    }
    known = await db.read(queries.MEMBER_OF_EMAIL, email=email)
    if known and known[0].status is not UserStatus.REMOVED:
        raise MemberExists
    member = (
        await db.change(USER, known[0].id, values, action="create")
        if known
        else await db.create(USER, {"email": email, **values})
    )
    if is_mailed:
        db.enqueue(SEND_INVITATION, member.id)
    return member


async def list_page(db: Db, paging: Paging) -> Page[User]:
    """Return the practice's people, newest first; removed ones are not among them."""
    return await db.page(queries.MEMBERS, {}, paging)


async def treats(db: Db, user_id: UUID) -> bool:
    """Whether this is an active member who may treat clients."""
    try:
        member = await db.get(USER, user_id, recorded=False)
    except NotFound:
        return False
    return member.status is UserStatus.ACTIVE and member.role in CLINICIANS


async def change(db: Db, member_id: UUID, body: MemberUpdate, version: int | None) -> User:
    """Change a member; LastOwner when nobody would own the practice any more."""
    member = await db.get(USER, member_id, recorded=False, lock=True)
    if member.status is UserStatus.REMOVED:
        raise NotFound
    return await db.change(USER, member_id, body.changes(), version=version)


async def remove(db: Db, member_id: UUID, version: int | None) -> None:
    """Take a member off the practice and sign them out; what they wrote keeps its author."""
    member = await db.get(USER, member_id, recorded=False, lock=True)
    if member.status is UserStatus.REMOVED:
        raise NotFound
    await db.change(USER, member_id, {"status": UserStatus.REMOVED}, version=version, action="remove")
