"""A warehouse of each released version, with its history, becomes one of the present project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from include.cerebro.schema.migrations import read_migrations, schema_version
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.schema.suitability import UnsuitableWarehouseError
from tests.integration.helpers import Site, copy_site
from tests.integration.releases import DUMPS, catalog, contents, deliver, restore_dump

every_release = pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)


@pytest.fixture
def new(site: Site) -> Iterator[Site]:
    """A new warehouse."""
    copy = copy_site(site)
    yield copy
    copy.drop()


@every_release
def test_an_upgraded_warehouse_equals_a_new_one(site: Site, new: Site, dump: Path) -> None:
    """A rebuild after an upgrade left out indexes, and tables of models that are gone stayed."""
    restore_dump(site, dump)
    for delivered in (site, new):
        deliver(delivered, 1)
        deliver(delivered, 2)
    ledger = site.ledger()
    # Each tries it once.
    assert site.restore().failed == new.restore().failed == ["biometrics/broken.parquet"]
    # Nothing that it knew was loaded again.
    assert site.ledger() == ledger
    assert catalog(site) == catalog(new)
    assert contents(site) == contents(new)
    # Corrections, late readings and new heroes go on from there.
    for delivered in (site, new):
        deliver(delivered, 3)
        assert delivered.restore().failed == []
    assert contents(site) == contents(new)
    assert catalog(site) == catalog(new)


@every_release
def test_each_migration_is_executed_once(site: Site, dump: Path) -> None:
    restore_dump(site, dump)
    recorded = "select name, is_executed from meta.migrations order by number, name"
    released = {name for (name,) in site.rows("select to_regclass('meta.migrations')::text") if name}
    past = {name for name, _ in site.rows(recorded)} if released else set()
    prepare_warehouse(site.warehouse)
    assert site.rows(recorded) == [(it.name, it.name not in past) for it in read_migrations("cerebro")]
    before = site.rows("select xmin::text, * from meta.migrations")
    prepare_warehouse(site.warehouse)
    assert site.rows("select xmin::text, * from meta.migrations") == before


@every_release
def test_a_changed_schema_has_a_higher_version_than_the_last_release(site: Site, dump: Path) -> None:
    """Otherwise the release's project would not be kept from a warehouse that this one has changed."""
    checksum = "select checksum from meta.schema_versions order by applied_at desc limit 1"
    present = site.rows(checksum)
    restore_dump(site, dump)
    if site.rows("select to_regclass('meta.migrations')") == [(None,)]:
        assert schema_version(read_migrations("cerebro")) > 0
    elif site.rows(checksum) != present:
        ((version,),) = site.rows("select max(number) from meta.migrations")
        assert schema_version(read_migrations("cerebro")) > version


@pytest.mark.parametrize(
    ("relation", "migration", "said", "is_done"),
    [
        ("staging.int_loads", "0007_models_of_0_1_0", "view mine depends on table",
         "to_regclass('staging.int_loads') is null"),
        ("operations.load_history", "0013_views_of_operations", "view mine depends on view",
         "exists (select landing_zone, landed_at from operations.load_history)"),
    ],
)  # fmt: skip
def test_a_view_of_a_user_on_what_leaves_is_named(
    site: Site, relation: str, migration: str, said: str, is_done: str
) -> None:
    restore_dump(site, DUMPS[0])
    with site.superuser() as cursor:
        cursor.execute(f"create view public.mine as select * from {relation}")
    with pytest.raises(UnsuitableWarehouseError) as raised:
        prepare_warehouse(site.warehouse)
    assert f"(in include/sql/migrations/{migration}.sql). {said}" in str(raised.value)
    assert site.rows("select max(number) from meta.migrations") == [(int(migration[:4]) - 1,)]
    assert site.rows("select count(*) >= 0 from public.mine") == [(True,)]
    with site.superuser() as cursor:
        cursor.execute("drop view public.mine")
    prepare_warehouse(site.warehouse)
    assert site.rows(f"select {is_done}") == [(True,)]


def test_a_grant_on_a_view_that_gets_columns_in_its_midst_stays(site: Site) -> None:
    restore_dump(site, DUMPS[0])
    with site.superuser() as cursor:
        for grantee in ("public", "pg_monitor with grant option"):
            cursor.execute(f"grant select on operations.load_history to {grantee}")
    prepare_warehouse(site.warehouse)
    rights = "select grantee::regrole::text, is_grantable from pg_class, aclexplode(relacl) where oid = %s::regclass"
    assert site.rows(f"{rights} and grantee <> relowner order by 1", ["operations.load_history"]) == [
        ("-", False),
        ("cerebro_analyst", False),
        ("pg_monitor", True),
    ]
