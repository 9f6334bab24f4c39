"""The contract's table of roles, said again by hand."""

from collections.abc import Mapping

from tests.support.guards_operations import Operation

NOBODY: frozenset[str] = frozenset()
OWNER = frozenset({"owner"})
CLINICIANS = OWNER | {"therapist"}
EVERYONE = CLINICIANS | {"assistant"}
ROLES = ("owner", "therapist", "assistant")

# The contract's table, said again by hand: a route that decides otherwise is wrong.
MAY: Mapping[Operation, frozenset[str]] = {
    ("POST", "/auth/signup"): NOBODY,  # public: nobody is signed in
    ("POST", "/auth/magic-link"): NOBODY,
    ("POST", "/auth/verify"): NOBODY,
    ("POST", "/auth/logout"): EVERYONE,
    ("GET", "/auth/me"): EVERYONE,
    ("POST", "/auth/tokens"): EVERYONE,
    ("GET", "/auth/tokens"): EVERYONE,
    ("DELETE", "/auth/tokens/{token_id}"): EVERYONE,
    ("GET", "/auth/sessions"): EVERYONE,
    ("DELETE", "/auth/sessions/{sign_in_id}"): EVERYONE,
    ("POST", "/members"): OWNER,
    ("GET", "/members"): EVERYONE,  # an appointment names its therapist
    ("PUT", "/members/{member_id}"): OWNER,
    ("DELETE", "/members/{member_id}"): OWNER,
    ("GET", "/workspace"): EVERYONE,
    ("PUT", "/workspace"): OWNER,
    ("DELETE", "/workspace"): OWNER,
    ("POST", "/workspace/restore"): OWNER,
    ("GET", "/audit-events"): OWNER,
    ("POST", "/clients"): EVERYONE,
    ("GET", "/clients"): EVERYONE,
    ("GET", "/clients/{client_id}"): EVERYONE,
    ("PUT", "/clients/{client_id}"): EVERYONE,
    ("DELETE", "/clients/{client_id}"): EVERYONE,
    ("POST", "/appointments"): EVERYONE,
    ("GET", "/appointments"): EVERYONE,
    ("GET", "/appointments/{appointment_id}"): EVERYONE,
    ("PUT", "/appointments/{appointment_id}"): EVERYONE,
    ("DELETE", "/appointments/{appointment_id}"): EVERYONE,
    ("POST", "/sessions"): CLINICIANS,
    ("GET", "/sessions"): CLINICIANS,
    ("GET", "/sessions/{session_id}"): CLINICIANS,
    ("PUT", "/sessions/{session_id}"): CLINICIANS,
    ("PATCH", "/sessions/{session_id}/finalize"): CLINICIANS,
    ("DELETE", "/sessions/{session_id}"): CLINICIANS,
    ("POST", "/sessions/{session_id}/attachments"): CLINICIANS,
    ("GET", "/sessions/{session_id}/attachments"): CLINICIANS,
    ("GET", "/sessions/{session_id}/attachments/{attachment_id}"): CLINICIANS,
    ("DELETE", "/sessions/{session_id}/attachments/{attachment_id}"): CLINICIANS,
    ("POST", "/sessions/sync"): CLINICIANS,
    ("GET", "/sessions/conflicts"): CLINICIANS,
    ("GET", "/sessions/conflicts/{conflict_id}"): CLINICIANS,
    ("POST", "/sessions/conflicts/{conflict_id}/resolve"): CLINICIANS,
    ("GET", "/sessions/{session_id}/revisions"): CLINICIANS,
    ("POST", "/sessions/{session_id}/amendments"): CLINICIANS,
    ("GET", "/sessions/{session_id}/amendments"): CLINICIANS,
    ("POST", "/reminders/configurations"): EVERYONE,
    ("GET", "/reminders/configurations"): EVERYONE,
    ("PUT", "/reminders/configurations/{configuration_id}"): EVERYONE,
    ("DELETE", "/reminders/configurations/{configuration_id}"): EVERYONE,
    ("POST", "/reminders/configurations/{configuration_id}/preview"): EVERYONE,
    ("GET", "/reminders/logs"): EVERYONE,
    ("GET", "/appointments/{appointment_id}/reminders"): EVERYONE,
    ("GET", "/clients/{client_id}/access-history"): OWNER,
    ("GET", "/clients/{client_id}/access-history/fhir"): OWNER,
    ("POST", "/plans"): CLINICIANS,
    ("GET", "/plans"): CLINICIANS,
    ("GET", "/plans/{plan_id}"): CLINICIANS,
    ("PUT", "/plans/{plan_id}"): CLINICIANS,
    ("DELETE", "/plans/{plan_id}"): CLINICIANS,
    ("GET", "/plans/{plan_id}/revisions"): CLINICIANS,
    ("POST", "/plans/{plan_id}/milestones"): CLINICIANS,
    ("GET", "/plans/{plan_id}/milestones"): CLINICIANS,
    ("PUT", "/plans/{plan_id}/milestones/order"): CLINICIANS,
    ("GET", "/plans/{plan_id}/milestones/{milestone_id}"): CLINICIANS,
    ("PUT", "/plans/{plan_id}/milestones/{milestone_id}"): CLINICIANS,
    ("DELETE", "/plans/{plan_id}/milestones/{milestone_id}"): CLINICIANS,
    ("GET", "/clients/{client_id}/timeline"): CLINICIANS,
    ("GET", "/clients/{client_id}/timeline.pdf"): CLINICIANS,
}
