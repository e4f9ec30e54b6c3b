"""The plots of growth: their exponents, and the sections that have one."""

from xml.etree import ElementTree

import pytest

from bench.exponents import at_most_flat, at_most_linear, cpu_points, exponents
from bench.measure import Measurement, Sample
from bench.publish.growth import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw, plots, table
from bench.publish.machine import Machine
from bench.publish.results import Result
from bench.report import Figure, Section

HEADERS = ("readings", "way", "wall s", "peak MiB")
ROWS = [
    ("500 M", "ours & theirs", "100.0", "200"),
    ("5 M (47 MiB)", "ours & theirs", Figure([1, 1, 2]), "200 (190–210)"),
    ("50 M (469 MiB)", "ours & theirs", "10.0 (9.0–11.0)", "200"),
    ("5 M (47 MiB)", "another", "3.0", "900"),
]


def result(rows: list[tuple[str, ...]]) -> Result:
    section = Section("load", "Load", "", HEADERS, rows)
    return Result(section, "large", "2026-11-24", None, 1, Machine("CPU", 2, 16, "Linux"), None)


def test_the_exponents_are_those_of_the_whole_and_of_the_last_step() -> None:
    assert exponents([(1, 1), (10, 10), (100, 1000)]) == pytest.approx((1.5, 2))


def test_what_is_new_is_judged_by_its_last_step() -> None:
    target = at_most_linear("load", [(1, 1), (10, 50), (100, 500)])
    assert (target.claim, target.measured) == ("load: growth in the last step", "n^1.00")
    assert target.holds
    assert not at_most_linear("load", [(1, 1), (10, 1), (100, 15)]).holds


def test_what_is_there_is_judged_by_the_whole() -> None:
    assert at_most_flat("day", [(1, 10), (10, 30), (100, 15)]).holds
    assert not at_most_flat("day", [(1, 10), (10, 16), (100, 16)]).holds


def test_the_processor_time_of_services_counts() -> None:
    sample = Sample([Measurement(9, 1, 9, services_cpu_s=cpu_s) for cpu_s in (2, 3, 9)])
    assert cpu_points({10: sample, 1: sample}) == [(1, 4), (10, 4)]


def test_a_section_of_three_sizes_has_a_plot_for_time_and_for_memory() -> None:
    wall, peak = plots(result(ROWS))
    assert (wall.file, peak.file) == ("load-wall-s.svg", "load-peak-mib.svg")
    assert "ours &amp; theirs: n^1.00; last step n^1.00" in wall.svg
    assert "ours &amp; theirs: n^0.00; last step n^0.00" in peak.svg
    assert "another (one size)" in wall.svg
    texts = [text.text for text in ElementTree.fromstring(wall.svg).iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "Load: wall s against readings"
    assert {"5 M", "50 M", "500 M", "1", "10", "100"} <= set(texts)


def test_the_table_has_the_exponents_of_the_lines_of_three_sizes() -> None:
    assert table([result(ROWS)]) == [
        ("[Load](#load)", "ours & theirs", "wall s", "5 M to 500 M readings", "1.00", "1.00"),
        ("[Load](#load)", "ours & theirs", "peak MiB", "5 M to 500 M readings", "0.00", "0.00"),
    ]


def test_two_sizes_or_rows_without_a_size_have_no_plot() -> None:
    assert plots(result(ROWS[1:])) == []
    assert plots(result([*ROWS, ("all", "ours", "1", "1")])) == []


def test_a_line_is_inside_the_plot() -> None:
    svg = ElementTree.fromstring(draw("t", {"a": [(1, 0.02), (7, 5), (100, 7000)]}))
    for circle in svg.iter("{http://www.w3.org/2000/svg}circle"):
        assert LEFT <= float(circle.attrib["cx"]) <= WIDTH - RIGHT + 20  # the legend's, too
        assert TOP <= float(circle.attrib["cy"]) <= HEIGHT - BOTTOM
