"""How long a deployment keeps what: the terms, and the horizons that they mean on a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from include.cerebro.platform.settings import SettingInvalidError, Settings, variable


class Horizons(NamedTuple):
    """The instants before which a layer keeps nothing; None if it keeps everything.

    Attributes:
        marts: of readings in marts and analytics.
        minutes: of readings in ``raw.biometrics``.
        superseded: of the load that took the place of a superseded one.
        quarantine: of the load whose rows were rejected.
    """

    marts: datetime | None
    minutes: datetime | None
    superseded: datetime | None
    quarantine: datetime | None


class Terms(NamedTuple):
    """Months that each layer is kept; 0 is for ever.

    Attributes:
        marts: months of readings in marts and analytics, no more than those in raw.
        minutes: months of readings in ``raw.biometrics``.
        superseded: months of loads after another has taken their place.
        quarantine: months of rejected rows after their load.
    """

    marts: int = 0
    minutes: int = 0
    superseded: int = 0
    quarantine: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """Return the terms of a deployment.

        Raises:
            SettingInvalidError: the marts are to be kept longer than the minutes that they are built from.
        """
        marts, minutes = settings.keep_marts_months, settings.keep_minutes_months
        if minutes and marts > minutes:
            raise SettingInvalidError(
                f"{variable('keep_marts_months')}={marts} is more than {variable('keep_minutes_months')}={minutes}. "
                "The marts are built from these minutes, and a change of a rule builds them again: keep both as long, "
                "or the minutes longer."
            )
        return cls(marts or minutes, minutes, settings.keep_superseded_months, settings.keep_quarantine_months)

    def horizons(self, now: datetime) -> Horizons:
        """Return the horizons at an instant."""
        return Horizons(*(horizon(months, now) for months in self))


def horizon(months: int, now: datetime) -> datetime | None:
    """Return the instant before which nothing is kept: the start, in UTC, of the month so many months ago.

    Whole months go at a time, so that what is left of a month is never part of it.

    Args:
        months: the term; 0 keeps everything.
        now: the present instant.
    """
    if not months:
        return None
    today = now.astimezone(UTC)
    month = today.year * 12 + today.month - 1 - months
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) if month >= 12 else None
