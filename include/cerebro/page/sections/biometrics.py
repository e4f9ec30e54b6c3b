"""The biometrics of one hero over time: which range, how fine, and what to say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from include.cerebro.page import figures
from include.cerebro.page.reader import CannotShowError, Reader
from include.cerebro.page.section import Column, Section, Table
from include.cerebro.page.wording import NOTHING, TRY_IT, count, day, instant, number, span

# A chart of 1,100 pixels does not show more points than this.
MOST_BUCKETS = 480
# Minutes that are looked up for one chart. On a year of 100 heroes: 44,000 in 0.3 s, all 525,600 in 2.7 s.
MOST_MINUTES = 45_000
MOST_MISSIONS = 300

# Widths of a bucket in minutes, each a divisor of the day: so that buckets begin at midnight.
WIDTHS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)

PRESETS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True)
class Choice:
    """What a person chose, as it came with the request: anything may be missing or wrong. Days are in UTC."""

    hero_id: str = ""
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True)
class Range:
    """From a minute on to another (not included), in buckets, of which every ``step``th minute is read."""

    from_minute: datetime
    until_minute: datetime
    bucket: timedelta
    step: timedelta


def biometrics(reader: Reader, choice: Choice) -> Section:
    """The three measures of the chosen hero; without a choice, the last day of the Hulk Factor's first.

    Raises CannotShowError if the warehouse cannot be read.
    """
    section = partial(Section, name="biometrics", heading="Biometrics")
    heroes = reader.heroes
    if not heroes:
        return section(
            title="There are no readings yet",
            empty=TRY_IT,
        )
    hero = _chosen(reader, heroes, choice.hero_id)
    if hero is None:
        form = _form(heroes, heroes[0], choice)
        return section(title="No readings", problem="No hero of that id has readings: choose one.", form=form)
    form = _form(heroes, hero, choice)
    try:
        chosen = choose_range(form["first_day"], form["last_day"])
    except ValueError as error:
        return section(title=hero["hero_name"], problem=str(error), form=form)
    parameters = {
        "hero_id": hero["hero_id"],
        "from_minute": chosen.from_minute,
        "until_minute": chosen.until_minute,
    }
    buckets = reader.rows("series", bucket=chosen.bucket, step=chosen.step, **parameters)
    missions = reader.rows("missions", limit=MOST_MISSIONS, **parameters)
    when = _when(chosen)
    if not any(bucket["minutes_read"] for bucket in buckets):
        return section(
            title=f"{hero['hero_name']} has no readings {when}",
            empty=f"There are some from {instant(hero['first_minute'])} to {instant(hero['last_minute'])}.",
            form=form,
        )
    in_all = missions[0]["in_all"] if missions else 0
    return section(
        title=f"{hero['hero_name']} {when}: {_peak(buckets)}, {count(in_all, 'mission') if in_all else 'no mission'}",
        lead=_lead(chosen),
        figure=figures.biometrics(buckets, missions),
        note=f"The {len(missions)} missions with the greatest damage are marked." if in_all > len(missions) else "",
        table=_missions_table(hero["hero_name"], missions),
        form=form,
    )


def choose_range(first_day: str, last_day: str) -> Range:
    """Both days and all between them, in UTC, as coarse as needed.

    Raises ValueError, in words for a person, if they are no range.
    """
    try:
        first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
        from_minute = datetime(first.year, first.month, first.day, tzinfo=UTC)
        until_minute = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise ValueError("Give both days as in 2025-01-31.") from None
    if until_minute <= from_minute:
        raise ValueError("The last day is before the first.")
    minutes = (until_minute - from_minute) // timedelta(minutes=1)
    step = -(-minutes // MOST_MINUTES)
    bucket = next((width for width in WIDTHS if width * MOST_BUCKETS >= minutes and width >= step), None)
    if bucket is None:
        # Decades: whole days, as many as it takes.
        bucket = 1440 * -(-minutes // (1440 * MOST_BUCKETS))
    step = next(width for width in range(step, bucket + 1) if bucket % width == 0)
    return Range(from_minute, until_minute, timedelta(minutes=bucket), timedelta(minutes=step))


def _chosen(reader: Reader, heroes: Sequence[dict[str, Any]], hero_id: str) -> dict[str, Any] | None:
    by_id = {hero["hero_id"]: hero for hero in heroes}
    if hero_id:
        return by_id.get(hero_id)
    try:
        best = [row["hero_name"] for row in reader.rows("hulk_factor", limit=1)]
    except CannotShowError:
        best = []
    return next((hero for hero in heroes if hero["hero_name"] in best), heroes[0])


def _form(heroes: Sequence[dict[str, Any]], hero: dict[str, Any], choice: Choice) -> dict[str, Any]:
    first, last = (hero[name].astimezone(UTC).date() for name in ("first_minute", "last_minute"))
    first_day, last_day = choice.first_day or choice.last_day, choice.last_day or choice.first_day
    ranges = {max(first, last - timedelta(days=days - 1)): f"last {name}" for name, days in PRESETS.items()}
    ranges |= {first: "all"}
    return {
        "heroes": [(row["hero_id"], row["hero_name"]) for row in heroes],
        "hero_id": hero["hero_id"],
        "first_day": first_day or last.isoformat(),
        "last_day": last_day or last.isoformat(),
        "min": first.isoformat(),
        "max": last.isoformat(),
        "presets": [(name, start.isoformat(), last.isoformat()) for start, name in ranges.items()],
    }


def _when(chosen: Range) -> str:
    first, last = chosen.from_minute.date(), (chosen.until_minute - timedelta(minutes=1)).date()
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def _peak(buckets: Sequence[dict[str, Any]]) -> str:
    rates = [bucket["heart_rate_max"] for bucket in buckets if bucket["heart_rate_max"] is not None]
    return f"heart rate up to {number(max(rates))}" if rates else "no heart rate"


def _lead(chosen: Range) -> str:
    lead = f"A point every {span(chosen.bucket)}"
    if chosen.step > timedelta(minutes=1):
        lead += f"; of {chosen.step // timedelta(minutes=1)} minutes one is read"
    return f"{lead}. Line: mean. Band: lowest to highest. Diamonds: missions, filled if high-risk."


def _missions_table(hero_name: str, missions: Sequence[dict[str, Any]]) -> Table:
    return Table(
        f"Missions of {hero_name} in this time",
        [
            Column("Mission", "key"),
            Column("Began", "instant"),
            Column("Location"),
            Column("Outcome"),
            Column("Structural damage", "number"),
        ],
        [
            [
                mission["mission_id"],
                instant(mission["mission_at"]),
                mission["location"] or NOTHING,
                mission["outcome"] or NOTHING,
                number(mission["structural_damage"]),
            ]
            for mission in missions
        ],
    )
