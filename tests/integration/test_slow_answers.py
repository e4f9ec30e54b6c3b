"""The alert of answers that took too long: of what arrived since the first answer, and is not loaded once more."""

from include.cerebro.notifications.slow_answers import slow_answers
from tests.integration.helpers import Site

# The first answer was a day ago, the last one an hour ago; minutes of loading and of arrival are given.
TRANSFORMATIONS = """
    insert into meta.transformations (finished_at, position, project_checksum)
    values (now() - interval '1 day', 0, 'x'), (now() - interval '1 hour', 100, 'x')
    returning position
"""
LOAD = """
    insert into raw.loads (
        dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, dag_run_id, landed_at,
        position, supersedes
    )
    select
        'heroes', '{key}', '{etag}', 1, 1, 1, 0, 'loaded', '{run}',
        now() - interval '1 hour' - interval '{minutes} min', {position},
        (select max(load_id) from raw.loads where object_key = '{key}')
    returning load_id
"""


def load(site: Site, key: str, minutes: float, position: int, run: str = "this", etag: str = "e") -> None:
    site.rows(LOAD.format(key=key, minutes=minutes, position=position, run=run, etag=etag))


def told(site: Site, minutes: float = 5) -> list[str] | None:
    """The lines of the alert of the run ``this``; none if there is no alert."""
    alert = slow_answers(site.warehouse, "cerebro_restore", "this", minutes)
    return None if alert is None else list(alert.lines)


def test_slow_objects_are_counted_and_the_slowest_is_named(site: Site) -> None:
    site.rows(TRANSFORMATIONS)
    assert told(site) is None
    load(site, "quick", 2, 10)
    assert told(site) == []
    load(site, "slow", 6, 11)
    load(site, "slower", 8, 12)
    load(site, "of another run", 30, 13, run="another")
    (line,) = told(site) or []
    assert line.startswith("2 of 3 objects took longer")
    assert "cerebro: slower, 8.0 minutes" in line
    assert told(site, minutes=10) == []
    assert told(site, minutes=0) is None


def test_objects_without_an_answer_are_slow_of_whatever_run(site: Site) -> None:
    site.rows(TRANSFORMATIONS)
    load(site, "not transformed", 1, 101, run="another")
    (line,) = told(site) or []
    assert "cerebro: not transformed, 61.0 minutes" in line


def test_what_was_there_before_the_first_answer_and_what_is_loaded_again_is_left_out(site: Site) -> None:
    load(site, "first", 6, 1)
    assert told(site) is None
    site.rows(TRANSFORMATIONS)
    load(site, "old", 60 * 24, 10)
    load(site, "again", 60, 11, run="another")
    load(site, "again", 60, 12)
    (line,) = told(site) or []
    assert line.startswith("1 of 1 objects"), line
    assert "cerebro: first" in line


def test_it_says_what_waits(site: Site) -> None:
    site.rows(TRANSFORMATIONS)
    load(site, "slow", 6, 11)
    site.rows(
        "insert into meta.listings (dag_run_id, landing_zone, objects, new_objects, unrecognised, examples, notes,"
        " objects_waiting) values ('this', 'cerebro', 9, 1, 0, '{}', '{}', 8) returning 1"
    )
    assert (told(site) or [])[1] == "8 more wait for the next run, which follows."
