"""What is counted and timed of attachments, for Prometheus."""

from prometheus_client import Counter

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
