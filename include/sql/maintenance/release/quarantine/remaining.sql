-- The rejected rows without those that are released, exactly as they were, but for the reasons of those that are
-- rejected again.
select quarantined.* replace (coalesce(rejected_again.reason, quarantined.reason) as reason)
from quarantined
left join rejected_again on quarantined.row_number = rejected_again.quarantine_row
where quarantined.reason <> getvariable('release_reason') or rejected_again.reason is not null
order by quarantined.row_number
