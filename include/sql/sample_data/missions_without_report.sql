-- Mission logs of a field office that knows nothing of locations and damage: the fields are not there at all.
copy (
    select * exclude (mission_number, location, damage_report)
    from sample_mission_logs($from_second, $until_second, $first_part, $last_part)
    order by mission_number
) to $object_url (format json);
