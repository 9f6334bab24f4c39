"""What a mail server's refusal means, from its status (RFC 3463) and its own words together.

Only what is certainly about the address makes it a dead one. A wrong DNS record of ours, a full mailbox or a policy
never does, whatever status a server puts beside it.
"""

import re
from collections.abc import Collection
from enum import StrEnum


class Cause(StrEnum):
    """Why a mail was refused, or came back."""

    NO_SUCH_ADDRESS = "no-such-address"
    FULL = "full"
    REFUSED = "refused"
    OTHER = "other"
    UNKNOWN = "unknown"


_READ = 2_000  # characters of a refusal
_CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"(?:^|[;:\s])([245])\d\d(?=[ \-#]|$)")
_ADDRESS = re.compile(r"[^\s<>;:,()\[\]\"'@]{1,100}+@[^\s<>;:,()\[\]\"'@]{1,255}+")
_NAME = re.compile(
    r"@|://|[a-z0-9]\.[a-z]{2}"
)  # an address, a link, a host: what stands in them is not the server's word

_NO_SUCH = {"5.1.1", "5.1.3", "5.1.6"}  # no such mailbox, no address at all, moved away
_FULL = (".2.2", ".2.3")
# Alone they say nothing: 5.2.1 is a disabled mailbox, or a busy one; 5.1.10 a domain that takes no mail (RFC 7505),
# and with Exchange an unknown recipient. Every other code is about the way there, the message or us.
_OPEN = {"5.0.0", "5.1.0", "5.2.0", "5.2.1", "5.3.0", "5.1.10"}

_FULL_WORDS = re.compile(
    r"quota|(?:box|account|user) (?:is |was )?(?:over ?)?full|full (?:mail|in)box|out of (?:storage|space)"
    r"|insufficient (?:system )?storage|exceeded (?:the |its |their )?storage",
    re.IGNORECASE,
)
_POLICY_WORDS = re.compile(
    r"spam|junk|bulk|unsolicited|block|black ?list|deny ?list|banned|denied|deny\b|polic(?:y|ies)|reputation|abuse"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|\bd?n?s?[br]bl\b|authenticat|virus|malware|content|\brate\b|too (?:many|large|big)"
    r"|size|not permitted|not allowed|not authori[sz]ed",
    re.IGNORECASE,
)
_WAY_WORDS = re.compile(
    r"\bsender|originator|envelope|\bmail from\b|\bfrom address|return[ -](?:path|address)|reply[ -](?:to|address)"
    r"|\brecords?\b|\bresolv(?:e|ed|ing)\b|hostname|\bhelo\b|\behlo\b|\bptr\b|reverse"
    r"|relaying|to relay|relay (?:access|not)|\bdns\b|\bmx\b|no such (?:domain|host)|unknown (?:domain|host)"
    r"|(?:domain|host)(?: name)? (?:is )?(?:unknown|not found|does)|your (?:ip|server|domain|host)"
    r"|greylist|temporar|try again|try later|timed? ?out|timeout exceeded|\bloop|\bhops?\b|expired",
    re.IGNORECASE,
)
_WHO = r"(?:user|mailbox|mail box|recipient|account|address|alias|inbox|person|destination|username|customer)"
_NO_SUCH_WORDS = re.compile(
    rf"{_WHO}(?: name)?(?: is)? unknown|unknown (?:or illegal )?(?:local |virtual |e-?mail )?{_WHO}"
    rf"|no such (?:local |virtual |e-?mail )?{_WHO}|no {_WHO} (?:exists|(?:here )?(?:by|with|of) (?:that|this) name)"
    rf"|{_WHO}\W{{0,3}}(?:[^.;]{{0,60}}?\W)?(?:does not|doesn'?t|do not|did not) exist"
    rf"|{_WHO}\W{{0,3}}(?:was |is |were |could )?(?:not|non)[ -]?(?:be )?(?:found|exist)"
    rf"|(?:not an? |in)valid (?:local |e-?mail )?{_WHO}\b|recip(?:ient)?notfound|user doesn'?t have an? "
    rf"|{_WHO}\W{{0,3}}(?:[^.;]{{0,40}}?\W)?(?:disabled|deactivated|deleted|closed|discontinued|no longer)\b",
    re.IGNORECASE,
)


def cause_of(status: str, said: str, whom: Collection[str]) -> Cause:
    """Judge a final refusal of a mail to `whom`; `said` is the server's answer, with or without its code."""
    words = " ".join(word for word in said[:_READ].split() if not _NAME.search(word))
    codes = set(_CODE.findall(f"{status} {words}"))
    if not (codes or words):
        return Cause.UNKNOWN
    objection = _objection(codes, words)
    # A server that gives a bare 550 the status 5.1.1 (sendmail) says nothing by it: then its words count alone.
    told = set(_CODE.findall(words)) if _REPLY.search(words) else codes
    if (
        objection is None
        and not _names_another(said[:_READ], whom)
        and (told & _NO_SUCH or _NO_SUCH_WORDS.search(words))
    ):
        return Cause.NO_SUCH_ADDRESS
    return objection or Cause.OTHER


def _names_another(said: str, whom: Collection[str]) -> bool:
    """Whether it names addresses, but none that the mail went to: the sender, or one it was passed on to."""
    named = {address.lower().strip(".") for address in _ADDRESS.findall(said)}
    return bool(named) and named.isdisjoint(address.lower() for address in whom)


def _objection(codes: set[str], words: str) -> Cause | None:
    """Return what else than the address it is about, if a code or a word says so."""
    against = codes - _NO_SUCH - _OPEN
    if any(code.endswith(_FULL) for code in against) or _FULL_WORDS.search(words):
        return Cause.FULL
    if any(code[1:].startswith(".7.") for code in against) or _POLICY_WORDS.search(words):
        return Cause.REFUSED
    reply = _REPLY.search(words)
    passing = reply is not None and reply[1] == "4"
    return Cause.OTHER if against or passing or _WAY_WORDS.search(words) else None
