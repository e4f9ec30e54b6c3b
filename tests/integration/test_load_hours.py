"""raw.load_hours accounts for the rows of raw.biometrics."""

from tests.integration.helpers import ORDINARY_TYPES, Site, parquet


def test_hours_count_the_accepted_readings_of_each_load_and_spelling(site: Site) -> None:
    """Hours are UTC's, and round down before 1970, too."""
    text = ("varchar", *ORDINARY_TYPES[1:])
    site.put_all({
        "biometrics/1.parquet": parquet([
            ("2025-01-01 13:00:00", "hulk", 80, 1, 1),
            ("2025-01-01 12:59:59.999999", "hulk", 80, 1, 1),
            ("2025-01-01 12:00:00", " hulk ", 80, 1, 1),
            ("2025-01-01 12:30:00", "hulk", 81, 1, 1),
            ("2025-01-01 12:30:00", "HULK", 80, 1, 1),
            ("2025-01-01 12:30:00", "hulk", -1, -1, -1),
            ("1969-12-31 23:59:59.999999", "hulk", 80, 1, 1),
            ("1900-01-01 00:00:00", "hulk", 80, 1, 1),
            ("9999-12-31 23:59:59", "hulk", 80, 1, 1),
        ]),
        "biometrics/2.parquet": parquet([("2025-01-01T18:29:59+05:30", "hulk", 80, 1, 1)], types=text),
        "biometrics/3.parquet": parquet([(None, "hulk", 80, 1, 1)]),
    })  # fmt: skip
    site.load()
    assert site.rows("""
        select object_key, hero_id, (hour_at at time zone 'UTC')::text, reading_count
        from raw.load_hours join raw.loads using (load_id)
        order by object_key, hour_at, hero_id collate "C"
    """) == [
        ("biometrics/1.parquet", "hulk", "1900-01-01 00:00:00", 1),
        ("biometrics/1.parquet", "hulk", "1969-12-31 23:00:00", 1),
        ("biometrics/1.parquet", "HULK", "2025-01-01 12:00:00", 1),
        ("biometrics/1.parquet", "hulk", "2025-01-01 12:00:00", 3),
        ("biometrics/1.parquet", "hulk", "2025-01-01 13:00:00", 1),
        ("biometrics/2.parquet", "hulk", "2025-01-01 12:00:00", 1),
    ]
    summed = """
        select load_id, hero_id, date_trunc('hour', minute_at, 'UTC') as hour_at, sum(reading_count)::bigint
        from raw.biometrics group by load_id, hero_id, hour_at
    """
    assert sorted(site.rows("select * from raw.load_hours")) == sorted(site.rows(summed))
    order = site.rows("select load_id, hour_at::text from raw.load_hours order by ctid")
    assert order == site.rows("select load_id, hour_at::text from raw.load_hours order by load_id, hour_at")
