-- Waits for builds of dbt's tables of records, and keeps others out until the end of the transaction.
select
    meta.take_turns(format('dbt: "%s"."staging"."int_hero_records"', current_database())),
    meta.take_turns(format('dbt: "%s"."staging"."int_mission_records"', current_database()));
