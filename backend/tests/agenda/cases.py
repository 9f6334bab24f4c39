"""What the agenda tells the guards."""

from pazpaz.core.process.ratelimit import Limit
from tests.support.case import EVERYONE, OWNER, Case

CASES = (
    Case(
        "GET /appointments", EVERYONE, "appointment.list",
        params={"limit": "100", "include": "client,reminder"},  # and the note, for some roles: test_list.py
        filters="client_id=client, client_id=archived client, therapist_id=user",
        otherwise={"include": "client,note,reminder", "order": "desc", "archived": "true"},
        statements=3,  # the page, its clients, its reminders
    ),
    Case(
        "DELETE /clients/{client_id}", EVERYONE, "client.archive", "client, archived client",
        statements=3,  # the client is held, and what is to come is looked at
    ),
    Case(
        "DELETE /members/{member_id}", OWNER, "user.remove", "member, removed member",
        limit=Limit.OWN, statements=4,  # their calendar is held, and what is to come looked at
    ),
)  # fmt: skip
