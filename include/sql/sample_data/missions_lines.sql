-- Mission logs as JSON lines.
copy (
    select * exclude (mission_number)
    from sample_mission_logs($from_second, $until_second, $first_part, $last_part)
    order by mission_number
) to $object_url (format json);
