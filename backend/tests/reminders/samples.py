"""Delivery reports as servers of each kind write them; people and hosts in them are invented.

Exim 4.96, OpenSMTPD 6.8 and Haraka 3.3.4 were run with a next hop that refused, and wrote what stands here (what
Haraka writes when it gives up is from its source); the others are built after descriptions of theirs. `{to}` is
the return path, `{link}` the mail's link to unsubscribe.
"""

from dataclasses import dataclass

from pazpaz.core.mail.refusals import Cause

RINA, NOAM = "rina@example.org", "noam@example.org"
_COPY = """\
Return-path: <{to}>
From: PazPaz <no-reply@pazpaz.localhost>
To: rina@example.org
Subject: Reminder
List-Unsubscribe: <{link}>

Hello
"""


@dataclass(frozen=True)
class Sample:
    """A report, who wrote it, and what it says of whom; no failures: it says no more than that it came back."""

    wrote: str
    text: str
    says: tuple[tuple[str, Cause], ...] = ((RINA, Cause.NO_SUCH_ADDRESS),)


def _exim(*recipients: tuple[str, str]) -> str:
    """Exim says 5.0.0 of everything."""
    blocks = "\n".join(
        f"Action: failed\nFinal-Recipient: rfc822;{who}\nStatus: 5.0.0\nRemote-MTA: dns; mx.example.org\n"
        f"Diagnostic-Code: smtp; {said}\n"
        for who, said in recipients
    )
    return f"""\
X-Failed-Recipients: {", ".join(who for who, _ in recipients)}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mta.example.net>
To: {{to}}
Content-Type: multipart/report; report-type=delivery-status; boundary=1795885751-eximdsn-514424180
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender

--1795885751-eximdsn-514424180
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

--1795885751-eximdsn-514424180
Content-type: message/delivery-status

Reporting-MTA: dns; mta.example.net

{blocks}
--1795885751-eximdsn-514424180
Content-type: message/rfc822

{_COPY}
--1795885751-eximdsn-514424180--
"""


def _opensmtpd(action: str, status: str, *recipients: tuple[str, str]) -> str:
    """OpenSMTPD says what the next hop said in its text alone."""
    said = "\n".join(f"{who}: {what}" for who, what in recipients)
    blocks = "\n".join(
        f"Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {status}\n" for who, _ in recipients
    )
    return f"""\
Subject: Delivery status notification: {action}
From: Mailer Daemon <MAILER-DAEMON@mta.example.net>
To: {{to}}
MIME-Version: 1.0
Content-Type: multipart/mixed;boundary="4858696886827561287/mta.example.net"

This is a MIME-encapsulated message.

--4858696886827561287/mta.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

{said}

    Below is a copy of the original message:

--4858696886827561287/mta.example.net
Content-Description: Delivery Report
Content-Type: message/delivery-status

Reporting-MTA: dns; mta.example.net

{blocks}
--4858696886827561287/mta.example.net
Content-Description: Message headers
Content-Type: text/rfc822-headers

{_COPY}
--4858696886827561287/mta.example.net--
"""


def _haraka(fields: str, *, fresh: bool) -> str:
    """A fresh instance has no template: its report is from nobody, to nobody, and has no text."""
    head = (
        ""
        if fresh
        else "From: MAILER-DAEMON@mta.example.net\nTo: {to}\nAuto-Submitted: auto-replied\nSubject: failure notice\n"
    )
    text = (
        ""
        if fresh
        else "Hi. This is the Haraka Mailer program at mta.example.net.\nI'm afraid I wasn't able to deliver it\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n"
    )
    copy = _COPY.replace("Return-path: <{to}>\n", "")
    return f"""\
Received: from localhost by mta.example.net (Haraka/3.3.4)
{head}Content-Type: multipart/report; report-type=delivery-status;
    boundary="boundary_8B4C"

This is a MIME-encapsulated message.

--boundary_8B4C
Content-Type: text/plain; charset=us-ascii

{text}
--boundary_8B4C
Content-type: message/delivery-status

Original-Envelope-Id: <reminder-1@pazpaz.localhost>
Reporting-MTA: dns;mta.example.net

Final-Recipient: rfc822;rina@example.org
{fields}
--boundary_8B4C
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{copy}
--boundary_8B4C--
"""


def _plain(said: str, *, subject: str = "failure notice", more: str = "") -> str:
    return f"From: MAILER-DAEMON@mta.example.net\nTo: {{to}}\nSubject: {subject}\n{more}\n{said}\n"


def _reported(fields: str, kind: str = "message/delivery-status") -> str:
    return f"""\
From: <postmaster@mta.example.net>
To: {{to}}
Subject: Undeliverable
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It could not be delivered.
--x
Content-Type: {kind}

Reporting-MTA: dns; mta.example.net

{fields}
--x--
"""


UNKNOWN_USER = "550 5.1.1 <rina@example.org>: no such user"
_RINA = "Final-Recipient: rfc822; rina@example.org\n"
SAMPLES = (
    Sample("Exim 4.96: unknown user", _exim((RINA, UNKNOWN_USER))),
    Sample("Exim 4.96: next hop without enhanced codes", _exim((RINA, "550 No such user here"))),
    Sample(
        "Exim 4.96: several lines",
        _exim((RINA, "550-5.1.1 The email account that you tried to reach\n 550-5.1.1 does not\n 550 5.1.1 exist")),
    ),
    Sample("Exim 4.96: full", _exim((RINA, "552 5.2.2 mailbox full")), ((RINA, Cause.FULL),)),
    Sample("Exim 4.96: policy", _exim((RINA, "550 5.7.1 SPF fail")), ((RINA, Cause.REFUSED),)),
    Sample(
        "Exim 4.96: expired",
        _exim((RINA, "451 4.3.0 mailbox busy: retry timeout exceeded")),
        ((RINA, Cause.OTHER),),
    ),
    Sample(
        "Exim 4.96: two recipients",
        _exim((NOAM, "552 5.2.2 mailbox full"), (RINA, UNKNOWN_USER)),
        ((NOAM, Cause.FULL), (RINA, Cause.NO_SUCH_ADDRESS)),
    ),
    Sample(
        "Courier 1.0: 5.0.0 of everything",
        _reported(f"{_RINA}Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"),
    ),
    Sample("OpenSMTPD 6.8: unknown user", _opensmtpd("failed", "5.0.0", (RINA, UNKNOWN_USER))),
    Sample(
        "OpenSMTPD 6.8: two recipients",
        _opensmtpd("failed", "5.0.0", (RINA, UNKNOWN_USER), (NOAM, "552 5.2.2 mailbox full")),
        ((RINA, Cause.NO_SUCH_ADDRESS), (NOAM, Cause.FULL)),
    ),
    Sample(
        "OpenSMTPD 6.8: policy",
        _opensmtpd("failed", "5.0.0", (RINA, "550 5.7.1 SPF fail")),
        ((RINA, Cause.REFUSED),),
    ),
    Sample(
        "OpenSMTPD 6.8: given up, and called delayed",
        _opensmtpd("delayed", "4.4.7", (RINA, "Envelope expired")),
        ((RINA, Cause.OTHER),),
    ),
    Sample(
        "Haraka 3.3.4",
        _haraka(
            "Action: failed\nStatus: 5.1.1\nRemote-MTA: mx.example.org\nDiagnostic-Code: smtp;550 5.1.1 no such user\n",
            fresh=False,
        ),
    ),
    Sample(
        "Haraka 3.3.4: fresh, no enhanced code",
        _haraka("Action: failed\nRemote-MTA: mx.example.org\nDiagnostic-Code: smtp;550 Unknown user\n", fresh=True),
    ),
    Sample("Haraka 3.3.4: two recipients, nothing said", _haraka("", fresh=True), ((RINA, Cause.UNKNOWN),)),
    Sample(
        "Haraka 3.3.4: given up, and called delayed",
        _haraka("Action: delayed\nDiagnostic-Code: smtp;450 mailbox busy\n", fresh=False),
        ((RINA, Cause.OTHER),),
    ),
    Sample(
        "sendmail 8.17",
        _reported(
            f"{_RINA}X-Actual-Recipient: RFC822; rina@example.org\nAction: failed\nStatus: 5.1.1\n"
            f"Remote-MTA: DNS; mx.example.org\nDiagnostic-Code: SMTP; {UNKNOWN_USER}\n"
        ),
    ),
    Sample(
        "sendmail 8.17: a bare 550 becomes 5.1.1",
        _reported(f"{_RINA}Action: failed\nStatus: 5.1.1\nDiagnostic-Code: SMTP; 550 blocked\n"),
        ((RINA, Cause.REFUSED),),
    ),
    Sample(
        "a gateway that does not indent what it folds",
        _reported(
            f"{_RINA}Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 <rina@example.org>\n"
            "Recipient address rejected: User unknown\nin virtual mailbox table\n"
        ),
    ),
    Sample(
        "upper-case types",
        _reported(f"{_RINA}ACTION: FAILED\nSTATUS: 5.1.1\n", "MESSAGE/DELIVERY-STATUS"),
    ),
    Sample(
        "RFC 6533",
        _reported(f"{_RINA}Action: failed\nStatus: 5.1.1\n", "message/global-delivery-status"),
    ),
    Sample(
        "our own DNS record is wrong",
        _reported(
            f"{_RINA}Action: failed\nStatus: 5.1.8\nDiagnostic-Code: smtp; 550 Sender address rejected:"
            " Domain not found\n"
        ),
        ((RINA, Cause.OTHER),),
    ),
    Sample(
        "qmail, and Yahoo's heirs of it",
        _plain(
            "Hi. This is the qmail-send program at mta.example.net.\nI'm afraid I wasn't able to deliver it.\n"
            "This is a permanent error; I've given up.\n\n<rina@example.org>:\n"
            "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n"
        ),
    ),
    Sample(
        "qmail: a remote host's answer",
        _plain(
            "Hi. This is the qmail-send program at mta.example.net.\n\n<rina@example.org>:\n192.0.2.1 does not like"
            " recipient.\nRemote host said: 552 5.2.2 mailbox full\nGiving up on 192.0.2.1.\n"
        ),
        ((RINA, Cause.FULL),),
    ),
    Sample(
        "Exim 4.6: no fields per recipient",
        _plain(
            "This message was created automatically by mail delivery software.\n\n  rina@example.org\n    SMTP error"
            " from remote mail server after RCPT TO:<rina@example.org>:\n    host mx.example.org [192.0.2.1]:\n"
            f"    {UNKNOWN_USER}\n\n"
            "------ This is a copy of the message, including all the headers. ------\n",
            more="X-Failed-Recipients: rina@example.org\n",
        ),
    ),
    Sample("an old server: nothing to go by", _plain("Your mail could not be delivered."), ()),
    Sample("a report without its fields", _reported("nothing\n", "text/x-nothing"), ()),
)  # fmt: skip
NONE = (
    Sample(
        "Exim 4.96: a warning",
        _plain("The address to which the message has not yet been delivered is:\n\n  rina@example.org\n",
               subject="Warning: message 1xXLvD delayed 24 hours"),
    ),
    Sample("OpenSMTPD 6.8: a warning", _opensmtpd("delayed", "4.0.0", (RINA, "451 4.7.1 try again later"))),
    Sample(
        "Exchange: a warning",
        _reported(f"{_RINA}Action: delayed\nStatus: 4.4.7\nWill-Retry-Until: Sat, 28 Nov 2026 17:09:19 +0000\n"),
    ),
    Sample("a client's mail program was away", "From: rina@example.org\nTo: {to}\nAuto-Submitted: auto-replied\n"
           "Subject: Away\n\nI am away, the mailbox is full of mail, rina@example.org: 550 5.1.1\n"),
    Sample("a receipt that it was read", _reported(_RINA, "message/disposition-notification").replace(
        "report-type=delivery-status", "report-type=disposition-notification")),
    Sample("a complaint", _reported(_RINA, "message/feedback-report").replace("delivery-status", "feedback-report")),
    Sample("delivered", _reported(f"{_RINA}Action: delivered\nStatus: 2.0.0\n")),
    Sample("relayed", _reported(f"{_RINA}Action: relayed\nStatus: 2.1.9\n")),
)  # fmt: skip
