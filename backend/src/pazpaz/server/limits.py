"""What a connection may send and how long it may take, with the clock that measures it."""

import math
from dataclasses import dataclass

_TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes as they arrive, times in seconds."""

    head: int = 16 * 1024  # request line and fields together
    target: int = 8 * 1024
    fields: int = 100
    body: int = 12_000_000  # attachments of 10 MB and what wraps them; the application's own limit is lower
    ahead: int = 64 * 1024  # of further requests while one is being answered
    connections: int = 1000
    share: int = 250  # of them for one peer
    head_seconds: float = 10  # from the first byte
    body_seconds: float = 15  # from the end of the head
    stall_seconds: float = 10  # without a byte of the body
    total_seconds: float = 20  # from the first byte of the head to the last of the body
    body_rate: float = (
        32_000  # bytes a second that buy more of either: a photo over a slow line takes minutes
    )
    unread_seconds: float = 15  # with an answer the client does not take
    idle_seconds: float = 30  # between requests
    linger_seconds: float = (
        2  # for the client to read its last answer while it still sends; bytes buy more here too
    )

    @property
    def tick(self) -> float:
        """How often a connection looks at its clock. No deadline is nearer than this when it begins."""
        return min(
            _TICK_SECONDS,
            self.head_seconds,
            self.body_seconds,
            self.stall_seconds,
            self.idle_seconds,
            self.linger_seconds,
        )


class Clock:
    """When the client's time is up. The protocol notes instants, one timer compares them."""

    __slots__ = (
        "_idle_seconds",
        "_limits",
        "began",
        "body_began",
        "body_seen",
        "idle_since",
        "lingers_since",
        "progress",
        "unread_since",
    )

    def __init__(self, limits: Limits, now: float) -> None:
        """Give a new connection as long for its first byte as for its first head."""
        self._limits = limits
        self.began = self.body_began = self.progress = now
        self.body_seen = 0  # bytes of the body since `body_began`
        self.idle_since = now
        self._idle_seconds = limits.head_seconds
        self.lingers_since = math.inf
        self.unread_since = math.inf

    def head_until(self) -> float:
        """When the head must be complete."""
        return self.began + self._limits.head_seconds

    def body_until(self) -> float:
        """When the body must be complete, or the next byte of it be here."""
        limits = self._limits
        earned = self.body_seen / limits.body_rate
        return min(
            self.body_began + limits.body_seconds + earned,
            self.progress + limits.stall_seconds,
            self.began + limits.total_seconds + earned,
        )

    def rest(self, now: float) -> None:
        """Begin to wait for the next request."""
        self.idle_since = now
        self._idle_seconds = self._limits.idle_seconds

    def idle_until(self) -> float:
        """When the next request must begin."""
        return self.idle_since + self._idle_seconds

    def linger(self, now: float) -> None:
        """Nothing is heard any more: the client is given time to read while it still sends."""
        self.lingers_since = self.progress = now
        self.body_seen = 0

    def lingers_until(self) -> float:
        """When the client must have hung up. A proxy that only listens when it has sent all is waited for."""
        limits = self._limits
        if self.lingers_since == math.inf:
            return math.inf
        earned = min(self.body_seen, limits.body) / limits.body_rate
        return min(self.lingers_since + limits.linger_seconds + earned, self.progress + limits.stall_seconds)

    def restart_body(self, now: float) -> None:
        """While the application does not read, the client's time does not run."""
        self.began = self.body_began = self.progress = now
        self.body_seen = 0

    def unread_until(self, now: float, waiting: int) -> float:
        """When the answer must have been taken, given how many bytes of it wait."""
        self.unread_since = min(self.unread_since, now) if waiting else math.inf
        return self.unread_since + self._limits.unread_seconds
