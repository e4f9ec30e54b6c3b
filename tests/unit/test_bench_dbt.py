"""The seconds of a dbt build without dbt's start."""

from bench.dbt import work_seconds


def node(*phases: tuple[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return a result of run_results.json with these phases: times of the day at which each began and ended."""
    return {
        "timing": [
            {"started_at": f"2025-01-01T{begin}Z", "completed_at": f"2025-01-01T{end}Z"} for begin, end in phases
        ]
    }


def test_the_work_lasts_from_the_first_start_of_a_node_to_the_last_end() -> None:
    # Four threads: nodes overlap, and their results are in the order of their ends.
    results = [
        node(("10:00:01.000000", "10:00:01.100000"), ("10:00:01.100000", "10:00:02.000000")),
        node(("10:00:00.500000", "10:00:00.600000"), ("10:00:00.600000", "10:00:09.750000")),
    ]
    assert work_seconds(results) == 9.25


def test_skipped_nodes_have_no_time() -> None:
    assert work_seconds([node(), node(("10:00:00.000000", "10:00:01.500000"))]) == 1.5
