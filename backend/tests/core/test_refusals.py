"""What servers answer to a mail, and what it means for the address; people in it are invented.

A line names the server that writes so. Exim, OpenSMTPD and Haraka were run, the others are built after descriptions of
theirs; a line that names none is a rule of ours.
"""

import pytest

from pazpaz.core.mail.refusals import Cause, cause_of

GONE, FULL, REFUSED, OTHER = Cause.NO_SUCH_ADDRESS, Cause.FULL, Cause.REFUSED, Cause.OTHER
GMAIL = (
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the"
    " recipient's email address for typos or\n550 5.1.1 unnecessary spaces. https://support.google.com/mail/?p=NoSuchUser"
)
CASES = (  # status, what the server said, what it means, where
    ("5.1.1", "", GONE, "any server"),
    ("5.1.1", "smtp; 550 5.1.1 <rina@example.org>: Recipient address rejected: User unknown in local recipient table",
     GONE, "Postfix 3.7"),
    ("5.1.1", "SMTP; 550 5.1.1 <rina@example.org>... User unknown", GONE, "sendmail 8.17"),
    ("5.0.0", "smtp; 550 5.1.1 <rina@example.org>: no such user", GONE, "Exim 4.96"),
    ("5.0.0", "smtp; 550 No such user here", GONE, "Exim 4.96, next hop without enhanced codes"),
    ("5.0.0", "smtp; " + GMAIL, GONE, "Exim 4.96 before Gmail"),
    ("5.1.1", "smtp; " + GMAIL, GONE, "Postfix before Gmail"),
    ("5.0.0", "550 5.1.1 <rina@example.org>: no such user", GONE, "OpenSMTPD 6.8, from its text"),
    ("", "smtp;550 No such user here", GONE, "Haraka 3.3: no status"),
    ("", "550 Unknown user", GONE, "Haraka 3.3"),
    ("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient rina@example.org not found", GONE,
     "Exchange Online"),
    ("5.1.1", "smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", GONE, "Exchange 2010"),
    ("5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account (rina@yahoo.com) [-5]", GONE,
     "Postfix before Yahoo"),
    ("5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled.", GONE, "Gmail"),
    ("5.0.0", "Sorry, no mailbox here by that name. (#5.1.1)", GONE, "qmail"),
    ("5.1.6", "550 5.1.6 Recipient no longer on server", GONE, "any server: moved away"),
    ("5.0.0", "smtp; 550 Mailbox not found", GONE, "Courier 1.0: 5.0.0 for everything"),
    ("5.0.0", "550 Invalid recipient", GONE, "an old server behind Exim"),
    ("5.0.0", "550 5.1.1 User does not exist", GONE, "iCloud before Exim"),
    # a full mailbox
    ("5.0.0", "smtp; 552 5.2.2 mailbox full", FULL, "Exim 4.96"),
    ("5.0.0", "smtp; 552 quota exceeded", FULL, "Exim 4.96"),
    ("5.1.1", "smtp; 552-5.2.2 The email account that you tried to reach is over quota.", FULL, "a gateway"),
    ("5.2.2", "", FULL, "any server"),
    ("5.0.0", "550 Mailbox is full / user unknown", FULL, "Courier 1.0"),
    # policy, and whatever concerns us
    ("5.0.0", "smtp; 550 5.7.1 message rejected: SPF fail", REFUSED, "Exim 4.96"),
    ("5.0.0", "smtp; 554 rejected due to spam content", REFUSED, "Exim 4.96"),
    ("5.1.1", "SMTP; 550 Blocked, see https://example.net", REFUSED, "sendmail 8.17 turns a bare 550 into 5.1.1"),
    ("5.1.1", "smtp; 550 5.7.26 This mail is unauthenticated", REFUSED, "a gateway before Gmail"),
    ("5.7.1", "smtp; 550 5.7.1 Unable to relay", REFUSED, "Exchange"),
    ("5.1.1", "smtp; 550 5.1.1 Access denied", REFUSED, "a gateway"),
    ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied", REFUSED, "Exchange Online's edge"),
    ("5.2.1", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that", REFUSED, "Gmail"),
    ("5.1.7", "", OTHER, "any server"),
    ("5.1.8", "smtp; 550 5.1.8 <no-reply@pazpaz.example>: Sender address rejected: Domain not found", OTHER,
     "Postfix: our DNS record is wrong"),
    ("5.0.0", "smtp; 550 5.1.8 Domain of sender address does not exist", OTHER, "sendmail behind Exim"),
    ("5.1.1", "550 Sender address rejected: Domain not found", OTHER, "sendmail 8.17 before an old server"),
    ("5.1.1", "SMTP; 550 Message rejected", OTHER, "sendmail 8.17 turns a bare 550 into 5.1.1"),
    ("5.1.1", "SMTP; 550 User unknown", GONE, "sendmail 8.17 before a server that says which"),
    ("5.1.1", "550 5.1.1 Unable to find A record for envelope domain", OTHER, "a gateway: our DNS record is wrong"),
    ("5.1.1", "550 5.1.1 Client host rejected: cannot find your hostname", OTHER, "a gateway: our PTR is wrong"),
    ("5.0.0", "550 5.0.0 Envelope from user unknown", OTHER, "a callout: our own address"),
    ("5.0.0", "550 Return address does not exist", OTHER, "a callout: our own address"),
    ("5.0.0", "550 Originator address does not exist", OTHER, "a callout: our own address"),
    ("5.0.0", "550 MAIL FROM unknown user", OTHER, "a callout: our own address"),
    ("5.0.0", "550 Sender verify failed: user unknown", OTHER, "Exim's callout: our own address"),
    ("5.1.90", "550 5.1.90 You've reached your daily limit", OTHER, "Exchange Online"),
    ("5.0.0", "550 relay not permitted", REFUSED, "Exim"),
    # the way there
    ("5.4.4", "Host or domain name not found. Name service error for name=example.org type=A: Host not found", OTHER,
     "Postfix 3.7"),
    ("5.1.2", "Host unknown (Name server: example.org: host not found)", OTHER, "sendmail 8.17"),
    ("5.0.0", "all relevant MX records point to non-existent hosts", OTHER, "Exim 4.96"),
    ("", "No Such Domain: example.org", OTHER, "Haraka 3.3"),
    ("5.1.10", "Domain example.org does not accept mail (nullMX)", OTHER, "Postfix 3.7"),
    ("5.0.0", "smtp; 451 4.7.1 try again later: retry timeout exceeded", REFUSED, "Exim 4.96: an expired 451"),
    ("5.0.0", "smtp; 450 mailbox busy: retry timeout exceeded", OTHER, "Exim 4.96"),
    ("5.0.0", "smtp; 450 4.1.1 <rina@example.org>: unknown user: retry timeout exceeded", OTHER, "Exim 4.96"),
    ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", OTHER, "Outlook.com: also of a policy"),
    ("5.0.0", "550 Requested action not taken: mailbox unavailable", OTHER, "RFC 5321's own example"),
    ("5.0.0", "Unrouteable address", OTHER, "Exim 4.96: of a domain too"),
    ("4.4.7", "Envelope expired", OTHER, "OpenSMTPD 6.8"),
    ("5.0.0", "", OTHER, "OpenSMTPD 6.8, its text not read"),
    ("5.0.0", "550 <unknown-user-denied@example.org>: no", OTHER, "an address is no word of the server"),
    ("5.1.1", "smtp; 550 5.1.1 <clinic@pazpaz.example>: User unknown", OTHER, "of our own address"),
    ("5.1.1", "smtp; 550 5.1.1 <rina@elsewhere.example>: User unknown", OTHER, "of one it was passed on to"),
    ("5.1.1", "smtp; 550 5.1.1 <RINA@Example.org>... User unknown", GONE, "in other letters"),
    ("", "", Cause.UNKNOWN, "nothing said"),
)  # fmt: skip


@pytest.mark.parametrize(("status", "said", "cause", "_where"), CASES, ids=[case[3] for case in CASES])
def test_what_a_refusal_means(status: str, said: str, cause: Cause, _where: str) -> None:
    """The status and the server's words are judged together."""
    assert cause_of(status, said, {"Rina@example.org", "rina@yahoo.com"}) is cause
