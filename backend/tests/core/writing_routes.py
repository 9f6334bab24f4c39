"""Every writing route that takes a body: a good one, and what kind each of its fields is."""

from dataclasses import dataclass
from typing import Any

from pazpaz.core.base.ids import new_id

TOKEN = "A" * 43


@dataclass(frozen=True)
class WritingRoute:
    """A route, a body it would accept, and its fields by kind."""

    method: str
    path: str
    good: dict[str, Any]
    kinds: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


_PERSON = {
    "first_name": "name",
    "last_name": "name",
    "email": "email",
    "phone": "phone",
    "date_of_birth": "date",
    "address": "line",
    "notes": "text",
    "tags": "tags",
    "locale": "choice",
    "timezone": "zone",
    "consent_given_at": "instant",
    "reminders_opt_out": "flag",
}
_MEETING = {
    "therapist_id": "id",
    "scheduled_start": "instant",
    "scheduled_end": "instant",
    "status": "choice",
    "location_type": "choice",
    "location": "line",
    "service_name": "line",
    "logistics": "text",
    "notes": "text",
}
_NOTE = {"subjective": "text", "objective": "text", "assessment": "text", "plan": "text"}
_TEMPLATE = {"title": "name", "is_shared": "flag", **_NOTE}
_SNIPPET = {"name": "called", "text": "inserted", "is_shared": "flag"}
_PLAN = {
    "planned_sessions": "number",
    "diagnosis": "text", "goals": "text", "frequency": "line", "end_date": "date", "review_date": "date",
}  # fmt: skip
_STEP = {"notes": "text", "status": "choice", "target_date": "date", "achieved_date": "date"}
_WORDING = {"subject_template": "subject", "body_template": "words"}
_RULE = {"hours_before": "hours", "is_active": "flag", "send_window": "window", **_WORDING}
_SIGN_UP = {
    "email": "a@example.org",
    "full_name": "Dana",
    "workspace_name": "Clinic",
    "timezone": "Asia/Jerusalem",
    "locale": "he",
}

ROUTES: tuple[WritingRoute, ...] = (
    WritingRoute(
        "POST",
        "/auth/signup",
        _SIGN_UP,
        {
            "email": "email",
            "full_name": "name",
            "workspace_name": "name",
            "timezone": "zone",
            "locale": "choice",
        },
    ),
    WritingRoute("POST", "/auth/magic-link", {"email": "a@example.org"}, {"email": "email"}),
    WritingRoute(
        "POST", "/auth/verify", {"token": TOKEN}, {"token": "token", "code": "code", "workspace_id": "id"}
    ),
    WritingRoute("POST", "/auth/tokens", {"name": "x"}, {"name": "name"}),
    WritingRoute("POST", "/auth/devices", {"name": "x"}, {"name": "name"}),
    WritingRoute(
        "PUT",
        "/workspace",
        {"name": "x"},
        {
            "name": "name",
            "timezone": "zone",
            "locale": "choice",
            "reply_to": "email",
            "reminder_sender_name": "name",
        },
    ),
    WritingRoute(
        "POST",
        "/members",
        {"email": "a@example.org", "full_name": "Noa", "role": "therapist"},
        {"email": "email", "full_name": "name", "role": "choice"},
    ),
    WritingRoute(
        "PUT",
        "/members/{member_id}",
        {"full_name": "Noa"},
        {"full_name": "name", "role": "choice", "status": "choice"},
    ),
    WritingRoute("POST", "/clients", {"first_name": "Ruth", "last_name": "Levi"}, _PERSON),
    WritingRoute(
        "PUT", "/clients/{client_id}", {"first_name": "Ruth"}, {**_PERSON, "email_bounced_at": "nothing"}
    ),
    WritingRoute(
        "POST",
        "/appointments",
        {
            "client_id": str(new_id()),
            "scheduled_start": "2026-03-01T08:00:00Z",
            "scheduled_end": "2026-03-01T09:00:00Z",
        },
        {"client_id": "id", **_MEETING},
    ),
    WritingRoute("PUT", "/appointments/{appointment_id}", {"service_name": "x"}, _MEETING),
    WritingRoute(
        "POST",
        "/sessions",
        {"appointment_id": str(new_id())},
        {"appointment_id": "id", "client_session_id": "id", **_NOTE},
    ),
    WritingRoute("PUT", "/sessions/{session_id}", {"plan": "x"}, _NOTE),
    WritingRoute("POST", "/sessions/sync", {"sessions": []}, {"sessions": "batch"}),
    WritingRoute(
        "POST",
        "/sessions/conflicts/{conflict_id}/resolve",
        {"action": "discard"},
        {"action": "choice", "appointment_id": "id", "reason": "reason", **_NOTE},
    ),
    WritingRoute(
        "POST",
        "/plans",
        {"client_id": str(new_id()), "title": "x"},
        {"client_id": "id", "title": "name", "start_date": "date", **_PLAN},
    ),
    WritingRoute(
        "PUT",
        "/plans/{plan_id}",
        {"title": "x"},
        {"title": "name", "start_date": "date", "status": "choice", **_PLAN},
    ),
    WritingRoute(
        "POST",
        "/plans/{plan_id}/milestones",
        {"description": "x"},
        {"description": "text", "order_index": "number", **_STEP},
    ),
    WritingRoute(
        "PUT",
        "/plans/{plan_id}/milestones/{milestone_id}",
        {"notes": "x"},
        {"description": "text", **_STEP},
    ),
    WritingRoute("PUT", "/plans/{plan_id}/milestones/order", {"ids": []}, {"ids": "ids"}),
    WritingRoute(
        "POST",
        "/sessions/{session_id}/amendments",
        {"reason": "x", "plan": "x"},
        {"reason": "reason", **_NOTE},
    ),
    WritingRoute(
        "POST",
        "/sessions/{session_id}/move",
        {"appointment_id": str(new_id()), "reason": "x"},
        {"appointment_id": "id", "reason": "reason"},
    ),
    WritingRoute(
        "POST",
        "/appointments/{appointment_id}/move",
        {"client_id": str(new_id()), "reason": "x"},
        {"client_id": "id", "reason": "reason"},
    ),
    WritingRoute(
        "POST",
        "/clients/{client_id}/merge",
        {"duplicate_id": str(new_id()), "reason": "x"},
        {"duplicate_id": "id", "reason": "reason"},
    ),
    WritingRoute("POST", "/reminders/configurations", {"hours_before": 24}, _RULE),
    WritingRoute("PUT", "/reminders/configurations/{configuration_id}", {"send_window": None}, _RULE),
    WritingRoute(
        "POST", "/reminders/configurations/{configuration_id}/preview", {}, {"locale": "choice", **_WORDING}
    ),
    WritingRoute(
        "PUT",
        "/reminders/digest",
        {"is_active": True},
        {"is_active": "flag", "send_time": "clock", "answers_at_once": "flag"},
    ),
    WritingRoute(
        "PUT",
        "/reminders/quiet-days",
        {"from_sunset": True},
        {"weekdays": "weekdays", "dates": "days", "festivals": "choice", "from_sunset": "flag"},
    ),
    WritingRoute("POST", "/note-templates", {"title": "x"}, _TEMPLATE),
    WritingRoute("PUT", "/note-templates/{note_template_id}", {"plan": "x"}, _TEMPLATE),
    WritingRoute("POST", "/snippets", {"name": "x", "text": "y"}, _SNIPPET),
    WritingRoute("PUT", "/snippets/{snippet_id}", {"text": "y"}, _SNIPPET),
)

_NO_TEXT: tuple[Any, ...] = (17, True, ["canary-4be"], {"canary-4be": 1}, "canary-4be\x00")
_NO_LINE = (*_NO_TEXT, "canary-4be\r\nBcc: x", "canary-4be\x7f")

# Values that no field of the kind takes.
BAD: dict[str, tuple[Any, ...]] = {
    "nothing": (0, False, "", "2026-11-28T00:00:00Z", [], {}),
    "text": (*_NO_TEXT, "x" * 20_001),
    "line": (*_NO_LINE, "x" * 501),
    "subject": (
        *_NO_LINE,
        "",
        "   ",
        "x" * 201,
        "{canary-4be}",
        "{",
        "}",
        "{{client_first_name}}",
        "{client_first_name!r}",
    ),
    "words": (*_NO_TEXT, "", "   ", "x" * 5_001, "{canary-4be}", "{0}", "{client_first_name.__class__}"),
    "hours": (0, -1, 337, 24.5, "24", True, "canary-4be", [24]),
    "clock": (18, None, "canary-4be", "", "18", "24:00", "18:60", "8:00", "18:00:00", "18:00\n"),
    "window": (
        8,
        "canary-4be",
        "",
        "08:00",
        "8:00-20:00",
        "20:00-08:00",
        "08:00-08:00",
        "08:00-24:00",
        "08:60-09:00",
    ),
    "name": (*_NO_LINE, "", "   ", "x" * 201),
    "called": (*_NO_LINE, "", "canary-4be x", "canary-4be;", "x" * 81),
    "inserted": (*_NO_TEXT, "", "   ", "x" * 5_001),
    "batch": (17, None, "canary-4be", {"canary-4be": 1}, [{}] * 101),
    "reason": (*_NO_LINE, "", "   ", "x" * 501),
    "email": (17, "canary-4be", "canary-4be@", "a b@canary-4be", "a@x.org\r\nBcc: canary-4be", "a@b" * 90),
    "phone": (17, "", "x" * 51, "1\n2"),
    "token": (17, "short", "x" * 101, "canary-4be/" * 5, "א" * 43),
    "code": (123456, "12345", "1234567", "١٢٣٤٥٦", "123456\n"),
    "id": (17, "canary-4be", "", ["canary-4be"]),
    "ids": (17, "canary-4be", [17], ["canary-4be"], {"canary-4be": 1}, [None], None),
    "number": ("3", -1, 1.5, 2**31, True, "canary-4be", [3], 10**30),
    "zone": (2, "Asia/Canary-4be", "", "../etc/passwd", "+02:00"),
    "choice": (1, "canary-4be", "", ["canary-4be"]),
    "flag": (1, 0, "true", "canary-4be", None),
    "weekdays": ("canary-4be", 6, None, [0], [8], ["6"], [True], [6.5], [None], [1, 2, 3, 4, 5, 6, 7]),
    "days": ("canary-4be", None, [17], ["canary-4be"], ["1980-13-01"], [None], ["2026-01-01"] * 401),
    "tags": ("canary-4be", [1], ["x" * 51], [""], ["x"] * 51, ["a\nb"]),
    "date": (
        19800101,
        0.5,
        "canary-4be",
        "1980-13-01",
        "315532800",
        "1980-01-01T00:00:00",
        "01/02/1980",
        True,
    ),
    "instant": (
        1772352000,
        1772352000.5,
        True,
        "canary-4be",
        "2026-03-01T08:00:00",
        "2026-03-01",
        "1772352000",
        "2026-02-30T08:00:00Z",
        "2026-03-01T08:00:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ),
}

# Bodies that are not an object at all, or no JSON: name, bytes.
BROKEN: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "text": b'"canary-4be"',
    "number": b"1",
    "cut": b'{"canary-4be": "',
    "two": b"{} {}",
    "single-quotes": b"{'canary-4be': 1}",
    "nan": b'{"canary-4be": NaN}',
    "infinity": b'{"canary-4be": -Infinity}',
    "surrogate": b'{"canary-4be": "\\ud800"}',
    "surrogate-key": b'{"\\udfff": 1}',
    "no-utf-8": b'{"canary-4be": "\xff\xfe"}',
    "bom": b"\xef\xbb\xbf{}{",
    "raw-nul": b'{"canary-4be": "\x00"}',
    "huge-int": b'{"canary-4be": ' + b"9" * 5000 + b"}",
    "huge-float": b'{"canary-4be": 1e999999}',
    "deep": b'{"canary-4be": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep-objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "nested": b'{"canary-4be": ' + b"[" * 900 + b"]" * 900 + b"}",
}
