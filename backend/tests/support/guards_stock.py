"""What a practice owns when the guards ask: one of every kind, or only the kinds that a request names."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fastapi import FastAPI

from tests.support.case import Shelf, Step
from tests.support.guards_cases import STEPS
from tests.support.practice import Practice

ALL = frozenset({"everything"}).union(*(step.kinds for step in STEPS))


@dataclass(frozen=True)
class Stocked:
    """A practice and what it owns, by kind."""

    practice: Practice
    ids: dict[str, str]


def _chosen(kinds: Collection[str] | None) -> list[Step]:
    """The steps that make these kinds, and what those need; all that do not wait, if none are named."""
    if kinds is None:
        return [step for step in STEPS if not step.waits]
    wanted, chosen = set(kinds), []
    for step in reversed(STEPS):
        if step.kinds & wanted or ("everything" in wanted and not step.waits):
            wanted |= step.before
            chosen.append(step)
    return chosen[::-1]


async def stock(
    app: FastAPI,
    practice: Practice,
    mark: str,
    kinds: Collection[str] | None = None,
    says: Callable[[str], str] | None = None,
) -> dict[str, str]:
    """One of everything, or of these kinds; every text in it holds `mark`, or what `says` has its column say."""
    ids = {
        "workspace": str(practice.workspace_id), "user": str(practice.user_id),
        "word": mark, "email": practice.email,
    }  # fmt: skip
    shelf = Shelf(app, practice, says or (lambda column: f"{mark} {column} כאב־{mark}"), ids)
    for step in _chosen(kinds):
        ids.update(await step.work(shelf))
    await practice.put("/workspace", {"reminder_sender_name": f"{mark} מרפאה"})
    await practice.put("/reminders/digest", {"is_active": True})
    return ids


async def own(app: FastAPI, member: Practice, kinds: Collection[str]) -> dict[str, str]:
    """Of these kinds, what each member has of their own."""
    shelf = Shelf(app, member, lambda _: "own", {"word": "own"})
    wanted = set(kinds)
    steps = [step for step in STEPS if step.personal and (step.kinds & wanted or "everything" in wanted)]
    return {kind: value for step in steps for kind, value in (await step.work(shelf)).items()}
