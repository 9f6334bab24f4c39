"""Every operation of the API has its case, which says all that the guards ask of it."""

from fastapi import FastAPI

from tests.support.guards_cases import CASES, missing, policies, where


async def test_every_operation_has_its_case(app: FastAPI) -> None:
    """One that no guard attacks, counts, refuses or records is named, with the line to write."""
    wrong = missing(app, CASES)
    assert wrong == [], "\n".join(wrong)


async def test_a_missing_case_is_named_with_its_line(app: FastAPI) -> None:
    """The check above says which file, and what a case of this route says at the least."""
    operation = ("PUT", "/plans/{plan_id}")
    without = missing(app, {name: case for name, case in CASES.items() if name != operation})
    case = 'Case("PUT /plans/{plan_id}", CLINICIANS, "plan.update", "<the kind of each id>", body={…}),'
    told = set(without) - set(missing(app, CASES))
    assert told == {f"backend/tests/plans/cases.py: add to CASES: {case}"}


async def test_a_case_without_its_operation_is_named(app: FastAPI) -> None:
    """What no route serves any more is taken out."""
    told = set(missing(app, {**CASES, ("GET", "/nothing"): None})) - set(missing(app, CASES))
    assert told == {
        "backend/tests/<slice>/cases.py: GET /nothing is no operation any more: take its case out"
    }


async def test_a_case_stands_with_its_slice(app: FastAPI) -> None:
    """In the folder of the slice that serves it, where its author looks."""
    elsewhere = [
        f"{where(operation)}: {' '.join(operation)} is served by pazpaz.{slice_name}"
        for operation, route in policies(app)
        if operation in CASES
        and f"/{(slice_name := route.endpoint.__module__.split('.')[1])}/" not in where(operation)
    ]
    assert elsewhere == []
