-- Whether minutes of the last layout may have fallen together; see merge_minutes.sql.
select getvariable('is_local') or count(distinct hero_id) < count(*) as fell_together
from delivered_heroes
where reason is null;
