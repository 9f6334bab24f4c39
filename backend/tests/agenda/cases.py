"""What the agenda tells the guards."""

from tests.support.case import EVERYONE, Case

CASES = (
    Case(
        "GET /appointments", EVERYONE, "appointment.list",
        params={"limit": "100", "include": "client,reminder"},  # and the note, for some roles: test_list.py
        filters="client_id=client, client_id=archived client, therapist_id=user",
        otherwise={"include": "client,note,reminder", "order": "desc"},
        statements=3,  # the page, its clients, its reminders
    ),
)  # fmt: skip
