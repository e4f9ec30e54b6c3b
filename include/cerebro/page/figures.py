"""The charts: figures of plotly.js in JSON form (docs/decisions/0035-charts.md says why plain dictionaries).

A colour is the name of a variable of the style sheet (``--accent``). The script puts its value in when it draws, so
that a chart follows light and dark.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, TypedDict

from include.cerebro.page.formatting import chart_text, number
from include.cerebro.page.reader import Row

# A trace, an axis or a layout of plotly.js: JSON, for whose schema there are no types in Python.
Json = dict[str, Any]


class Figure(TypedDict):
    """A chart as plotly.js draws it."""

    data: list[Json]
    layout: Json


@dataclass(frozen=True)
class Panel:
    """One of several charts below each other, which share an x axis."""

    title: str
    traces: Sequence[Json]
    yaxis: Json


# Pixels of a bar with the space around it, and what a chart needs besides.
BAR_HEIGHT, CHART_MARGIN = 28, 24
# Fewer bars than this look lost when they fill the width.
FEWEST_DAYS = 10

# No axis zooms: a swipe over a chart scrolls the page.
AXIS: Json = {"fixedrange": True, "zeroline": False}
BARS: Json = {"type": "bar", "textposition": "outside", "cliponaxis": False, "constraintext": "none"}

MEASURES = {
    "heart_rate": "Heart rate, beats per minute",
    "stress_level": "Stress level",
    "energy_output": "Energy output",
}


def ranking(names: Sequence[str], values: Sequence[float], labels: Sequence[str]) -> Figure:
    """Draw horizontal bars, the first on top and in the accent colour.

    Args:
        names: the name of each bar, on the axis.
        values: the length of each bar.
        labels: the text behind each bar.
    """
    # The axis has places, because two heroes may have one name.
    places = list(range(len(names)))
    bars = BARS | {
        "orientation": "h",
        "y": places,
        "x": list(values),
        "text": [chart_text(text) for text in labels],
        "marker": {"color": ["--accent" if place == 0 else "--muted" for place in places]},
        "hoverinfo": "skip",
    }
    # Leaves room for the text behind the longest bar, on a telephone, too.
    x_end = (1 + 0.035 * max(map(len, labels))) * max([*values, 1e-9])
    name_axis = {
        "autorange": "reversed",
        "tickvals": places,
        "ticktext": [f"{chart_text(name, 24)}  " for name in names],
        "automargin": True,
        "showgrid": False,
    }
    layout = {
        "height": BAR_HEIGHT * len(names) + CHART_MARGIN,
        "margin": {"l": 8, "r": 8, "t": 4, "b": 4},
        "bargap": 0.35,
        "xaxis": AXIS | {"visible": False, "range": [0, x_end]},
        "yaxis": AXIS | name_axis,
    }
    return {"data": [bars], "layout": layout}


def biometrics(buckets: Sequence[Row], missions: Sequence[Row]) -> Figure:
    """Draw a panel for each measure: the mean as a line, lowest to highest as a band, the missions as diamonds.

    Args:
        buckets: the rows of series.sql; at least one.
        missions: the rows of missions.sql, none of them before the first bucket.
    """
    times = [bucket["bucket_at"] for bucket in buckets]
    width = times[-1] - times[-2] if len(times) > 1 else timedelta(minutes=1)
    panels = []
    for measure, title in MEASURES.items():
        mean = [bucket[measure] for bucket in buckets]
        line = {"type": "scatter", "mode": "lines", "x": [_plotly_time(time) for time in times], "y": mean} | {
            "name": title.split(",")[0],
            "line": {"color": "--line", "width": 1.6},
            "hovertemplate": "%{y:,.1f}",
        }
        at_missions = [mean[bisect_right(times, mission["mission_at"]) - 1] for mission in missions]
        traces = [_band(buckets, measure), line, _diamonds(missions, at_missions)]
        panels.append(Panel(title, traces, {"rangemode": "tozero", "nticks": 4}))
    xaxis = {"type": "date", "range": [_plotly_time(times[0]), _plotly_time(times[-1] + width)]}
    layout = {"height": 540, "margin": {"l": 52, "r": 12, "t": 28, "b": 0}, "hovermode": "x unified"}
    return _stacked(panels, xaxis, layout, share=0.74)


def days(rows: Sequence[Row]) -> Figure:
    """Draw a panel of bars by day for rows loaded, rows rejected and objects failed, each only if there are any.

    Args:
        rows: the rows of days.sql, oldest first; at least one.
    """
    names = [f"{row['day'].day} {row['day']:%b}" for row in rows]
    panels = []
    for column, title, colour in (
        ("rows_loaded", "Rows loaded", "--muted"),
        ("rows_rejected", "Rows in quarantine", "--warning"),
        ("objects_failed", "Objects failed", "--bad"),
    ):
        values = [row[column] for row in rows]
        if not any(values):
            continue
        bars = BARS | {
            "x": list(range(len(rows))),
            "y": values,
            # On every bar while there is room for it.
            "text": [number(value) if value else "" for value in values] if len(rows) <= FEWEST_DAYS else None,
            "customdata": names,
            "hovertemplate": f"%{{customdata}}: %{{y:,}}<extra>{title}</extra>",
            "marker": {"color": colour},
        }
        panels.append(Panel(title, [bars], {"visible": False, "range": [0, 1.3 * max(values)]}))
    ticks = list(range(0, len(rows), max(1, len(rows) // 7)))
    xaxis = {
        "range": [-0.5, max(FEWEST_DAYS, len(rows)) - 0.5],
        "tickvals": ticks,
        "ticktext": [names[tick] for tick in ticks],
    }
    layout = {"height": 130 * len(panels) + 40, "margin": {"l": 8, "r": 8, "t": 28, "b": 28}, "bargap": 0.3}
    return _stacked(panels, xaxis, layout, share=0.72)


def _stacked(panels: Sequence[Panel], xaxis: Json, layout: Json, *, share: float) -> Figure:
    """Panels below each other, with the titles above and the x axis below the last; ``share`` of each is the chart."""
    data: list[Json] = []
    axes: Json = {}
    titles: list[Json] = []
    axis = "y"
    for place, panel in enumerate(panels):
        axis = "y" if place == 0 else f"y{place + 1}"
        top = 1 - place / len(panels)
        axes[axis.replace("y", "yaxis")] = AXIS | {"domain": [top - share / len(panels), top]} | panel.yaxis
        position = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"}
        titles.append({"text": panel.title, "showarrow": False} | position)
        data += [trace | {"xaxis": "x", "yaxis": axis} for trace in panel.traces]
    axes["xaxis"] = AXIS | {"anchor": axis, "showgrid": False} | xaxis
    return {"data": data, "layout": layout | axes | {"annotations": titles}}


def _band(buckets: Sequence[Row], measure: str) -> Json:
    """From the lowest to the highest reading: one closed shape for each stretch without a gap."""
    low, high = f"{measure}_min", f"{measure}_max"
    x: list[str | None] = []
    y: list[float | None] = []
    for has_readings, stretch in groupby(buckets, lambda bucket: bucket[low] is not None):
        if has_readings:
            rows = list(stretch)
            times = [_plotly_time(row["bucket_at"]) for row in rows]
            x += [*times, *reversed(times), None]
            y += [*(row[high] for row in rows), *(row[low] for row in reversed(rows)), None]
    outline = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": {"width": 0}}
    return outline | {"fill": "toself", "fillcolor": "--band", "hoverinfo": "skip"}


def _diamonds(missions: Sequence[Row], means: Sequence[float | None]) -> Json:
    """A diamond for each mission at the mean of its bucket; none where the bucket has no readings."""
    marked = [(mission, mean) for mission, mean in zip(missions, means, strict=True) if mean is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [_plotly_time(mission["mission_at"]) for mission, _ in marked],
        "y": [mean for _, mean in marked],
        "text": [_mission_text(mission) for mission, _ in marked],
        "hovertemplate": "%{text}",
        "name": "Mission",
        "marker": {
            "symbol": "diamond",
            "size": 10,
            "color": ["--accent" if mission["is_high_risk"] else "--surface" for mission, _ in marked],
            "line": {"color": "--accent", "width": 1.5},
        },
    }


def _mission_text(mission: Row) -> str:
    parts = [mission["mission_id"], mission["location"], mission["outcome"]]
    if mission["structural_damage"] is not None:
        parts.append(f"damage {number(mission['structural_damage'])}")
    return ", ".join(chart_text(part) for part in parts if part)


def _plotly_time(moment: datetime) -> str:
    """Plotly knows no zones and shows what it is given: UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
