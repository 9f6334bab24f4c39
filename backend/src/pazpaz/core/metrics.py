"""What is counted and timed, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "pazpaz_http_requests_total", "Requests by route, method and status.", ["route", "method", "status"]
)
REQUEST_SECONDS = Histogram(
    "pazpaz_http_request_seconds",
    "Time to the last byte by method.",
    ["method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
JOBS_NOT_QUEUED = Counter(
    "pazpaz_jobs_not_queued_total", "Jobs the queue did not take; a sweep sends them.", ["job"]
)
RATE_LIMITED = Counter("pazpaz_rate_limited_total", "Requests refused with 429.", ["quota"])
RATE_LIMIT_OPEN = Counter(
    "pazpaz_rate_limit_store_down_total", "Requests counted without the limiter's store.", ["quota"]
)
STORAGE_FAILURES = Counter("pazpaz_storage_failures_total", "Calls to the file store that failed.", ["what"])
ATTACHMENTS_LOST = Counter(
    "pazpaz_attachments_lost_total", "Attachments whose file the store did not hold when it was swept."
)
ATTACHMENTS_FOREIGN = Counter(
    "pazpaz_attachments_foreign_total",
    "Attachments that were not handed out because the store held other bytes.",
)
SWEEPS_STOPPED = Counter(
    "pazpaz_attachment_sweeps_stopped_total", "Sweeps that ended because the file store lists out of order."
)
MAILS = Counter("pazpaz_mails_total", "Mails by outcome.", ["outcome"])
REMINDERS = Counter(
    "pazpaz_reminders_total",
    "Reminders by what became of them, and why; pending is put off.",
    ["status", "reason"],
)
REMINDER_LATENESS = Histogram(
    "pazpaz_reminder_lateness_seconds",
    "From a reminder's due moment to the server's acceptance.",
    buckets=(0.5, 1, 2, 5, 15, 60, 300, 900, 3600, 14400),
)
REMINDERS_WAITING = Gauge("pazpaz_reminders_waiting", "Reminders that are due and not settled.")
REMINDER_PASS_AT = Gauge("pazpaz_reminder_pass_timestamp_seconds", "When the scheduler last came to its end.")
DELIVERY_REPORTS = Counter(
    "pazpaz_delivery_reports_total", "Delivery reports by what became of them.", ["outcome"]
)
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
KEY_PROVIDER_AWAY = Counter(
    "pazpaz_key_provider_away_total", "Data keys that were not opened because their provider did not answer."
)
DATA_KEYS_REFUSED = Counter(
    "pazpaz_data_keys_refused_total", "Requests that had no data key, because it could not be opened."
)
ERASURES_FAILED = Counter(
    "pazpaz_erasures_failed_total", "Tries to destroy a deleted workspace's secret that failed."
)
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
