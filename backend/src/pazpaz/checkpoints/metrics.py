"""What is counted and timed of checkpoints, for Prometheus."""

from prometheus_client import Counter, Gauge

AUDIT_COMPLETE_AT = Gauge(
    "pazpaz_audit_complete_timestamp_seconds",
    "The moment up to which every audit event is covered by a checkpoint.",
)
AUDIT_CHECKPOINT_AT = Gauge(
    "pazpaz_audit_checkpoint_timestamp_seconds", "When the newest checkpoint was made."
)
AUDIT_UNCOVERED_SECONDS = Gauge(
    "pazpaz_audit_uncovered_seconds", "The age of the oldest event without a checkpoint."
)
AUDIT_COPIES_WAITING = Gauge(
    "pazpaz_audit_checkpoints_not_copied", "Checkpoints that the file store does not hold yet."
)
AUDIT_COPIES_PUT_BACK = Counter(
    "pazpaz_audit_copies_put_back_total", "Copies of checkpoints that the file store had lost, and has again."
)
AUDIT_FAILURES = Counter(
    "pazpaz_audit_checkpoint_failures_total",
    "Passes that could not make a checkpoint, or could not copy.",
    ["what"],
)
