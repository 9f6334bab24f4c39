"""The description's rules: operation ids, names of schemas, documents of problems."""

import pytest
from fastapi import FastAPI

from pazpaz.core.base.errors import Problem
from pazpaz.core.http import description
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router
from pazpaz.core.process.ratelimit import Limit


class RoomTaken(Problem, status=409, free_at=str):
    """Somebody is in it."""


class RoomClosed(Problem, status=409, reason=str | None):
    """It is not opened today."""


def _described(name: str, tag: str = "rooms") -> dict[str, object]:
    rooms = router(tag)

    @policy(roles=(), limit=Limit.PUBLIC, audit=(), problems=(RoomClosed, RoomTaken))
    async def endpoint() -> None:
        """Do it."""

    endpoint.__name__ = name
    rooms.post("/rooms", status_code=204)(endpoint)
    app = FastAPI()
    app.router.routes.extend(rooms.routes)
    description.install(app)
    return app.openapi()


@pytest.mark.parametrize(
    ("name", "tag", "operation_id"),
    [
        ("add_room", "rooms", "rooms.add"),
        ("list_rooms", "rooms", "rooms.list"),
        ("list_rooms_of_house", "rooms", "rooms.list_of_house"),
        ("open_door", "rooms", "rooms.open_door"),
        ("rooms", "rooms", "rooms.rooms"),
        ("read_history_as_fhir", "access history", "access-history.read_as_fhir"),
        ("list_note_templates", "note templates", "note-templates.list"),
        ("sign_up", "sign-in", "sign-in.sign_up"),
        ("sign_in_options", "sign-in", "sign-in.options"),
        ("list_roomservices", "rooms", "rooms.list_roomservices"),
    ],
)
def test_an_operation_is_called_by_its_noun_and_verb(name: str, tag: str, operation_id: str) -> None:
    """The tag, and the function's name without the noun."""
    assert _described(name, tag)["paths"]["/api/v1/rooms"]["post"]["operationId"] == operation_id  # type: ignore[index]


def test_two_problems_of_one_status_are_described_together() -> None:
    """Each by its document, with its members; what may be left out is not required."""
    found = _described("add_room")
    refusal = found["paths"]["/api/v1/rooms"]["post"]["responses"]["409"]  # type: ignore[index]
    assert refusal["description"] == "`room-closed`: It is not opened today. `room-taken`: Somebody is in it."
    schema = refusal["content"]["application/problem+json"]["schema"]
    assert schema["discriminator"]["mapping"] == {
        "Room closed": "#/components/schemas/RoomClosedProblem",
        "Room taken": "#/components/schemas/RoomTakenProblem",
    }
    schemas = found["components"]["schemas"]  # type: ignore[index]
    taken, closed = schemas["RoomTakenProblem"], schemas["RoomClosedProblem"]
    assert taken["properties"]["free_at"] == {"type": "string"} == closed["properties"]["reason"]
    assert "free_at" in taken["required"]
    assert "reason" not in closed["required"]


def test_a_member_that_is_not_declared_is_an_error() -> None:
    """What the description does not say, no problem document says."""
    with pytest.raises(TypeError, match="RoomTaken does not declare \\['until'\\]"):
        RoomTaken(until="noon")
