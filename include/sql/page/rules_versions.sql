-- How much of what is in force was judged by which version of the rules.
select
    rules_versions.landing_zone,
    rules_versions.dataset,
    rules_versions.rules_version,
    rules_versions.objects,
    rules_versions.rows_loaded,
    rules_versions.rows_rejected,
    rules_versions.last_loaded_at
from operations.rules_versions
order by
    rules_versions.landing_zone collate "C" asc,
    rules_versions.dataset collate "C" asc,
    rules_versions.last_loaded_at desc
limit %(limit)s;
