"""uvicorn's HTTP/1.1 protocol with a limit on everything a client can send, withhold or leave unread."""

import asyncio
import math
from typing import ClassVar

from pazpaz.core.errors import Problem
from pazpaz.server.intake import Intake
from pazpaz.server.limits import Limits
from pazpaz.server.refusals import Refusals, RequestTimeout, TooManyConnections


class GuardedProtocol(Intake):
    """One connection: what it is answered, and when it has had its time."""

    refusals: ClassVar[Refusals]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer, or say that there are too many."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.limits.tick, self._tick)
        if len(self.connections) > self.limits.connections:
            self._refuse(TooManyConnections())
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self._timer.cancel()
        self._fall_deaf()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Go on with the next request. uvicorn would start a timer here, for each."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self._clock.idle_since = self.loop.time()
        self.flow.resume_reading()
        if self._in_body and self.expect_100_continue:
            self.transport.close()  # whether the body will still be sent, nobody knows
        elif self._held:
            held, self._held = bytes(self._held), bytearray()
            self.data_received(held)

    def _refuse(self, problem: Problem) -> None:
        """Say why, and end. The client may still be sending: it is given time to read, not to be heard."""
        self._fall_deaf()
        if self._in_body and not self._take_back():
            self.transport.close()
            return
        self.transport.write(self.refusals.wire(problem, self.server_state.default_headers))
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._clock.lingers_until = self.loop.time() + self.limits.linger_seconds
        else:
            self.transport.close()

    def _take_back(self) -> bool:
        """Take a request from the application; whether it has not begun to answer it."""
        cycle = self.cycle
        unanswered = not cycle.response_started
        cycle.disconnected = True
        cycle.message_event.set()
        return unanswered

    def _tick(self) -> None:
        now = self.loop.time()
        unread_until = self._clock.unread_until(now, self.transport.get_write_buffer_size())
        if now >= unread_until:
            self.transport.abort()
            return
        deadline = math.inf if self.transport.is_closing() else self._deadline(now)
        if now >= deadline:
            self._expire()
            deadline = math.inf
        self._timer = self.loop.call_at(min(now + self.limits.tick, deadline, unread_until), self._tick)

    def _deadline(self, now: float) -> float:
        if self._deaf:
            return self._clock.lingers_until
        if self._in_body:
            if self.flow.read_paused:
                self._clock.restart_body(now)
            return self._clock.body_until()
        if self._head:
            return self._clock.head_until()
        return math.inf if self._is_answering() else self._clock.idle_until()

    def _expire(self) -> None:
        if not self._deaf and (self._in_body or self._head):
            self._refuse(RequestTimeout())
        else:
            self.transport.close()


def guarded(limits: Limits, refusals: Refusals) -> type[GuardedProtocol]:
    """The class uvicorn makes one of for each connection."""
    return type("ConfiguredProtocol", (GuardedProtocol,), {"limits": limits, "refusals": refusals})
