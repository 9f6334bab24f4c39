"""What is counted and timed of digests, for Prometheus."""

from prometheus_client import Counter, Histogram

DIGESTS = Counter(
    "pazpaz_digests_total",
    "Evening digests by what became of them, and why; pending is put off.",
    ["status", "reason"],
)
DIGEST_LATENESS = Histogram(
    "pazpaz_digest_lateness_seconds",
    "From a digest's due moment to the server's acceptance.",
    buckets=(1, 5, 15, 60, 300, 900, 3600, 14400),
)
