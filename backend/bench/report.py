"""The tables, and the same figures as JSON."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import orjson

from bench.figures import Figures, Measured, Verdict, middle, verdicts
from bench.say import say


@dataclass(frozen=True)
class About:
    """Where the figures come from."""

    command: str
    machine: str
    database: str
    load_before: tuple[float, float, float]
    notes: int
    seconds: float
    rounds: int


def show(measured: Measured) -> None:
    """Both tables."""
    say()
    say(f"{'case':<4} {'':<46} {'ours':>9} {'bare':>9} {'ratio':>6} {'floor':>6} {'goal':>6}  verdict")
    for row in verdicts(measured):
        say(_line(row))
    say()
    names = ("req/s", "p50 ms", "p95 ms", "p99 ms", "server µs", "PG µs", "load µs")
    say(f"{'case':<4} {'side':<11}" + "".join(f"{name:>11}" for name in names))
    for case, sides in measured.items():
        for side, slices in sides.items():
            values = [
                middle(slices, lambda item, name=field.name: float(getattr(item, name)))  # type: ignore[misc]
                for field in fields(Figures)
            ]
            cells = "".join(
                f"{value:>11,.{2 if 'ms' in name else 0}f}" for name, value in zip(names, values, strict=True)
            )
            say(f"{case:<4} {side:<11}{cells}")
    say(
        "Medians of the rounds; CPU per request: server process, PostgreSQL's client backends, load generator."
    )


def _line(row: Verdict) -> str:
    sign = "≥" if row.more_is_better else "≤"
    decimals = 0 if row.bare > 20 else 2
    values = "".join(f"{value:>10,.{decimals}f}" for value in (row.ours, row.bare))
    limits = "".join(f" {sign}{value:>5.2f}" for value in (row.floor, row.goal))
    return f"{row.case:<4} {row.title:<46}{values} {row.ratio:>6.2f}{limits}  {row.word}"


def write(path: Path, about: About, measured: Measured) -> None:
    """Every slice, and the verdicts."""
    document: dict[str, Any] = {
        "about": asdict(about),
        "verdicts": [asdict(row) | {"verdict": row.word} for row in verdicts(measured)],
        "slices": {
            case: {side: [asdict(item) for item in slices] for side, slices in sides.items()}
            for case, sides in measured.items()
        },
    }
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
