"""What is counted and timed of reminders, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

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
