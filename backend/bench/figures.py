"""What is made of the slices: figures per slice, and the cases of design/goals.md with their verdicts."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.load import Slice

OURS, BARE, UNRECORDED = "ours", "bare", "unrecorded"


@dataclass(frozen=True)
class Figures:
    """One slice of one side; times in milliseconds, CPU in microseconds per request."""

    rate: float
    p50: float
    p95: float
    p99: float
    server: float
    postgres: float
    load: float

    @classmethod
    def of(cls, done: Slice, server: float, postgres: float) -> "Figures":
        """`server` and `postgres` are CPU seconds of the slice."""
        ordered = sorted(done.nanoseconds)

        def percentile(share: float) -> float:
            return ordered[min(int(len(ordered) * share), len(ordered) - 1)] / 1e6

        each = 1e6 / done.count
        return cls(
            rate=done.count / done.seconds,
            p50=percentile(0.50),
            p95=percentile(0.95),
            p99=percentile(0.99),
            server=server * each,
            postgres=postgres * each,
            load=done.load_cpu * each,
        )


Sides = Mapping[str, Sequence[Figures]]
Measured = Mapping[str, Sides]
Measure = Callable[[Figures], float]


@dataclass(frozen=True)
class Verdict:
    """One row of the table: both sides, what is compared, and how it stands to floor and goal."""

    case: str
    title: str
    ours: float
    bare: float
    ratio: float
    floor: float
    goal: float
    more_is_better: bool = True

    @property
    def word(self) -> str:
        """goal, floor or missed."""
        sign = 1 if self.more_is_better else -1
        if self.ratio * sign >= self.goal * sign:
            return "goal"
        return "floor" if self.ratio * sign >= self.floor * sign else "MISSED"


def middle(slices: Sequence[Figures], measure: Measure) -> float:
    """The median of the rounds: a neighbour's burst spoils one round, not the figure."""
    return statistics.median(measure(item) for item in slices)


def _ratio(above: Sequence[Figures], below: Sequence[Figures], measure: Measure) -> float:
    pairs = zip(above, below, strict=True)
    return statistics.median(measure(one) / max(measure(other), 1e-9) for one, other in pairs)


def _rate(figures: Figures) -> float:
    return figures.rate


_RATES = {
    "P1": ("one note", 0.45, 0.60),
    "P2": ("50 notes of a client with text", 0.55, 0.75),
    "P3": ("50 newest notes without text", 0.50, 0.70),
    "P4": ("autosave of one field", 0.45, 0.60),
    "P5": ("timeline of 100 events", 0.50, 0.75),
}


def verdicts(measured: Measured) -> list[Verdict]:
    """The rows there are measurements for."""
    rows: list[Verdict] = []
    for case, (title, floor, goal) in _RATES.items():
        if case in measured:
            rows.append(_against(case, f"{title}, req/s", measured[case], _rate, (floor, goal)))
    if "P1" in measured:
        rows.append(_spread("P6", "P1 p99/p50, 8 conn", measured["P1"], _tail99, (4.0, 3.0)))
    if "P6" in measured:
        rows.append(_spread("P6", "P1 p95/p50, 32 conn", measured["P6"], _tail95, (2.5, 2.0)))
    if "P1" in measured:
        one = measured["P1"]
        rows.append(_against("P7", "P1 server CPU, µs", one, _server, (2.2, 1.7), more=False))
    for case in ("P1", "P4"):
        if case in measured:
            title = f"{case} PostgreSQL CPU, µs"
            one = measured[case]
            rows.append(_against("P8", title, one, _postgres, (1.5, 1.2), more=False))
    if "P1" in measured:
        rows.append(_audit(measured["P1"]))
    return rows


def _server(figures: Figures) -> float:
    return figures.server


def _postgres(figures: Figures) -> float:
    return figures.postgres


def _tail99(figures: Figures) -> float:
    return figures.p99 / figures.p50


def _tail95(figures: Figures) -> float:
    return figures.p95 / figures.p50


def _against(
    case: str,
    title: str,
    sides: Sides,
    measure: Measure,
    limits: tuple[float, float],
    *,
    more: bool = True,
) -> Verdict:
    ours, bare = sides[OURS], sides[BARE]
    ratio = _ratio(ours, bare, measure)
    return Verdict(
        case, title, middle(ours, measure), middle(bare, measure), ratio, *limits, more_is_better=more
    )


def _spread(case: str, title: str, sides: Sides, measure: Measure, limits: tuple[float, float]) -> Verdict:
    """Compared is our own value; the bare server's stands beside it."""
    ours = middle(sides[OURS], measure)
    return Verdict(case, title, ours, middle(sides[BARE], measure), ours, *limits, more_is_better=False)


def _audit(sides: Sides) -> Verdict:
    """Our server has no switch for its audit, so both sides of this row are the bare server."""
    audited, plain = sides[BARE], sides[UNRECORDED]
    ratio = _ratio(audited, plain, _rate)
    title = "bare server: P1 audited | not audited, req/s"
    return Verdict("P9", title, middle(audited, _rate), middle(plain, _rate), ratio, 0.70, 0.80)
