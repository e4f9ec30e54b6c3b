"""The texts, figures and HTML that the page makes of rows, also of hostile names."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from include.cerebro.maintenance.retention.terms import Terms
from include.cerebro.page import content, figures, formatting, render
from include.cerebro.page.components import Section
from include.cerebro.page.reader import Reader, Row
from include.cerebro.page.sections import biometrics, hulk_factor, latency, retention
from include.cerebro.page.sections.biometrics import MOST_BUCKETS, MOST_MINUTES, Choice, choose_range
from include.cerebro.page.sections.quarantine import remedy
from include.cerebro.platform import names

NOW = datetime(2025, 1, 2, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"
ITALIC = "<i>Thor</i>"
EVIL_KEY = "biometrics/\"><img src=x onerror=alert(1)>'.parquet"
MEASURES = ("heart_rate", "stress_level", "energy_output")


class Rows(Reader):
    """A reader without a warehouse: it has the rows that each query would give."""

    def __init__(self, **rows: list[Row]) -> None:
        self._rows = rows

    def rows(self, name: str, *_: object, **__: object) -> list[Row]:
        return self._rows.get(name, [])


def bucket(minute: int, value: float | None) -> Row:
    row: Row = {"bucket_at": NOW + timedelta(minutes=minute), "minutes_read": int(value is not None)}
    for measure in MEASURES:
        row |= {measure: value, f"{measure}_min": value, f"{measure}_max": value}
    return row


def mission(minute: int, **values: Any) -> Row:
    row = {"mission_id": "m1", "mission_at": NOW + timedelta(minutes=minute), "location": None, "outcome": None}
    return row | {"structural_damage": None, "is_high_risk": False, "in_all": 1} | values


def hero(hero_id: str, name: str) -> Row:
    return {"hero_id": hero_id, "hero_name": name, "first_minute": NOW, "last_minute": NOW + timedelta(minutes=9)}


EVERYTHING: dict[str, list[Row]] = {
    "hulk_factor": [
        {"hero_name": EVIL, "avg_energy_output": 1308.689},
        {"hero_name": ITALIC, "avg_energy_output": 9.0},
    ],
    "reliability": [{"hero_name": EVIL, "successful_missions_count": 13, "avg_stress_level": None}],
    "heroes": [hero(EVIL, EVIL)],
    "series": [bucket(0, 60.0), bucket(1, None), bucket(2, 80.0)],
    "missions": [mission(0, mission_id=EVIL, location=EVIL, outcome=EVIL, structural_damage=20000.0)],
    "days": [
        {"day": date(2025, 1, 1), "rows_in": 5, "rows_loaded": 3, "rows_rejected": 2, "objects_loaded": 1}
        | {"objects_failed": 1}
    ],
    "freshness": [{"dataset": "biometrics", "objects": 1, "loaded_at": NOW, "newest_at": None}],
    "run_checks": [
        {
            "dag_run_id": EVIL,
            "checked_at": NOW,
            "readings_in": 5,
            "readings_in_facts": 2,
            "readings_rejected": 2,
            "readings_erased": 0,
            "readings_retired": 0,
        }
        | {"difference": 1, "is_conserved": False}
    ],
    "quarantine": [
        {
            "landing_zone": "cerebro",
            "dataset": "biometrics",
            "object_key": EVIL_KEY,
            "load_id": 7,
            "reason": EVIL,
            "rows_in": 5,
            "rows_waiting": 2,
        }
        | {"rows_discarded": 0, "rows_released": 0, "quarantine_key": EVIL_KEY}
    ],
    "quarantine_totals": [{"entries": 1, "objects": 1, "rows_waiting": 2, "rows_discarded": 3, "rows_released": 1}],
    "rules_versions": [
        {"landing_zone": "cerebro", "dataset": "heroes", "rules_version": None, "objects": 4, "rows_loaded": 3}
        | {"rows_rejected": 2, "last_loaded_at": NOW},
        {"landing_zone": EVIL, "dataset": "heroes", "rules_version": "x", "objects": 1, "rows_loaded": 1}
        | {"rows_rejected": 0, "last_loaded_at": NOW},
    ],
    "retentions": [
        {"layer": "marts", "objects": 0, "rows": 0, "retired_at": NOW, "horizon": None},
        {"layer": "minutes", "objects": 2, "rows": 15, "retired_at": NOW, "horizon": NOW},
    ],
    "erasures": [
        {"erasure_id": 3, "erased_at": NOW, "objects": 1, "readings": 2, "records": 3, "participations": 4}
        | {"is_finished": True, "holders": 1, "in_all": 1}
    ],
    "landing_zones": [
        {"landing_zone": "watches", "listed_at": NOW, "objects": 5, "new_objects": 1, "unrecognised": 2}
        | {"examples": [EVIL_KEY], "notes": [EVIL], "error": None, "objects_waiting": 0, "bytes_waiting": 0}
    ],
    "latency": [
        {"landing_zone": "watches", "arrived_on": "2025-01-01", "objects": 5, "objects_waiting": 0, "objects_untold": 0}
        | {"to_raw_p50": 9.0, "to_raw_p95": 12.0, "to_answer_p50": 15.0, "to_answer_p95": 200.0}
    ],
    "notices": [
        {"landing_zone": "watches", "dataset": "biometrics", "column_name": EVIL, "reason": "ignored_column"}
        | {"objects": 2, "rows_in_all": 5, "object_key": EVIL_KEY, "in_all": 1}
    ],
    "overlaps": [
        {"landing_zone": "watches", "object_key": EVIL_KEY, "earlier_landing_zone": "cerebro", "in_all": 1}
        | {"earlier_object_key": EVIL_KEY, "seconds": 5, "readings_rejected": None, "is_unfounded": False}
        | {"first_minute": NOW, "last_minute": NOW}
    ],
    "schema_changes": [
        {"noted_at": NOW, "landing_zone": "watches", "dataset": "biometrics", "column_name": EVIL, "change": "type"}
        | {"column_type": EVIL, "object_key": EVIL_KEY, "in_all": 1}
    ],
    "failed": [
        {
            "landing_zone": "cerebro",
            "object_key": EVIL_KEY,
            "error": f"{EVIL_KEY}: {EVIL}",
            "loaded_at": NOW,
            "in_all": 1,
        }
    ],
}


def whole_page(**rows: list[Row]) -> content.Page:
    return content.page_of(Rows(**rows), NOW, Choice())


@pytest.fixture(scope="module")
def evil_html() -> str:
    return render.page_html(whole_page(**EVERYTHING))


def test_every_section_has_its_place_on_the_page() -> None:
    page = whole_page(**EVERYTHING)
    html = render.page_html(page)
    assert [name for name in page.sections if f'id="{name}"' not in html] == []


def test_names_from_the_data_never_become_html(evil_html: str) -> None:
    assert "alert(1)" in evil_html
    assert "<script>alert" not in evil_html
    assert "<img" not in evil_html
    assert "onerror=alert(1)>" not in evil_html


def test_names_from_the_data_never_become_html_within_a_chart(evil_html: str) -> None:
    """Plotly reads a few tags itself, so the texts that it gets have none."""
    charts = re.findall(r'<script type="application/json">(.*?)</script>', evil_html, re.DOTALL)
    assert len(charts) == 4
    for chart in charts:
        text = json.dumps(json.loads(chart))
        assert "<script" not in text
        assert "<img" not in text
    assert any("&lt;script&gt;" in json.dumps(json.loads(chart)) for chart in charts)


def test_the_report_holds_all_it_needs(evil_html: str) -> None:
    report = render.report_html(whole_page(**EVERYTHING), "manual__1")
    assert not re.search(r'(src|href)="(?!\./)', report), "it asks for nothing"
    assert "manual__1" in report
    assert "<form" not in report, "nobody answers a form in a file"
    assert "<form" in evil_html
    assert "data-action" not in report, "nor starts a run"
    assert 1_000_000 < len(report) < 3_000_000


@pytest.mark.parametrize("name", ["hulk_factor", "reliability", "biometrics", "days"])
def test_the_figures_are_what_plotly_takes(name: str) -> None:
    figure = whole_page(**EVERYTHING).sections[name].figure
    assert figure is not None
    # The script puts in the colours.
    text = re.sub(r'"--\w+"', '"red"', json.dumps(figure))
    go.Figure(json.loads(text))


def test_titles_say_the_answer() -> None:
    sections = whole_page(**EVERYTHING).sections
    assert sections["hulk_factor"].title.endswith("puts out the most energy on high-risk missions: 1,308.69 on average")
    assert sections["reliability"].title.endswith("was on the most successful missions: 13")
    assert sections["runs"].title == "1 reading is missing"
    assert sections["runs"].is_healthy is False
    assert sections["runs"].table is not None
    assert sections["runs"].table.rows[0][-1] == "no: 1 missing"
    assert sections["quarantine"].title == "2 rows of 1 object in quarantine"
    assert sections["quarantine"].note == "3 rows discarded and 1 row released by decisions that are in force."
    assert sections["rules"].title == "Older rules judged 4 objects in force"
    assert sections["rules"].table is not None
    assert [row[3] for row in sections["rules"].table.rows] == ["no", "the landing zone is not configured"]
    assert sections["retention"].title == "15 rows left when their term was over"

    assert sections["failed"].title == "1 object cannot be loaded; everything else is"
    assert sections["failed"].table is not None
    assert sections["failed"].table.rows[0][:2] == [EVIL_KEY, EVIL], "the object is named once"


def test_terms_say_how_long_what_is_kept() -> None:
    section = retention.read(Rows(), Terms(marts=12, minutes=24, superseded=1))  # type: ignore[arg-type]
    assert section.table is not None
    assert [row[1] for row in section.table.rows] == ["12 months", "24 months", "1 month", "for ever"]
    assert retention.read(Rows(), Terms()).title == "Everything is kept for ever"  # type: ignore[arg-type]


def test_an_empty_warehouse_says_what_to_do() -> None:
    page = whole_page()
    for name in ("hulk_factor", "reliability", "biometrics", "days", "runs", "freshness"):
        assert "cerebro_sample_data" in page.sections[name].empty, name
    assert page.sections["quarantine"].title == "Nothing is in quarantine"
    html = render.page_html(page)
    assert "<table" not in html
    assert "application/json" not in html
    assert 'id="failed"' not in html, "nothing is broken, so the section is not shown"


def test_a_line_breaks_where_there_are_no_readings() -> None:
    figure = figures.biometrics([bucket(0, 60.0), bucket(1, None), bucket(2, 80.0)], [])
    band, line = figure["data"][0], figure["data"][1]
    assert line["y"] == [60.0, None, 80.0]
    assert band["y"] == [60.0, 60.0, None, 80.0, 80.0, None], "a shape for each stretch"


def test_a_mission_is_marked_at_the_mean_if_there_is_one() -> None:
    buckets = [bucket(0, 60.0), bucket(1, None)]
    figure = figures.biometrics(buckets, [mission(0, is_high_risk=True), mission(1)])
    marks = figure["data"][2]
    assert marks["y"] == [60.0]
    assert marks["marker"]["color"] == ["--accent"]


def test_days_show_only_panels_with_rows() -> None:
    (row,) = EVERYTHING["days"]
    assert len(figures.days([row])["data"]) == 3
    assert len(figures.days([row | {"objects_failed": 0, "rows_rejected": 0}])["data"]) == 1


@pytest.mark.parametrize(
    ("first", "last", "minutes_a_bucket", "step"),
    [
        ("2025-01-01", "2025-01-01", 3, 1),
        ("2025-01-01", "2025-01-07", 30, 1),
        ("2025-01-01", "2025-01-30", 120, 1),
        ("2025-01-01", "2025-12-31", 1440, 12),
    ],
)
def test_longer_ranges_are_coarser(first: str, last: str, minutes_a_bucket: int, step: int) -> None:
    chosen = choose_range(first, last)
    assert chosen.bucket == timedelta(minutes=minutes_a_bucket)
    assert chosen.step == timedelta(minutes=step)


@pytest.mark.parametrize("last", ["2025-01-01", "2025-03-02", "2027-01-01", "2999-12-31", "9998-12-31"])
def test_what_is_read_is_bounded(last: str) -> None:
    chosen = choose_range("2025-01-01", last)
    length = chosen.until_minute - chosen.from_minute
    assert length / chosen.step <= MOST_MINUTES
    assert length / chosen.bucket <= MOST_BUCKETS
    assert chosen.bucket % chosen.step == timedelta(0)


@pytest.mark.parametrize(
    ("first", "last"), [("", ""), ("x", "2025-01-01"), ("2025-01-02", "2025-01-01"), ("9999-12-31", "9999-12-31")]
)
def test_an_invalid_range_is_refused_with_a_message(first: str, last: str) -> None:
    with pytest.raises(ValueError, match=r"Give both days|before the first"):
        choose_range(first, last)


def test_for_an_unknown_hero_it_says_so_and_offers_the_others() -> None:
    section = biometrics.read(Rows(heroes=[hero("thor", "Thor")]), Choice("'; drop table heroes"))
    assert section.problem
    assert section.form is not None
    assert section.form.heroes == [("thor", "Thor")]


def test_a_long_name_is_cut_for_a_chart_only() -> None:
    name = "A" * 100
    assert len(formatting.chart_text(name)) == 40
    section = hulk_factor.read(Rows(hulk_factor=[{"hero_name": name, "avg_energy_output": 1.0}]))
    assert name in render.section_html(section)


def test_instants_are_in_utc_and_ages_in_words() -> None:
    elsewhere = datetime.fromisoformat("2025-01-01T23:30:00-05:00")
    assert formatting.instant(elsewhere) == "2 Jan 2025, 04:30"
    assert formatting.ago(NOW - timedelta(minutes=61), NOW) == "1 hour ago"
    assert formatting.ago(NOW + timedelta(minutes=5), NOW) == "just now"


def test_every_reason_of_the_loaders_has_its_remedy() -> None:
    sources = [
        (names.SQL_ROOT / "loading" / "biometrics" / "judged_readings.sql").read_text(encoding="utf-8"),
        *(path.read_text(encoding="utf-8") for path in (names.PROJECT_ROOT / "include/cerebro/formats").glob("*.py")),
    ]
    reasons = set(re.findall(r"""['"]((?:missing|invalid)_\w+|no_usable_\w+)['"]""", "\n".join(sources)))
    assert {"missing_hero_id", "invalid_json"} <= reasons
    assert [reason for reason in reasons if remedy(reason).startswith("see the rows")] == []


def test_a_section_that_cannot_be_read_says_why() -> None:
    html = render.section_html(Section("days", "Days", problem=f"The tables are not there yet {EVIL}"))
    assert "The tables are not there yet" in html
    assert EVIL not in html


@pytest.mark.parametrize(("minutes", "is_healthy"), [(0, None), (3, False), (4, True)])
def test_answers_within_the_target_are_healthy(minutes: float, is_healthy: bool | None) -> None:
    """The slowest landing zone of the last day took 200 s."""
    section = latency.read(Rows(latency=EVERYTHING["latency"]), minutes)
    assert section.is_healthy is is_healthy
    assert ("; the target is" in section.title) == bool(minutes)
