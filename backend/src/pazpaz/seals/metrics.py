"""What is counted and timed of seals, for Prometheus."""

from prometheus_client import Counter, Gauge

AUDIT_COMPLETE_AT = Gauge(
    "pazpaz_audit_complete_timestamp_seconds", "The moment up to which every audit event is sealed."
)
AUDIT_SEALED_AT = Gauge("pazpaz_audit_seal_timestamp_seconds", "When the newest seal was made.")
AUDIT_UNSEALED_SECONDS = Gauge("pazpaz_audit_unsealed_seconds", "The age of the oldest event without a seal.")
AUDIT_COPIES_WAITING = Gauge("pazpaz_audit_seals_not_copied", "Seals that the file store does not hold yet.")
AUDIT_COPIES_PUT_BACK = Counter(
    "pazpaz_audit_copies_put_back_total", "Copies of seals that the file store had lost, and has again."
)
AUDIT_FAILURES = Counter(
    "pazpaz_audit_seal_failures_total", "Passes that could not seal, or could not copy.", ["what"]
)
