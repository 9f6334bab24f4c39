"""Delivery reports as a mail server writes them."""

from uuid import UUID

from pazpaz.core.process.resources import Resources
from pazpaz.reminders.links import return_path
from tests.reminders.coming import logs
from tests.support.practice import Practice


def report(to: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report as a mail server writes it (RFC 3464)."""
    return "\r\n".join(
        (
            "From: MAILER-DAEMON@mx.example.net",
            f"To: {to}",
            "Subject: Delivery Status Notification (Failure)",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
            "",
            "--x",
            "Content-Type: text/plain",
            "",
            "It could not be delivered.",
            "--x",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.net",
            "",
            "Final-Recipient: rfc822; ruth@example.org",
            f"Action: {action}",
            f"Status: {status}",
            "",
            "--x--",
            "",
        )
    ).encode()


async def return_path_of(practice: Practice, resources: Resources) -> str:
    """Where the bounce of the practice's one reminder goes."""
    (item,) = await logs(practice)
    secret = resources.settings.secret_key.get_secret_value()
    return return_path(secret, UUID(item["id"]), "no-reply@pazpaz.localhost")
