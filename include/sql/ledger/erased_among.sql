-- Those of the given hero ids whose hero was forgotten.
select ids.id
from unnest(%(ids)s::text[]) as ids (id)
where
    exists (
        select from raw.erasures
        where erasures.hero_hash = raw.hero_hash(ids.id)
    );
