-- One row per object version of a landing zone that is known to be broken. is_told_again is true if reading it once
-- more would tell the same: the rules are those that judged it, and it was read less than a day ago. A refusal of the
-- store has no rules: it may end at any time.
select
    loads.object_key,
    loads.etag,
    coalesce(loads.rules_version = %(rules_version)s, false)
    and loads.loaded_at > clock_timestamp() - interval '1 day' as is_told_again
from raw.loads
where loads.landing_zone = %(landing_zone)s and loads.status = 'failed' and loads.resolved_at is null;
