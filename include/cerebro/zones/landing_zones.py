"""The landing zones: where objects are delivered, and how each of these places is understood.

They are read from one YAML file (``CEREBRO_LANDING_ZONES``). Without it there is one zone, ``cerebro``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, ValidationError, field_validator

from include.cerebro.formats.rules import DEFAULT_RULES, FormatRules
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE, LANDING_ZONES_FILE, MINIO_CONN_ID
from include.cerebro.platform.settings import Settings, variable
from include.cerebro.zones.places import Place, folder
from include.cerebro.zones.yaml_lines import Lines, read_yaml

DatasetName = Literal["heroes", "missions", "biometrics"]
HOW_TO = "docs/how-to/connect-a-landing-zone.md describes every field"


class LandingZonesInvalidError(FinalError, ValueError):
    """The file of the landing zones cannot be used; the message names file, line, zone, field and remedy."""


class LandingZone(BaseModel):
    """A landing zone: ``s3://bucket/prefix/`` behind an Airflow connection, and the rules of its objects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    """Its name, which is part of every object's identity. Renaming a zone loads everything once more."""

    connection: Annotated[str, Field(min_length=1)] = MINIO_CONN_ID
    """Airflow connection of type ``aws``."""

    bucket: Annotated[str, Field(pattern=r"^[^/\s]+$")]
    """Bucket; by default what the Airflow Variable ``cerebro_bucket`` names."""

    prefix: str = ""
    """Folder in the bucket; by default the whole bucket is the zone."""

    rules: FormatRules = DEFAULT_RULES
    """How values are understood."""

    overlap: Literal["count", "reject"] = "count"
    """What becomes of readings that another object delivers again."""

    stale_after_hours: dict[DatasetName, NonNegativeFloat] = {}
    """Hours without a new object after which a dataset is stale; by default CEREBRO_STALE_AFTER_HOURS."""

    quarantine_alert_share: dict[DatasetName, NonNegativeFloat] = {}
    """Share of rejected rows that is worth an alert; by default CEREBRO_QUARANTINE_ALERT_SHARE."""

    @field_validator("prefix")
    @classmethod
    def _folder(cls, prefix: str) -> str:
        if prefix.startswith("/"):
            raise ValueError("a prefix does not begin with a slash")
        return folder(prefix)

    @property
    def place(self) -> Place:
        """Bucket and prefix."""
        return Place(self.bucket, self.prefix)

    def __str__(self) -> str:
        """The zone as people read of it."""
        return f"landing zone {self.name} ({self.place.url}, connection {self.connection})"


def read_landing_zones(settings: Settings, default_bucket: str) -> tuple[LandingZone, ...]:
    """Return the landing zones of this deployment, in the order of the file.

    Args:
        settings: names the file and the places that are written to.
        default_bucket: the bucket of a zone that names none.

    Raises:
        LandingZonesInvalidError: the file is missing although a setting names it, or cannot be used.
    """
    path = settings.landing_zones
    zones: tuple[LandingZone, ...] = (LandingZone(name=DEFAULT_LANDING_ZONE, bucket=default_bucket),)
    if path.exists():
        zones = parse_landing_zones(path, path.read_text(encoding="utf-8"), default_bucket)
    elif path != LANDING_ZONES_FILE:
        raise LandingZonesInvalidError(
            f"{path}: there is no such file, but {variable('landing_zones')} names it. Create it, or unset the "
            f"variable for the one zone {DEFAULT_LANDING_ZONE}."
        )
    for name, place in written_places(settings).items():
        for zone in zones:
            # All are written through the connection minio.
            is_around = zone.place.url.startswith(place.url)
            if zone.connection == MINIO_CONN_ID and is_around:
                raise LandingZonesInvalidError(
                    f"{variable(name)}={getattr(settings, name)}: {zone} lies within {place.url}, so that the pipeline "
                    "would write where it reads. Name another bucket, or a prefix: bucket/prefix."
                )
    return zones


def written_places(settings: Settings) -> dict[str, Place]:
    """Return the places that the pipeline writes to, by the setting that names each."""
    names = ("quarantine_bucket", "reports_bucket", "archive_bucket")
    return {name: Place.parse(text) for name in names if (text := getattr(settings, name))}


def parse_landing_zones(path: Path, text: str, default_bucket: str) -> tuple[LandingZone, ...]:
    """Return the landing zones that a YAML text describes; ``path`` is for messages. Raises as read_landing_zones."""
    content, lines = read_yaml(path, text, LandingZonesInvalidError)
    entries = content.get("landing_zones") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries or set(content) != {"landing_zones"}:
        raise LandingZonesInvalidError(
            f"{path}:1: the file must have one key, landing_zones, with a list of at least one zone. {HOW_TO}."
        )
    zones = tuple(_zone(path, lines, number, entry, default_bucket) for number, entry in enumerate(entries))
    _refuse_conflicts(path, lines, zones)
    return zones


def _zone(path: Path, lines: Lines, number: int, entry: object, default_bucket: str) -> LandingZone:
    try:
        if not isinstance(entry, dict):
            return LandingZone.model_validate(entry)
        zone = LandingZone.model_validate({"bucket": default_bucket} | entry)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        name = entry.get("name") if isinstance(entry, dict) else None
        raise LandingZonesInvalidError(
            f"{path}:{lines.of('landing_zones', number, *problem['loc'])}: landing zone {name or number + 1}, field "
            f"{field or '(all of it)'}: {_message(problem['type'], problem['msg'])}"
        ) from error
    try:
        ZoneInfo(zone.rules.time_zone)
    except (OSError, ValueError, KeyError) as error:
        raise LandingZonesInvalidError(
            f"{path}:{lines.of('landing_zones', number, 'rules', 'time_zone')}: landing zone {zone.name}, field "
            f"rules.time_zone: there is no time zone {zone.rules.time_zone!r}. Use a name of the IANA's list, for "
            "example Europe/Berlin."
        ) from error
    return zone


def _message(kind: str, message: str) -> str:
    """Return what is wrong with a field, and what to do."""
    if kind == "extra_forbidden":
        return f"it is not known. Correct its name or remove it; {HOW_TO}."
    if kind == "missing":
        return f"it is missing. Add it; {HOW_TO}."
    return f"{message.removeprefix('Value error, ')}. Correct it; {HOW_TO}."


def _refuse_conflicts(path: Path, lines: Lines, zones: Sequence[LandingZone]) -> None:
    """Raise if two zones have one name, or if objects would belong to two zones."""
    for number, zone in enumerate(zones):
        for before in zones[:number]:
            if zone.name == before.name:
                line = lines.of("landing_zones", number, "name")
                raise LandingZonesInvalidError(
                    f"{path}:{line}: landing zone {zone.name}, field name: another zone has the same name. Give each "
                    "a name of its own."
                )
            if zone.connection == before.connection and zone.place.overlaps(before.place):
                line = lines.of("landing_zones", number, "prefix")
                raise LandingZonesInvalidError(
                    f"{path}:{line}: landing zone {zone.name}, field prefix: {zone.place.url} overlaps "
                    f"{before.place.url} of the zone {before.name}, so that objects would be loaded twice. Give each "
                    "a bucket or a prefix of its own."
                )


def zone_named(zones: Iterable[LandingZone], name: str) -> LandingZone:
    """Return the zone of that name.

    Raises:
        LandingZonesInvalidError: there is none any more.
    """
    for zone in zones:
        if zone.name == name:
            return zone
    raise LandingZonesInvalidError(
        f"There is no landing zone {name}: it was removed from the file after this run found objects in it. Nothing "
        "of it was loaded. Clear the run to begin again."
    )
