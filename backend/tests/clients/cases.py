"""What clients tell the guards."""

from pazpaz.core.base.ids import new_id
from tests.support.case import EVERYONE, Case, Shelf, Step

CLIENT = "client, archived client"
BORN = "1907-07-19"
CASES = (
    Case("POST /clients", EVERYONE, "client.create", body={"first_name": "A", "last_name": "B"}),
    Case(
        "GET /clients", EVERYONE, "client.list", params={"limit": "100"}, filters="q=word",
        otherwise={"archived": "true"},
    ),
    # The state that the event is of; of names and of tags whether, where and what has changed since.
    Case("GET /clients/index", EVERYONE, "client.list", statements=7),
    Case("GET /clients/{client_id}", EVERYONE, "client.read", CLIENT),
    Case(
        "PUT /clients/{client_id}", EVERYONE, "client.update", CLIENT, body={"notes": "x"},
        assistant={"phone": "050-7654321"},  # notes are clinical
    ),
    Case("POST /clients/{client_id}/restore", EVERYONE, "client.restore", "archived client, client"),
)  # fmt: skip


async def _client(shelf: Shelf) -> dict[str, str]:
    """With all that can be known of one, created with a key, whose answer is kept."""
    details = {
        **shelf.of("clients", "first_name", "last_name", "address", "notes"),
        "email": f"{shelf.word('clients.email')}@example.org", "phone": shelf.word("clients.phone"),
        "tags": [shelf.word("clients.tags")], "date_of_birth": BORN,
    }  # fmt: skip
    made = await shelf.practice.post("/clients", details, headers={"Idempotency-Key": str(new_id())})
    assert made.status_code == 201, made.text
    return {"client": made.json()["id"]}


async def _archived(shelf: Shelf) -> dict[str, str]:
    gone = (await shelf.practice.make_client(**shelf.of("clients", "first_name")))["id"]
    await shelf.practice.delete(f"/clients/{gone}")
    return {"archived client": gone}


STEPS = (Step("client", _client), Step("archived client", _archived))
