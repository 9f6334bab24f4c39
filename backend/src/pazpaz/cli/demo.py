"""`pazpaz demo`: a practice with clients, plans, a calendar and notes, to look around in."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from pazpaz.accounts import credentials, queries, service
from pazpaz.accounts.models import Locale
from pazpaz.accounts.schemas import SignUp
from pazpaz.appointments import service as appointments
from pazpaz.appointments.schemas import AppointmentCreate
from pazpaz.cli.context import DataDir, resources_of
from pazpaz.clients import service as clients
from pazpaz.clients.schemas import ClientCreate
from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import hashed
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.handle import Db
from pazpaz.core.process.resources import Resources
from pazpaz.plans import milestones
from pazpaz.plans import service as plans
from pazpaz.plans.schemas import MilestoneCreate, PlanCreate
from pazpaz.sessions import service as sessions
from pazpaz.sessions.schemas import SessionCreate

EMAIL = "demo@pazpaz.localhost"
WEEKS_BACK = 3
PRACTICE = SignUp(
    email=EMAIL,
    full_name="נועה ברק",
    workspace_name="מרפאת הדגמה · Demo practice",
    timezone="Asia/Jerusalem",
    locale=Locale.HE,
)
PEOPLE = (
    ("רות", "לוי", "050-555-0101", "כאבי גב תחתון מאז הלידה השנייה."),
    ("יוסף", "חדד", "052-555-0102", "שיקום כתף ימין אחרי ניתוח."),
    ("Maya", "Stern", "054-555-0103", "Tension headaches, works at a screen."),
    ("אבישג", "בן־עמי", "053-555-0104", "חרדת בחינות, מפגש שבועי."),
    ("Daniel", "O'Neill", "058-555-0105", "Runner; left Achilles tendinopathy."),
)
PLAN = {
    "title": "חזרה לפעילות מלאה · Back to full activity",
    "goals": "לישון לילה שלם; ללכת חצי שעה בלי כאב.",
    "frequency": "פעם בשבוע",
    "planned_sessions": 10,
}
STEPS = ("תרגול יומי שבוע ברצף", "ללכת רבע שעה בלי כאב", "ללכת חצי שעה בלי כאב")
NOTE = {
    "subjective": "מדווחת על הקלה מאז הטיפול הקודם; הכאב חוזר בערב, 4/10.",
    "objective": "טווח תנועה בכפיפה מלא; רגישות במישוש L4–L5.",
    "assessment": "שיפור הדרגתי, ללא דגלים אדומים.",
    "plan": "להמשיך תרגול יומי; ביקורת בעוד שבוע.",
}


def demo(
    data_dir: DataDir = None,
    link: Annotated[
        bool, typer.Option("--link", hidden=True, help="For `up`: print a sign-in as JSON.")
    ] = False,
) -> None:
    """Make a demo practice; it is a workspace of its own."""
    if link:
        typer.echo(json.dumps(asyncio.run(_link(data_dir))))
        return
    asyncio.run(_demo(data_dir))
    typer.echo(f"a demo practice is ready; sign in as {EMAIL}")


async def _demo(data_dir: Path | None) -> None:
    async with resources_of(data_dir) as resources:
        await fill(resources)


async def _link(data_dir: Path | None) -> dict[str, str] | None:
    """Return a sign-in to the demo practice, which is made in a data dir without any practice."""
    async with resources_of(data_dir) as resources:
        if await is_empty(resources):
            await fill(resources)
        secret = resources.settings.secret_key.get_secret_value()
        async with resources.as_system() as system:
            if not await service.users_of(system, EMAIL):
                return None
            token, code = await service.make_link(system, secret, EMAIL)
    return {"token": token, "code": code}


async def is_empty(resources: Resources) -> bool:
    """Whether there is no practice yet."""
    found = await resources.run(queries.ANY_WORKSPACE)
    return not found[0]["exists"]


async def fill(resources: Resources) -> None:
    """Make the practice, in one transaction per account and one for its content."""
    context = RequestContext(new_id())
    async with resources.as_system() as system:
        workspace_id, user_id = await service.create_workspace(system, resources.keys, context, PRACTICE)
        token = await service.issue_token(system, context, workspace_id, user_id, "demo")
    actor = await service.authenticate(resources, hashed(token))
    if actor is None:
        raise RuntimeError
    async with resources.acting_as(actor, context) as db:
        await _fill_workspace(db)
        await credentials.sign_out(db)


async def _fill_workspace(db: Db) -> None:
    today = clock.now().astimezone(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    for index, (first, last, phone, notes) in enumerate(PEOPLE):
        client = await clients.create(
            db, ClientCreate(first_name=first, last_name=last, phone=phone, notes=notes)
        )
        await _plan(db, client.id, today)
        for week in range(-WEEKS_BACK, 3):
            start = today + timedelta(weeks=week, hours=index, days=index % 4)
            booked = await appointments.create(db, _booking(client.id, start))
            if start < clock.now():
                await _write_note(db, booked.id, final=week < -1)


async def _plan(db: Db, client_id: object, today: datetime) -> None:
    start = (today - timedelta(weeks=WEEKS_BACK)).date()
    body = {**PLAN, "client_id": client_id, "start_date": start, "review_date": today.date()}
    plan = await plans.create(db, PlanCreate.model_validate(body))
    for index, step in enumerate(STEPS):
        achieved = {"status": "achieved", "achieved_date": start + timedelta(weeks=1)} if index == 0 else {}
        said = {"description": step, **achieved}
        await milestones.create(db, plan.id, MilestoneCreate.model_validate(said))


def _booking(client_id: object, start: datetime) -> AppointmentCreate:
    return AppointmentCreate.model_validate(
        {
            "client_id": client_id,
            "scheduled_start": start.isoformat(),
            "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
            "service_name": "טיפול · Session",
        }
    )


async def _write_note(db: Db, appointment_id: UUID, *, final: bool) -> None:
    body = SessionCreate.model_validate({"appointment_id": appointment_id, **NOTE})
    note = await sessions.create(db, body)
    if final:
        await sessions.finalize(db, note.id, None)
