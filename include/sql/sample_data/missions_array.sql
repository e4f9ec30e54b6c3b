-- Mission logs as one JSON array. sqlfluff cannot parse the option `array`.
copy (
    select * exclude (mission_number)
    from sample_mission_logs($from_second, $until_second, $first_part, $last_part)
    order by mission_number
) to $object_url (format json, array true); -- noqa: PRS
