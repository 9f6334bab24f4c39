"""What the core counts and times, for Prometheus; each slice has its own beside it."""

from prometheus_client import Counter, Histogram

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
MAILS = Counter("pazpaz_mails_total", "Mails by outcome.", ["outcome"])
KEY_PROVIDER_AWAY = Counter(
    "pazpaz_key_provider_away_total", "Data keys that were not opened because their provider did not answer."
)
DATA_KEYS_REFUSED = Counter(
    "pazpaz_data_keys_refused_total", "Requests that had no data key, because it could not be opened."
)
