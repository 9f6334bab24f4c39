"""What a practice owns when the guards ask: one of every kind, or only the kinds that a request names."""

import base64
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.accounts.models import LINK
from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import derived_token, hashed
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.statements import Statement
from pazpaz.core.process.resources import Resources
from tests.support import stack
from tests.support.authenticator import Authenticator
from tests.support.files import make_attachment
from tests.support.guards_operations import SUCCEEDS, Ids, Operation, named, synced
from tests.support.practice import Practice

_LINK_OF = Statement.of("SELECT id FROM magic_links WHERE email = %(email)s::text ORDER BY id DESC LIMIT 1")


# Who proves one must have got it by their own sign-in.
FACTORS = frozenset({
    "factor", "removed factor", "unconfirmed factor", "code", "recovery code", "passkey",
    "passkey sign-in", "passkey browser",
})  # fmt: skip
# These touch all that a practice owns, or the caller's factors, though they name none of it.
_WHOLE: frozenset[Operation] = frozenset({("DELETE", "/workspace"), ("POST", "/workspace/restore")})
_PROVES: frozenset[Operation] = frozenset(
    {
        ("POST", "/auth/factors/recovery-codes"),
        ("POST", "/auth/prove/options"),
        ("PUT", "/workspace/second-factor"),
    }
)


@dataclass(frozen=True)
class Stocked:
    """A practice and what it owns, by kind."""

    practice: Practice
    ids: dict[str, str]


@dataclass(frozen=True)
class Shelf:
    """Whose it is, the word that every text of it holds, and what is on it already."""

    app: FastAPI
    practice: Practice
    mark: str
    ids: dict[str, str]

    @property
    def text(self) -> dict[str, str]:
        """What a note says."""
        mark = self.mark
        return {"subjective": f"{mark} כאב גב", "objective": mark, "assessment": mark, "plan": mark}

    async def booked(self) -> str:
        """A further appointment of the client."""
        words = {"logistics": f"{self.mark} חניה", "notes": f"{self.mark} כאב", "location": self.mark}
        return str((await self.practice.make_appointment(self.ids["client"], **words))["id"])


async def ask_link(app: FastAPI, email: str) -> tuple[str, str]:
    """A usable magic link: its token, and the cookie of the browser that asked."""
    resources: Resources = app.state.resources
    system, secret = resources.system(), resources.settings.secret_key.get_secret_value()
    asked = await service.ask_link(system, secret, email)
    link_id: UUID = (await system.run(_LINK_OF, email=email))[0]["id"]
    await system.transaction.commit()
    return derived_token(secret, LINK, link_id), asked.browser_token


async def sign_in(app: FastAPI, practice: Practice) -> str:
    """A fresh browser session of the practice's user; returns the cookie's value."""
    resources: Resources = app.state.resources
    system = resources.system()
    token = await service.start_sign_in(
        system, resources.settings, RequestContext(new_id()), practice.workspace_id, practice.user_id
    )
    await system.transaction.commit()
    await _proved(resources, token)
    return token


async def _proved(resources: Resources, token: str) -> None:
    """As if the sign-in had proved a second factor; the referee may say so, nobody else."""
    database = urlsplit(resources.settings.database_url.get_secret_value()).path.lstrip("/")
    referee = await asyncpg.connect(stack.superuser_url(database))
    await referee.execute("UPDATE credentials SET factor_at = now() WHERE hash = $1", hashed(token))
    await referee.close()


async def sign_ins(app: FastAPI, practice: Practice) -> list[str]:
    """The ids of two fresh browser sessions of the practice's user; the second was ended."""
    for _ in range(2):
        await sign_in(app, practice)
    ended, kept = [item["id"] for item in (await practice.get("/auth/sign-ins")).json()["items"][:2]]
    await practice.delete(f"/auth/sign-ins/{ended}")
    return [kept, ended]


async def factors_of(practice: Practice) -> dict[str, str]:
    """A factor of the practice's user, one that was removed, one not yet confirmed, and what proves them."""
    made, device = [], Authenticator()
    for earlier in (await practice.get("/auth/factors")).json()["items"][:-1]:
        await practice.delete(f"/auth/factors/{earlier['id']}")
    for kept in (device, Authenticator()):
        asked = (await practice.post("/auth/factors/passkeys/options")).json()
        answer = kept.create(asked["public_key"])
        body = {"challenge_id": asked["challenge_id"], "name": "laptop", "credential": answer}
        enrolled = await practice.post("/auth/factors/passkeys", body)
        assert enrolled.status_code == 200, enrolled.text
        made.append(enrolled.json())
    await practice.delete(f"/auth/factors/{made[1]['factor']['id']}")
    app = (await practice.post("/auth/factors/totp", {"name": "phone"})).json()
    asked = (await practice.post("/auth/factors/passkeys/options")).json()
    another = {"challenge_id": asked["challenge_id"], "name": "key"}
    codes = (
        made[0]["recovery_codes"]
        or (await practice.post("/auth/factors/recovery-codes")).json()["recovery_codes"]
    )
    totp = TOTP(base64.b32decode(app["secret"]), 6, SHA1(), 30)
    return {
        "factor": made[0]["factor"]["id"], "removed factor": made[1]["factor"]["id"],
        "unconfirmed factor": app["id"], "code": totp.generate(int(clock.now().timestamp())).decode(),
        "recovery code": codes[0],
        "passkey": json.dumps({**another, "credential": Authenticator().create(asked["public_key"])}),
        **await signed_by(practice, device),
    }  # fmt: skip


async def signed_by(practice: Practice, device: Authenticator) -> dict[str, str]:
    """What signs in by this passkey, and the cookie of the browser that asked."""
    answer = await practice.post("/auth/passkeys/options")
    asked, browser = answer.json(), answer.cookies["pazpaz_browser"]
    practice.http.cookies.clear()
    body = {"challenge_id": asked["challenge_id"], "credential": device.sign(asked["public_key"])}
    return {"passkey sign-in": json.dumps(body), "passkey browser": browser}


async def _factors(shelf: Shelf) -> dict[str, str]:
    return await factors_of(shelf.practice)


async def _client(shelf: Shelf) -> dict[str, str]:
    mark = shelf.mark
    made = await shelf.practice.make_client(
        first_name=mark, last_name=f"{mark} לוי", email=f"{mark}@example.org", phone="050-1234567",
        address=f"{mark} הרצל", notes=f"{mark} כאב", tags=[mark], date_of_birth="1980-02-03",
    )  # fmt: skip
    return {"client": made["id"]}


async def _archived_client(shelf: Shelf) -> dict[str, str]:
    gone = (await shelf.practice.make_client(first_name=shelf.mark))["id"]
    await shelf.practice.delete(f"/clients/{gone}")
    return {"archived client": gone}


async def _appointments(shelf: Shelf) -> dict[str, str]:
    kinds = ("appointment", "free appointment", "archived appointment")
    made = {kind: await shelf.booked() for kind in kinds}
    await shelf.practice.delete(f"/appointments/{made['archived appointment']}")
    return made


async def _draft(shelf: Shelf) -> dict[str, str]:
    note = await shelf.practice.make_session(shelf.ids["appointment"], **shelf.text)
    await shelf.practice.put(f"/sessions/{note['id']}", {"plan": shelf.mark})
    return {"draft": note["id"]}


async def _files(shelf: Shelf) -> dict[str, str]:
    practice, note = shelf.practice, shelf.ids["draft"]
    files = [(await make_attachment(practice, note, name=f"{shelf.mark}.png"))["id"] for _ in range(2)]
    await practice.delete(f"/sessions/{note}/attachments/{files[1]}")
    return {"file": files[0], "removed file": files[1]}


async def _conflicts(shelf: Shelf) -> dict[str, str]:
    """Two conflicts about the appointment's note; the second was resolved."""
    own, appointment, text = str(new_id()), shelf.ids["appointment"], shelf.text
    items = [synced(own, appointment, **{**text, "plan": f"{text['plan']} {n}"}) for n in range(2)]
    answer = await shelf.practice.post("/sessions/sync", {"sessions": items})
    ids = [result["conflict_id"] for result in answer.json()["results"]]
    assert all(ids), answer.text
    await shelf.practice.post(f"/sessions/conflicts/{ids[1]}/resolve", {"action": "discard"})
    return {"client session": own, "conflict": ids[0], "resolved conflict": ids[1]}


async def _finalized(shelf: Shelf) -> dict[str, str]:
    note = (await shelf.practice.make_session(await shelf.booked(), **shelf.text))["id"]
    await shelf.practice.patch(f"/sessions/{note}/finalize")
    said = {"reason": shelf.mark, "plan": shelf.mark}
    addendum = await shelf.practice.post(f"/sessions/{note}/amendments", said)
    assert addendum.status_code == 201, addendum.text
    return {"finalized": note}


async def _archived_session(shelf: Shelf) -> dict[str, str]:
    note = (await shelf.practice.make_session(await shelf.booked(), **shelf.text))["id"]
    await shelf.practice.delete(f"/sessions/{note}")
    return {"archived session": note}


async def _tokens(shelf: Shelf) -> dict[str, str]:
    tokens = [(await shelf.practice.post("/auth/tokens", {"name": shelf.mark})).json() for _ in range(2)]
    await shelf.practice.delete(f"/auth/tokens/{tokens[1]['id']}")
    return {"token": tokens[0]["id"], "revoked token": tokens[1]["id"]}


async def _members(shelf: Shelf) -> dict[str, str]:
    """Two invited therapists; the second was removed."""
    mark, ids = shelf.mark, []
    for number in range(2):
        body = {"email": f"{mark}-{number}@example.org", "full_name": f"{mark} כהן", "role": "therapist"}
        ids.append((await shelf.practice.post("/members", body)).json()["id"])
    await shelf.practice.delete(f"/members/{ids[1]}")
    return {"member": ids[0], "removed member": ids[1]}


async def _sign_ins(shelf: Shelf) -> dict[str, str]:
    kept, ended = await sign_ins(shelf.app, shelf.practice)
    return {"sign-in": kept, "ended sign-in": ended}


async def _link(shelf: Shelf) -> dict[str, str]:
    link, browser = await ask_link(shelf.app, shelf.practice.email)
    return {"link": link, "browser": browser}


async def _plans(shelf: Shelf) -> dict[str, str]:
    """Two plans, the second archived, and two achieved milestones of the first, the second archived."""
    practice, client, mark = shelf.practice, shelf.ids["client"], shelf.mark
    text = {"title": mark, "diagnosis": f"{mark} דלקת", "goals": mark, "frequency": mark}
    plans = [(await practice.make_plan(client, **text))["id"] for _ in range(2)]
    said = {"description": f"{mark} לרוץ", "notes": mark, "status": "achieved"}
    steps = [(await practice.make_milestone(plans[0], **said))["id"] for _ in range(2)]
    await practice.put(f"/plans/{plans[0]}", {"goals": f"{mark} שוב"})
    await practice.delete(f"/plans/{plans[0]}/milestones/{steps[1]}")
    await practice.delete(f"/plans/{plans[1]}")
    return {
        "plan": plans[0], "archived plan": plans[1], "milestone": steps[0], "archived milestone": steps[1],
    }  # fmt: skip


async def _rules(shelf: Shelf) -> dict[str, str]:
    """Two reminders, at hours that nothing else has; the second was removed."""
    practice, mark = shelf.practice, shelf.mark
    taken: int = (await practice.get("/reminders/configurations")).json()["total"]
    words = {"subject_template": mark, "body_template": f"{mark} {{client_first_name}}"}
    ids = []
    for hours in (100 + taken, 200 + taken):
        made = await practice.post("/reminders/configurations", {"hours_before": hours, **words})
        ids.append(made.json()["id"])
    await practice.delete(f"/reminders/configurations/{ids[1]}")
    return {"rule": ids[0], "archived rule": ids[1]}


@dataclass(frozen=True)
class Step:
    """What it makes, and what has to be there before."""

    makes: frozenset[str]
    work: Callable[[Shelf], Awaitable[Mapping[str, str]]]
    needs: frozenset[str] = frozenset()


def _step(work: Callable[[Shelf], Awaitable[Mapping[str, str]]], makes: str, needs: str = "") -> Step:
    return Step(frozenset(makes.split(", ")), work, frozenset(needs.split(", ")) - {""})


STEPS = (
    # First: a factor ends sign-ins that have proved none.
    Step(FACTORS, _factors),
    _step(_client, "client"),
    _step(_archived_client, "archived client"),
    _step(_appointments, "appointment, free appointment, archived appointment", "client"),
    _step(_draft, "draft", "appointment"),
    _step(_files, "file, removed file", "draft"),
    _step(_conflicts, "client session, conflict, resolved conflict", "appointment, draft"),
    _step(_finalized, "finalized", "client"),
    _step(_archived_session, "archived session", "client"),
    _step(_tokens, "token, revoked token"),
    _step(_members, "member, removed member"),
    _step(_sign_ins, "sign-in, ended sign-in"),
    _step(_link, "link, browser"),
    _step(_plans, "plan, archived plan, milestone, archived milestone", "client"),
    _step(_rules, "rule, archived rule"),
)


def _chosen(kinds: Collection[str] | None) -> list[Step]:
    """The steps that make these kinds, and what those need; all, if none are named."""
    if kinds is None:
        return list(STEPS)
    wanted, chosen = set(kinds), []
    for step in reversed(STEPS):
        if step.makes & wanted:
            wanted |= step.needs
            chosen.append(step)
    return chosen[::-1]


async def stock(
    app: FastAPI, practice: Practice, mark: str, kinds: Collection[str] | None = None
) -> dict[str, str]:
    """One of everything, or of these kinds; every text in it holds `mark`."""
    ids = {
        "workspace": str(practice.workspace_id), "user": str(practice.user_id),
        "word": mark, "email": practice.email,
    }  # fmt: skip
    shelf = Shelf(app, practice, mark, ids)
    for step in _chosen(kinds):
        ids.update(await step.work(shelf))
    await practice.put("/workspace", {"reminder_sender_name": f"{mark} מרפאה"})
    await practice.put("/reminders/digest", {"is_active": True})
    return ids


def kinds_for(operation: Operation, request: Callable[[Ids], object] | None = None) -> frozenset[str]:
    """What a practice must own for the request, by default the one that succeeds."""
    if operation in _WHOLE:
        return frozenset(kind for step in STEPS for kind in step.makes)
    kinds = {kind.removeprefix("own ") for kind in named(request or SUCCEEDS[operation])}
    return frozenset(kinds | (FACTORS if operation in _PROVES else set()))
