"""What is counted and timed of mails about answers, for Prometheus."""

from prometheus_client import Counter, Histogram

REPLIES = Counter(
    "pazpaz_reply_mails_total",
    "Mails to therapists about clients' answers by what became of them, and why; pending is put off.",
    ["status", "reason"],
)
REPLY_LATENESS = Histogram(
    "pazpaz_reply_mail_lateness_seconds",
    "From a client's answer to the server's acceptance of the mail about it.",
    buckets=(1, 5, 15, 60, 300, 900, 3600),
)
