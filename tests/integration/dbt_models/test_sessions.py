"""The time zone of dbt's sessions, and what does not depend on it. The tests' dbt has PGTZ=America/St_Johns."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.integration.dbt_models.warehouse import PROJECT, Warehouse

IN_UTC = "set timezone to 'UTC';"
# The clocks of St. John's change on 9 March at 05:30 UTC and on 2 November 2025 at 04:30 UTC.
CHANGES = [datetime(2025, 3, 9, tzinfo=UTC), datetime(2025, 11, 2, tzinfo=UTC)]


def test_dbt_is_in_utc_whatever_the_client_the_database_and_the_login_say(built: Warehouse) -> None:
    """Texts and times without a zone, such as those of the snapshot, are the session's (W5)."""
    built.execute("alter role current_user in database " + built.database + " set timezone to 'Europe/Berlin'")
    shown = built.dbt("show", "--inline", "select current_setting('TimeZone') || ' ' || current_user as is_in")
    assert "UTC cerebro_trans" in shown.stdout


def test_a_full_build_steps_by_24_hours_in_any_time_zone(warehouse: Warehouse, tmp_path: Path) -> None:
    """`interval '1 day'` is 23 or 25 hours long where the clocks change: rows were lost or came twice (W5)."""
    profile = (PROJECT / "profiles.yml").read_text()
    assert IN_UTC in profile
    (tmp_path / "profiles.yml").write_text(profile.replace(IN_UTC, ""))
    warehouse.profiles = tmp_path
    hours = [midnight + timedelta(hours=hour) for midnight in CHANGES for hour in range(-24, 48)]
    warehouse.load_biometrics("b1", *(("hulk", hour.isoformat(), 60, 80) for hour in hours))
    warehouse.dbt("run", "--select", "+fact_biometrics")
    assert warehouse.rows("select minute_at from marts.fact_biometrics order by 1") == [(hour,) for hour in hours]
