"""The alert rules ask about what the code exports."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from pazpaz.features import FEATURES
from pazpaz.reminders import metrics
from pazpaz.reminders.models import ReminderStatus

assert FEATURES  # their metrics are registered
RULES = (Path(__file__).parents[3] / "deploy" / "alerts.yml").read_text()
SELECTORS = re.findall(r"(pazpaz_\w+)(?:\{([^}]*)\})?", RULES)
MATCHERS = re.compile(r'(\w+)=~?"([^"]*)"')


@pytest.mark.parametrize(("name", "matchers"), sorted(set(SELECTORS)))
def test_what_a_rule_names_is_exported(name: str, matchers: str) -> None:
    """A rule about a metric or label that is not there would never fire."""
    exported = REGISTRY._names_to_collectors
    assert name in exported, (
        f"deploy/alerts.yml asks for {name}: backend/src/pazpaz/core/base/metrics.py exports none"
    )
    for label, values in MATCHERS.findall(matchers):
        assert label in exported[name]._labelnames, f"deploy/alerts.yml: {name} has no {label}"  # type: ignore[attr-defined]
        if exported[name] is metrics.REMINDERS and label == "status":
            assert set(values.split("|")) <= set(ReminderStatus)


def test_there_are_rules() -> None:
    """Each of them is found in the file's own form."""
    assert {name for name, _ in SELECTORS} >= {"pazpaz_reminders_waiting", "pazpaz_reminders_total"}
    assert RULES.count("- alert:") >= 5
