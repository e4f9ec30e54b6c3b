-- Mission logs without the fields for location and damage report.
copy (
    select * exclude (mission_number, location, damage_report)
    from sample_mission_logs($from_second, $until_second, $first_part, $last_part)
    order by mission_number
) to $object_url (format json);
