"""Every slice's cases and steps, collected from tests/*/cases.py, and the line that a missing one wants."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from fastapi import FastAPI

from pazpaz.core.http.routing import API, EdgeRoute
from tests.support.case import CLINICIANS, EVERYONE, NOBODY, OWNER, Case, Ids, Operation, Step

_TESTS = Path(__file__).parents[1]
_MODULES = {
    path.parent.name: importlib.import_module(f"tests.{path.parent.name}.cases")
    for path in sorted(_TESTS.glob("*/cases.py"))
}
CASES: Mapping[Operation, Case] = {
    case.operation: case for module in _MODULES.values() for case in module.CASES
}
# For mail servers, not for clients: signed, without a user, and described in the README.
WEBHOOKS = f"{API}/webhooks/"
_WHO = {NOBODY: "NOBODY", OWNER: "OWNER", CLINICIANS: "CLINICIANS", EVERYONE: "EVERYONE"}


def _in_order(steps: list[Step]) -> tuple[Step, ...]:
    """What another needs comes before it."""
    done: list[Step] = []
    made: set[str] = set()
    while steps:
        ready = [step for step in steps if step.before <= made]
        assert ready, f"nothing makes what these need: {[step.makes for step in steps]}"
        done += ready
        made |= set().union(*(step.kinds for step in ready))
        steps = [step for step in steps if step not in ready]
    return tuple(done)


STEPS = _in_order(
    sorted(
        chain.from_iterable(getattr(module, "STEPS", ()) for module in _MODULES.values()),
        key=lambda step: not step.first,
    )
)


def policies(app: FastAPI) -> Iterator[tuple[Operation, EdgeRoute]]:
    """Each operation below the base path that is served by the edge."""
    for route in app.router.routes:
        if (
            isinstance(route, EdgeRoute)
            and route.path.startswith(API)
            and not route.path.startswith(WEBHOOKS)
        ):
            yield from (((method, route.path.removeprefix(API)), route) for method in route.methods or ())


def operations(app: FastAPI) -> set[Operation]:
    """Every operation that the API describes."""
    return {
        (method.upper(), path.removeprefix(API))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }


def where(operation: Operation) -> str:
    """The file that holds the operation's case."""
    for slice_name, module in _MODULES.items():
        if any(case.operation == operation for case in module.CASES):
            return f"backend/tests/{slice_name}/cases.py"
    return "backend/tests/<slice>/cases.py"


def missing(app: FastAPI, cases: Mapping[Operation, object]) -> list[str]:
    """What differs between the API and the cases, each with the line to write."""
    routes, known = dict(policies(app)), operations(app)
    found = [_wanted(operation, routes[operation]) for operation in sorted(known - set(cases))]
    gone = [
        f"{where(o)}: {' '.join(o)} is no operation any more: take its case out" for o in set(cases) - known
    ]
    return found + sorted(gone)


def _wanted(operation: Operation, route: EdgeRoute) -> str:
    """The case of a route that has none, as far as the route itself can tell."""
    slice_name = route.endpoint.__module__.split(".")[1]
    who = _WHO.get(route.policy.roles, "…")
    parts = [f'"{" ".join(operation)}"', who, f'"{route.policy.audit[0]}"' if route.policy.audit else "()"]
    parts += ['"<the kind of each id>"'] * ("{" in operation[1])
    parts += ["body={…}"] * (operation[0] in {"POST", "PUT", "PATCH"})
    parts += ["limit=Limit.OWN"] * (route.policy.limit == "own") + ["hands_out=True"] * route.policy.hands_out
    return f"backend/tests/{slice_name}/cases.py: add to CASES: Case({', '.join(parts)}),"


class _Asked(dict[str, str]):
    """Stands for what a practice owns, and remembers what of it a request names."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[str] = set()

    def __missing__(self, kind: str) -> str:
        self.kinds.add(kind)
        return '{"challenge_id": "", "credential": ""}'


def named(request: Callable[[Ids], object]) -> set[str]:
    """The kinds that making the request asks for: a practice that owns these is enough for it."""
    asked = _Asked()
    made = request(asked)
    if isinstance(made, Iterator):
        for _ in made:
            pass
    return asked.kinds


def kinds_for(operation: Operation, request: Callable[[Ids], object] | None = None) -> frozenset[str]:
    """What a practice must own for the request, by default the one that succeeds."""
    case = CASES[operation]
    kinds = {kind.removeprefix("own ") for kind in named(request or case.call)}
    return frozenset((kinds | {case.needs}) - {""})
