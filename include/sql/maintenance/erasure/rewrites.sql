-- How many objects were written again without the hero, and how many were not.
select
    count(*) filter (where erasure_rewrites.problem is null) as written,
    count(*) filter (where erasure_rewrites.problem is not null) as remaining
from meta.erasure_rewrites
where erasure_rewrites.erasure_id = %(erasure_id)s;
