"""The charts, as Plotly's figures in JSON form.

Colours are names of the style sheet's variables (``--accent``), which the script puts in when it draws: so a chart
follows light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from include.cerebro.page.wording import label, number

Figure = dict[str, Any]
Row = dict[str, Any]

# Pixels of a bar with the space around it, and what a chart needs besides.
BAR_HEIGHT, CHART_MARGIN = 28, 24
# Shares of the height that each of the three measures has, and that lies between two.
PANEL, GAP = 0.27, 0.095
# Fewer bars than this look lost when they fill the width.
FEWEST_DAYS = 10

MEASURES = {
    "heart_rate": "Heart rate, beats per minute",
    "stress_level": "Stress level",
    "energy_output": "Energy output",
}


def ranking(names: Sequence[str], values: Sequence[float], labels: Sequence[str]) -> Figure:
    """Horizontal bars, best first, each with its name and its value; the first stands out."""
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                # By place: two heroes may have one name.
                "y": list(range(len(names))),
                "x": list(values),
                "text": [label(text) for text in labels],
                "textposition": "outside",
                "cliponaxis": False,
                "constraintext": "none",
                "marker": {"color": ["--accent" if place == 0 else "--muted" for place in range(len(names))]},
                "hoverinfo": "skip",
            }
        ],
        "layout": {
            "height": BAR_HEIGHT * len(names) + CHART_MARGIN,
            "margin": {"l": 8, "r": 8, "t": 4, "b": 4},
            "bargap": 0.35,
            # Room for the value behind the longest bar, on a telephone, too.
            "xaxis": {
                "visible": False,
                "range": [0, (1 + 0.035 * max(map(len, labels))) * max([*values, 1e-9])],
                "fixedrange": True,
            },
            "yaxis": {
                "autorange": "reversed",
                "tickvals": list(range(len(names))),
                "ticktext": [f"{label(name, 24)}  " for name in names],
                "automargin": True,
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
            },
        },
    }


def biometrics(buckets: Sequence[Row], missions: Sequence[Row]) -> Figure:
    """The three measures below each other: mean, lowest to highest, and the missions on the line of the mean.

    ``buckets``: the rows of series.sql, without gaps. ``missions``: the rows of missions.sql.
    """
    times = [_moment(bucket["bucket_at"]) for bucket in buckets]
    width = buckets[-1]["bucket_at"] - buckets[-2]["bucket_at"] if len(buckets) > 1 else timedelta(minutes=1)
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": 540,
        "margin": {"l": 52, "r": 12, "t": 28, "b": 44},
        "hovermode": "x unified",
        "annotations": [],
        "xaxis": {
            "type": "date",
            "range": [times[0], _moment(buckets[-1]["bucket_at"] + width)],
            "anchor": "y3",
            "showgrid": False,
            "fixedrange": True,
        },
    }
    for place, (measure, title) in enumerate(MEASURES.items()):
        axis = "y" if place == 0 else f"y{place + 1}"
        top = 1 - place * (PANEL + GAP)
        layout["yaxis" if place == 0 else f"yaxis{place + 1}"] = {
            "domain": [max(0, top - PANEL), top],
            "rangemode": "tozero",
            "nticks": 4,
            "fixedrange": True,
            "zeroline": False,
        }
        layout["annotations"].append(
            {"text": title, "xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"}
            | {"showarrow": False}
        )
        data.append(_band(times, buckets, measure) | {"xaxis": "x", "yaxis": axis})
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": times,
                "y": [bucket[measure] for bucket in buckets],
                "xaxis": "x",
                "yaxis": axis,
                "name": title.split(",")[0],
                "line": {"color": "--line", "width": 1.6},
                "hovertemplate": "%{y:,.1f}",
            }
        )
        data.append(_marks(buckets, missions, measure) | {"xaxis": "x", "yaxis": axis})
    return {"data": data, "layout": layout}


def _band(times: Sequence[str], buckets: Sequence[Row], measure: str) -> dict[str, Any]:
    """From the lowest to the highest: one closed shape for each stretch without a gap."""
    x: list[Any] = []
    y: list[Any] = []
    stretch: list[tuple[str, float, float]] = []
    for time, bucket in [*zip(times, buckets, strict=True), (None, None)]:
        if bucket is not None and bucket[f"{measure}_min"] is not None:
            stretch.append((str(time), bucket[f"{measure}_min"], bucket[f"{measure}_max"]))
        elif stretch:
            x += [point[0] for point in stretch] + [point[0] for point in reversed(stretch)] + [None]
            y += [point[2] for point in stretch] + [point[1] for point in reversed(stretch)] + [None]
            stretch = []
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": "--band",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _marks(buckets: Sequence[Row], missions: Sequence[Row], measure: str) -> dict[str, Any]:
    marked = []
    for mission in missions:
        before = [bucket for bucket in buckets if bucket["bucket_at"] <= mission["mission_at"]]
        if before and before[-1][measure] is not None:
            marked.append((mission, before[-1][measure]))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [_moment(mission["mission_at"]) for mission, _ in marked],
        "y": [value for _, value in marked],
        "text": [_mission(mission) for mission, _ in marked],
        "hovertemplate": "%{text}",
        "name": "Mission",
        "marker": {
            "symbol": "diamond",
            "size": 10,
            "color": ["--accent" if mission["is_high_risk"] else "--surface" for mission, _ in marked],
            "line": {"color": "--accent", "width": 1.5},
        },
    }


def _mission(mission: Row) -> str:
    parts = [mission["mission_id"], mission["location"], mission["outcome"]]
    if mission["structural_damage"] is not None:
        parts.append(f"damage {number(mission['structural_damage'])}")
    return ", ".join(label(part) for part in parts if part)


def days(rows: Sequence[Row]) -> Figure:
    """Bars by day: rows loaded, rows rejected, objects failed; each on a scale of its own, and only if there are any.

    ``rows``: those of days.sql, oldest first.
    """
    panels = [
        ("rows_loaded", "Rows loaded", "--muted"),
        ("rows_rejected", "Rows in quarantine", "--warning"),
        ("objects_failed", "Objects failed", "--bad"),
    ]
    panels = [panel for panel in panels if any(row[panel[0]] for row in rows)]
    names = [f"{row['day'].day} {row['day']:%b}" for row in rows]
    ticks = list(range(0, len(rows), max(1, len(rows) // 7)))
    layout: dict[str, Any] = {
        "height": 130 * len(panels) + 40,
        "margin": {"l": 8, "r": 8, "t": 28, "b": 28},
        "annotations": [],
        "bargap": 0.3,
        "xaxis": {
            "range": [-0.5, max(FEWEST_DAYS, len(rows)) - 0.5],
            "tickvals": ticks,
            "ticktext": [names[tick] for tick in ticks],
            "anchor": "y" if len(panels) == 1 else f"y{len(panels)}",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    }
    data = []
    for place, (column, title, colour) in enumerate(panels):
        axis = "y" if place == 0 else f"y{place + 1}"
        top = 1 - place / len(panels)
        values = [row[column] for row in rows]
        layout["yaxis" if place == 0 else f"yaxis{place + 1}"] = {
            "domain": [top - 0.72 / len(panels), top],
            "visible": False,
            "range": [0, 1.3 * max(values)],
            "fixedrange": True,
        }
        layout["annotations"].append(
            {"text": title, "xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"}
            | {"showarrow": False}
        )
        data.append(
            {
                "type": "bar",
                "x": list(range(len(rows))),
                "y": values,
                "xaxis": "x",
                "yaxis": axis,
                # On every bar while there is room for it.
                "text": [number(value) if value else "" for value in values] if len(rows) <= FEWEST_DAYS else None,
                "textposition": "outside",
                "cliponaxis": False,
                "constraintext": "none",
                "customdata": names,
                "hovertemplate": f"%{{customdata}}: %{{y:,}}<extra>{title}</extra>",
                "marker": {"color": colour},
            }
        )
    return {"data": data, "layout": layout}


def _moment(moment: datetime) -> str:
    """Plotly knows no zones; what it is given it shows as it is: UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
