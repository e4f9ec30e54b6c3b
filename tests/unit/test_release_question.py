"""The question before a release: counts and a link, whatever the object is called, and nobody's data."""

from __future__ import annotations

from typing import Any

from include.cerebro.maintenance.release.question import question
from include.cerebro.maintenance.release.request import Corrections, Decision, Held
from include.cerebro.platform.object_store import StoredObject

KEY = 'biometrics/[x](javascript:alert(1)) `<b>\n# "a b.parquet'
OUTCOME = {"rows": 1500, "rows_released": 1499, "rows_rejected_again": 1, "rows_in_quarantine": {"invalid_text": 1}}


def asked(action: Any, **corrections: Any) -> str:
    decision = Decision(action, "missing_hero_id", 7, "cerebro", "", Corrections(**corrections), "ada", "why", "run")
    held = Held(7, "cerebro", "biometrics", StoredObject(KEY, "e", 1), 5, 1500, None, {})
    return question(decision, held, OUTCOME, "/airflow/cerebro/")


def test_a_release_is_asked_for_with_its_counts() -> None:
    text = asked("release", hero_id="Spider-Man", shift_seconds=3)
    assert "- rows in question: 1,500\n- accepted by today's rules: 1,499\n- rejected again: 1\n" in text
    assert "- in quarantine afterwards, `invalid_text`: 1\n" in text
    assert "[Look at the rows](/airflow/cerebro/rows?load_id=7&reason=missing_hero_id)" in text
    assert "hero_id, shift_seconds." in text
    assert "Spider-Man" not in text, "Airflow keeps the question: a hero would outlive an erasure in it"


def test_a_discard_is_asked_for_with_its_counts() -> None:
    text = asked("discard")
    assert text.startswith("Discard rows of ")
    assert "rows in question: 1,500" in text
    assert "accepted" not in text


def test_a_key_is_code_in_one_line() -> None:
    first = asked("discard").splitlines()[0]
    assert "`biometrics/[x](javascript:alert(1)) '<b> # \"a b.parquet`" in first
