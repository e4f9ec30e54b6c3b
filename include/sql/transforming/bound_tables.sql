-- What others have made of tables that cannot go over to new ones, by table.
select
    expected.relation,
    meta.bound_to(expected.relation) as bound_to
from unnest(%(relations)s::text[]) as expected (relation);
