-- One row per expected table or view that does not exist.
select expected.relation
from unnest(%(relations)s::text[]) as expected (relation)
where to_regclass(expected.relation) is null
order by expected.relation;
