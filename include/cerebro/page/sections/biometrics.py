"""The biometrics of one hero over time: which days, how fine, and what the chart shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from include.cerebro.page import figures
from include.cerebro.page.components import Column, Form, Section, Table
from include.cerebro.page.formatting import TRY_IT, count, day, instant, number, span
from include.cerebro.page.reader import Reader, Row, UnreadableWarehouseError

# A chart of 1,100 pixels does not show more points than this.
MOST_BUCKETS = 480
# Minutes that are looked up for one chart. On a year of 100 heroes: 44,000 in 0.3 s, all 525,600 in 2.7 s.
MOST_MINUTES = 45_000
MOST_MISSIONS = 300

# Widths of a bucket in minutes. Each divides the day, so that buckets begin at midnight.
WIDTHS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# Days of the links beside the form.
PRESETS = {"last day": 1, "last week": 7, "last month": 30}

SECTION = Section("biometrics", "Biometrics")


@dataclass(frozen=True)
class Choice:
    """The choices of a person, as the request has them: any may be missing or wrong. Days are ISO dates in UTC."""

    hero_id: str = ""
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True)
class Range:
    """The minutes from ``from_minute`` to before ``until_minute``, in buckets. One minute of each ``step`` is read."""

    from_minute: datetime
    until_minute: datetime
    bucket: timedelta
    step: timedelta


def read(reader: Reader, choice: Choice) -> Section:
    """Show the three measures of the chosen hero; without a choice, the last day of the Hulk Factor's first.

    Raises:
        UnreadableWarehouseError: a query failed.
    """
    heroes = reader.heroes
    if not heroes:
        return replace(SECTION, title="There are no readings yet", empty=TRY_IT)
    hero = _find_hero(reader, choice.hero_id)
    form = _form(heroes, hero or heroes[0], choice)
    if hero is None:
        return replace(SECTION, title="No readings", problem="No hero of that id has readings: choose one.", form=form)
    try:
        chosen = choose_range(form.first_day, form.last_day)
    except ValueError as error:
        return replace(SECTION, title=hero["hero_name"], problem=str(error), form=form)
    return _answer(reader, hero, chosen, form)


def choose_range(first_day: str, last_day: str) -> Range:
    """Return both days and all between them, in UTC, in buckets wide enough for one chart.

    Args:
        first_day: an ISO date.
        last_day: an ISO date, not before the first.

    Raises:
        ValueError: they are not such dates; the message is for a person.
    """
    try:
        from_minute, last_midnight = (
            datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) for text in (first_day, last_day)
        )
        until_minute = last_midnight + DAY
    except (ValueError, OverflowError):
        raise ValueError("Give both days as in 2025-01-31.") from None
    if until_minute <= from_minute:
        raise ValueError("The last day is before the first.")
    minutes = (until_minute - from_minute) // MINUTE
    least_step = -(-minutes // MOST_MINUTES)
    width = next((width for width in WIDTHS if width * MOST_BUCKETS >= minutes and width >= least_step), None)
    if width is None:
        # Decades: whole days, as many as it takes.
        width = 1440 * -(-minutes // (1440 * MOST_BUCKETS))
    step = next(step for step in range(least_step, width + 1) if width % step == 0)
    return Range(from_minute, until_minute, width * MINUTE, step * MINUTE)


def _find_hero(reader: Reader, hero_id: str) -> Row | None:
    """The hero of that id; without an id, the Hulk Factor's first, or else the first of all."""
    if hero_id:
        return next((hero for hero in reader.heroes if hero["hero_id"] == hero_id), None)
    try:
        best = [row["hero_name"] for row in reader.rows("hulk_factor", limit=1)]
    except UnreadableWarehouseError:
        best = []
    return next((hero for hero in reader.heroes if hero["hero_name"] in best), reader.heroes[0])


def _form(heroes: Sequence[Row], hero: Row, choice: Choice) -> Form:
    first, last = (hero[name].astimezone(UTC).date() for name in ("first_minute", "last_minute"))
    # By first day: presets that begin on the same day are one.
    presets = {max(first, last - (days - 1) * DAY): name for name, days in PRESETS.items()} | {first: "all"}
    return Form(
        heroes=[(row["hero_id"], row["hero_name"]) for row in heroes],
        hero_id=hero["hero_id"],
        first_day=choice.first_day or choice.last_day or last.isoformat(),
        last_day=choice.last_day or choice.first_day or last.isoformat(),
        min=first.isoformat(),
        max=last.isoformat(),
        presets=[(name, start.isoformat(), last.isoformat()) for start, name in presets.items()],
    )


def _answer(reader: Reader, hero: Row, chosen: Range, form: Form) -> Section:
    minutes = {"from_minute": chosen.from_minute, "until_minute": chosen.until_minute}
    buckets = reader.rows("series", hero_id=hero["hero_id"], bucket=chosen.bucket, step=chosen.step, **minutes)
    missions = reader.rows("missions", hero_id=hero["hero_id"], limit=MOST_MISSIONS, **minutes)
    if not any(bucket["minutes_read"] for bucket in buckets):
        return replace(
            SECTION,
            title=f"{hero['hero_name']} has no readings {_days_in_words(chosen)}",
            empty=f"There are some from {instant(hero['first_minute'])} to {instant(hero['last_minute'])}.",
            form=form,
        )
    in_all = missions[0]["in_all"] if missions else 0
    how_many = count(in_all, "mission") if in_all else "no mission"
    return replace(
        SECTION,
        title=f"{hero['hero_name']} {_days_in_words(chosen)}: {_peak_in_words(buckets)}, {how_many}",
        lead=_legend(chosen),
        figure=figures.biometrics(buckets, missions),
        note=f"The {len(missions)} missions with the greatest damage are marked." if in_all > len(missions) else "",
        table=Table.of(
            missions,
            f"Missions of {hero['hero_name']} in this time",
            [
                Column.key("Mission", "mission_id"),
                Column.instant("Began", "mission_at"),
                Column.text("Location", "location"),
                Column.text("Outcome", "outcome"),
                Column.number("Structural damage", "structural_damage"),
            ],
        ),
        form=form,
    )


def _days_in_words(chosen: Range) -> str:
    first, last = chosen.from_minute.date(), (chosen.until_minute - MINUTE).date()
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def _peak_in_words(buckets: Sequence[Row]) -> str:
    rates = [bucket["heart_rate_max"] for bucket in buckets if bucket["heart_rate_max"] is not None]
    return f"heart rate up to {number(max(rates))}" if rates else "no heart rate"


def _legend(chosen: Range) -> str:
    sample = f", from one minute in {chosen.step // MINUTE}" if chosen.step > MINUTE else ""
    points = f"A point every {span(chosen.bucket)}{sample}."
    return f"{points} Line: mean. Band: lowest to highest. Diamonds: missions, filled if high-risk."
