"""What stops the client, in one line each: the cause and the remedy."""


class SyncClientError(Exception):
    """Something a person can do something about."""


class UnreachableError(SyncClientError):
    """The server did not answer; what waits still waits."""
