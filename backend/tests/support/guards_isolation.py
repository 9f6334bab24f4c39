"""What another workspace's owner tries with ids that are not theirs: a table over every operation."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.support.authenticator import Authenticator
from tests.support.files import part
from tests.support.guards_operations import SUCCEEDS, Call, Ids, Operation, booking, synced


@dataclass(frozen=True)
class Try:
    """A request that names something; `status` 200 stands for any success.

    With one's own ids it answers otherwise, if `control`; `volatile` members differ in every answer.
    """

    call: Call
    status: int = 404
    total: int | None = None
    control: bool = True
    volatile: tuple[str, ...] = ()
    echoed: tuple[str, ...] = ()  # ids that the caller sent and is told again


_GONE = {
    "removed factor",
    "archived appointment",
    "revoked token",
    "ended sign-in",
    "removed member",
    "archived rule",
}
Tries = Callable[[Ids], Iterator[Try]]


def _path(method: str, path: str, *kinds: str, body: object = None) -> Tries:
    def tries(ids: Ids) -> Iterator[Try]:
        for kind in kinds:
            control = kind not in _GONE
            yield Try(Call(method, path.format(ids[kind]), body), control=control)

    return tries


def _plain(operation: Operation) -> Tries:
    """An operation that takes no id: it must work, and show nothing of the other workspace."""

    def tries(ids: Ids) -> Iterator[Try]:
        yield Try(SUCCEEDS[operation]({}), status=200, control=False)

    return tries


def _list(path: str, *filters: tuple[str, str], **more: str) -> Tries:
    """Each filter by each id, and a cursor that was made in the other workspace."""

    def tries(ids: Ids) -> Iterator[Try]:
        yield Try(Call("GET", path, params=more), status=200, control=False)
        for name, kind in filters:
            params = {**more, name: ids[kind]}
            archived = "archived" in kind
            yield Try(Call("GET", path, params=params), 200, total=0, control=not archived)
        if cursor := ids.get(f"cursor of {path}"):
            # Listing audit events writes one, so that their total grows by itself.
            volatile = ("total",) if path == "/audit-events" else ()
            call = Call("GET", path, params={**more, "cursor": cursor})
            yield Try(call, 200, control=False, volatile=volatile)

    return tries


def _linked(path: str, body: Callable[[Ids], dict[str, object]], volatile: tuple[str, ...]) -> Tries:
    def tries(ids: Ids) -> Iterator[Try]:
        yield Try(Call("POST", path, body(ids)), 202, control=False, volatile=volatile)

    return tries


def _verify(ids: Ids) -> Iterator[Try]:
    body = {"token": ids["own link"], "workspace_id": ids["workspace"]}
    call = Call("POST", "/auth/verify", body, cookies={"pazpaz_browser": ids["own browser"]})
    yield Try(call, 401)


def _made_each_time(path: str, body: object, *volatile: str) -> Tries:
    """What is new in every answer, and takes no id."""

    def tries(_: Ids) -> Iterator[Try]:
        yield Try(Call("POST", path, body), 200, control=False, volatile=volatile)

    return tries


def _confirm(ids: Ids) -> Iterator[Try]:
    path = f"/auth/factors/totp/{ids['unconfirmed factor']}/confirm"
    yield Try(Call("POST", path, {"code": "123456"}), control=False)


def _foreign_challenge(path: str, **more: str) -> Tries:
    """What another's browser was asked: over, as one that never was."""

    def tries(ids: Ids) -> Iterator[Try]:
        answer = json.loads(ids["passkey"])
        signed = Authenticator().sign({"rpId": "testserver", "challenge": "x"})
        credential = signed if path == "/auth/prove" else answer["credential"]
        body = {"challenge_id": answer["challenge_id"], "credential": credential, **more}
        yield Try(Call("POST", path, body), 409, control=False)

    return tries


def _elsewhere(ids: Ids) -> Iterator[Try]:
    """What another's passkey signed, from another browser than theirs."""
    own = {"pazpaz_browser": ids["own browser"]}
    yield Try(Call("POST", "/auth/passkeys/verify", json.loads(ids["passkey sign-in"]), cookies=own), 409)


def _invite(ids: Ids) -> Iterator[Try]:
    """Somebody new; an address that another workspace knows has a test of its own."""
    call = SUCCEEDS[("POST", "/members")](ids)
    yield Try(call, 200, control=False, volatile=("id", "email", "created_at", "updated_at"))


def _new_rule(_: Ids) -> Iterator[Try]:
    """At hours of which the asking practice has no rule yet."""
    call = Call("POST", "/reminders/configurations", {"hours_before": next(_HOURS)})
    yield Try(call, 200, control=False, volatile=("id", "hours_before", "created_at", "updated_at"))


def _book(ids: Ids) -> Iterator[Try]:
    yield Try(Call("POST", "/appointments", booking(ids)))
    gone = booking({**ids, "client": ids["archived client"]})
    yield Try(Call("POST", "/appointments", gone))
    own = booking({"client": ids["own client"]}, days=500, therapist_id=ids["user"])
    yield Try(Call("POST", "/appointments", own), 422)


def _rebook(ids: Ids) -> Iterator[Try]:
    path, kinds = "/appointments/{}", ("appointment", "archived appointment")
    yield from _path("PUT", path, *kinds, body={"notes": "mine"})(ids)
    hand_over = Call("PUT", path.format(ids["own appointment"]), {"therapist_id": ids["user"]})
    yield Try(hand_over, 422)


def _note(ids: Ids) -> Iterator[Try]:
    for kind in ("free appointment", "appointment", "archived appointment"):
        call = Call("POST", "/sessions", {"appointment_id": ids[kind], "plan": "mine"})
        yield Try(call, control=kind != "archived appointment")


def _find(ids: Ids) -> Iterator[Try]:
    yield from _list("/clients", ("q", "word"))(ids)
    yield from _list("/clients", ("q", "word"), archived="true")(ids)


def _agenda(ids: Ids) -> Iterator[Try]:
    kinds = ("client_id", "client"), ("client_id", "archived client"), ("therapist_id", "user")
    yield from _list("/appointments", *kinds)(ids)
    yield from _list("/appointments", *kinds, include="client,note,reminder", order="desc")(ids)


def _notes(ids: Ids) -> Iterator[Try]:
    kinds = ("client_id", "client"), ("appointment_id", "appointment")
    yield from _list("/sessions", *kinds, ("appointment_id", "archived appointment"))(ids)
    yield from _list("/sessions", *kinds, include="text")(ids)


def _attach(ids: Ids) -> Iterator[Try]:
    for kind in _NOTES:
        yield Try(Call("POST", f"/sessions/{ids[kind]}/attachments", files=part()))


def _file(method: str) -> Tries:
    """Another's file in another's note, and in one's own."""

    def tries(ids: Ids) -> Iterator[Try]:
        for kind in ("file", "removed file"):
            path = f"/sessions/{ids['draft']}/attachments/{ids[kind]}"
            yield Try(Call(method, path), control=kind == "file")
            yield Try(Call(method, f"/sessions/{ids['own draft']}/attachments/{ids[kind]}"), control=False)

    return tries


def _plan(ids: Ids) -> Iterator[Try]:
    for kind in ("client", "archived client"):
        yield Try(Call("POST", "/plans", {"client_id": ids[kind], "title": "mine"}))


def _milestone(method: str, body: object = None) -> Tries:
    """Under its own plan, and under one of the caller's."""

    def tries(ids: Ids) -> Iterator[Try]:
        for kind in ("milestone", "archived milestone"):
            yield Try(Call(method, f"/plans/{ids['plan']}/milestones/{ids[kind]}", body))
            yield Try(Call(method, f"/plans/{ids['own plan']}/milestones/{ids[kind]}", body), control=False)

    return tries


def _sync(ids: Ids) -> Iterator[Try]:
    """A foreign appointment and a foreign device's id are as unknown ones: the text is kept as a conflict."""
    volatile = ("results",)
    for device_id, appointment in (("own device", "appointment"), ("client session", "own appointment")):
        body = {"sessions": [synced(ids[device_id], ids[appointment], plan="mine", base_version=1)]}
        yield Try(
            Call("POST", "/sessions/sync", body),
            200,
            control=False,
            volatile=volatile,
            echoed=("client session",),
        )


def _resolve(ids: Ids) -> Iterator[Try]:
    path, keep = "/sessions/conflicts/{}/resolve", {"action": "keep_client"}
    for kind in ("conflict", "resolved conflict"):
        yield Try(Call("POST", path.format(ids[kind]), keep))
    attach = {"action": "attach", "appointment_id": ids["free appointment"]}
    yield Try(Call("POST", path.format(ids["own conflict"]), attach))
    attach = {"action": "attach", "appointment_id": ids["appointment"], "reason": "mine"}
    yield Try(Call("POST", path.format(ids["own conflict"]), attach))


def _reorder(ids: Ids) -> Iterator[Try]:
    yield Try(Call("PUT", f"/plans/{ids['plan']}/milestones/order", {"ids": [ids["milestone"]]}))
    own = Call("PUT", f"/plans/{ids['own plan']}/milestones/order", {"ids": [ids["milestone"]]})
    yield Try(own, 422)


_PLANS = ("plan", "archived plan")
_NOTES = ("draft", "finalized", "archived session")
_CLIENTS = ("client", "archived client")
_APPOINTMENTS = ("appointment", "archived appointment")
_HOURS = itertools.cycle(range(10, 100))  # of two digits: a length is compared too
_RULES = ("rule", "archived rule")
_MEMBERS = ("member", "user", "removed member")
_UP = {"full_name": "N", "workspace_name": "W", "timezone": "Asia/Jerusalem", "locale": "he"}

TRIES: dict[Operation, Tries] = {
    ("POST", "/auth/signup"): _linked(
        "/auth/signup", lambda i: {**_UP, "email": i["email"]}, ("code", "expires_at")
    ),
    ("POST", "/auth/magic-link"): _linked(
        "/auth/magic-link", lambda i: {"email": i["email"]}, ("code", "expires_at")
    ),
    ("POST", "/auth/verify"): _verify,
    ("POST", "/auth/passkeys/options"): _made_each_time(
        "/auth/passkeys/options", None, "challenge_id", "public_key"
    ),
    ("POST", "/auth/passkeys/verify"): _elsewhere,
    ("POST", "/auth/lock"): _plain(("POST", "/auth/lock")),
    ("POST", "/auth/logout"): _plain(("POST", "/auth/logout")),
    ("GET", "/auth/me"): _plain(("GET", "/auth/me")),
    ("POST", "/auth/tokens"): _plain(("POST", "/auth/tokens")),
    ("GET", "/auth/tokens"): _plain(("GET", "/auth/tokens")),
    ("DELETE", "/auth/tokens/{token_id}"): _path("DELETE", "/auth/tokens/{}", "token", "revoked token"),
    ("GET", "/auth/sign-ins"): _plain(("GET", "/auth/sign-ins")),
    ("DELETE", "/auth/sign-ins/{sign_in_id}"): _path(
        "DELETE", "/auth/sign-ins/{}", "sign-in", "ended sign-in"
    ),
    ("GET", "/auth/factors"): _plain(("GET", "/auth/factors")),
    ("POST", "/auth/factors/totp"): _made_each_time(
        "/auth/factors/totp", {"name": "phone"}, "id", "secret", "uri", "qr"
    ),
    ("POST", "/auth/factors/totp/{factor_id}/confirm"): _confirm,
    ("POST", "/auth/factors/passkeys/options"): _made_each_time(
        "/auth/factors/passkeys/options", None, "challenge_id", "public_key"
    ),
    ("POST", "/auth/factors/passkeys"): _foreign_challenge("/auth/factors/passkeys", name="mine"),
    ("DELETE", "/auth/factors/{factor_id}"): _path("DELETE", "/auth/factors/{}", "factor", "removed factor"),
    ("POST", "/auth/factors/recovery-codes"): _made_each_time(
        "/auth/factors/recovery-codes", None, "recovery_codes"
    ),
    ("POST", "/auth/prove/options"): _made_each_time(
        "/auth/prove/options", None, "challenge_id", "public_key"
    ),
    ("POST", "/auth/prove"): _foreign_challenge("/auth/prove"),
    ("PUT", "/workspace/second-factor"): _plain(("PUT", "/workspace/second-factor")),
    ("POST", "/members/{member_id}/reset-factors"): _path("POST", "/members/{}/reset-factors", *_MEMBERS),
    ("POST", "/members"): _invite,
    ("GET", "/members"): _list("/members"),
    ("PUT", "/members/{member_id}"): _path("PUT", "/members/{}", *_MEMBERS, body={"full_name": "Mine"}),
    ("DELETE", "/members/{member_id}"): _path("DELETE", "/members/{}", *_MEMBERS),
    ("GET", "/workspace"): _plain(("GET", "/workspace")),
    ("PUT", "/workspace"): _plain(("PUT", "/workspace")),
    ("GET", "/workspace/export"): _plain(("GET", "/workspace/export")),
    ("DELETE", "/workspace"): _plain(("DELETE", "/workspace")),
    ("POST", "/workspace/restore"): _plain(("POST", "/workspace/restore")),
    ("GET", "/audit-events"): _list(
        "/audit-events", ("user_id", "user"), ("entity_id", "draft"), ("entity_id", "client")
    ),
    ("POST", "/clients"): _plain(("POST", "/clients")),
    ("GET", "/clients"): _find,
    ("GET", "/clients/index"): _plain(("GET", "/clients/index")),
    ("GET", "/clients/{client_id}"): _path("GET", "/clients/{}", *_CLIENTS),
    ("PUT", "/clients/{client_id}"): _path("PUT", "/clients/{}", *_CLIENTS, body={"notes": "mine"}),
    ("DELETE", "/clients/{client_id}"): _path("DELETE", "/clients/{}", *_CLIENTS),
    ("GET", "/clients/{client_id}/access-history"): _path("GET", "/clients/{}/access-history", *_CLIENTS),
    ("GET", "/clients/{client_id}/access-history/fhir"): _path(
        "GET", "/clients/{}/access-history/fhir", *_CLIENTS
    ),
    ("POST", "/appointments"): _book,
    ("GET", "/appointments"): _agenda,
    ("GET", "/appointments/{appointment_id}"): _path("GET", "/appointments/{}", *_APPOINTMENTS),
    ("PUT", "/appointments/{appointment_id}"): _rebook,
    ("DELETE", "/appointments/{appointment_id}"): _path("DELETE", "/appointments/{}", *_APPOINTMENTS),
    ("POST", "/sessions"): _note,
    ("GET", "/sessions"): _notes,
    ("GET", "/sessions/{session_id}"): _path("GET", "/sessions/{}", *_NOTES),
    ("PUT", "/sessions/{session_id}"): _path("PUT", "/sessions/{}", *_NOTES, body={"plan": "mine"}),
    ("PATCH", "/sessions/{session_id}/finalize"): _path("PATCH", "/sessions/{}/finalize", *_NOTES),
    ("DELETE", "/sessions/{session_id}"): _path("DELETE", "/sessions/{}", *_NOTES),
    ("POST", "/sessions/{session_id}/attachments"): _attach,
    ("GET", "/sessions/{session_id}/attachments"): _path("GET", "/sessions/{}/attachments", *_NOTES),
    ("GET", "/sessions/{session_id}/attachments/{attachment_id}"): _file("GET"),
    ("DELETE", "/sessions/{session_id}/attachments/{attachment_id}"): _file("DELETE"),
    ("POST", "/sessions/sync"): _sync,
    ("GET", "/sessions/conflicts"): _list("/sessions/conflicts", ("session_id", "draft")),
    ("GET", "/sessions/conflicts/{conflict_id}"): _path(
        "GET", "/sessions/conflicts/{}", "conflict", "resolved conflict"
    ),
    ("POST", "/sessions/conflicts/{conflict_id}/resolve"): _resolve,
    ("GET", "/sessions/{session_id}/revisions"): _path("GET", "/sessions/{}/revisions", *_NOTES),
    ("POST", "/sessions/{session_id}/amendments"): _path(
        "POST", "/sessions/{}/amendments", *_NOTES, body={"reason": "mine", "plan": "mine"}
    ),
    ("GET", "/sessions/{session_id}/amendments"): _path("GET", "/sessions/{}/amendments", *_NOTES),
    ("POST", "/plans"): _plan,
    ("GET", "/plans"): _list("/plans", ("client_id", "client"), ("client_id", "archived client")),
    ("GET", "/plans/{plan_id}"): _path("GET", "/plans/{}", *_PLANS),
    ("PUT", "/plans/{plan_id}"): _path("PUT", "/plans/{}", *_PLANS, body={"goals": "mine"}),
    ("DELETE", "/plans/{plan_id}"): _path("DELETE", "/plans/{}", *_PLANS),
    ("GET", "/plans/{plan_id}/revisions"): _path("GET", "/plans/{}/revisions", *_PLANS),
    ("POST", "/plans/{plan_id}/milestones"): _path(
        "POST", "/plans/{}/milestones", *_PLANS, body={"description": "mine"}
    ),
    ("GET", "/plans/{plan_id}/milestones"): _path("GET", "/plans/{}/milestones", *_PLANS),
    ("PUT", "/plans/{plan_id}/milestones/order"): _reorder,
    ("GET", "/plans/{plan_id}/milestones/{milestone_id}"): _milestone("GET"),
    ("PUT", "/plans/{plan_id}/milestones/{milestone_id}"): _milestone("PUT", {"notes": "mine"}),
    ("DELETE", "/plans/{plan_id}/milestones/{milestone_id}"): _milestone("DELETE"),
    ("GET", "/clients/{client_id}/timeline"): _path("GET", "/clients/{}/timeline", *_CLIENTS),
    ("GET", "/clients/{client_id}/timeline.pdf"): _path("GET", "/clients/{}/timeline.pdf", *_CLIENTS),
    ("POST", "/reminders/configurations"): _new_rule,
    ("GET", "/reminders/configurations"): _list("/reminders/configurations"),
    ("PUT", "/reminders/configurations/{configuration_id}"): _path(
        "PUT", "/reminders/configurations/{}", *_RULES, body={"send_window": "08:00-20:00"}
    ),
    ("POST", "/reminders/configurations/{configuration_id}/preview"): _path(
        "POST", "/reminders/configurations/{}/preview", *_RULES, body={}
    ),
    ("DELETE", "/reminders/configurations/{configuration_id}"): _path(
        "DELETE", "/reminders/configurations/{}", *_RULES
    ),
    ("GET", "/reminders/logs"): _list("/reminders/logs"),
    ("GET", "/reminders/digest"): _plain(("GET", "/reminders/digest")),
    ("PUT", "/reminders/digest"): _plain(("PUT", "/reminders/digest")),
    ("GET", "/appointments/{appointment_id}/reminders"): _path(
        "GET", "/appointments/{}/reminders", *_APPOINTMENTS
    ),
}
