{#- Builds of one model take turns, whoever started them: until the end of the transaction
    any other build of it waits here. Two that create the same relation at once would
    collide in PostgreSQL's catalog.

    It waits without limit: the other build may take as long as a whole table. The
    session's lock_timeout is for locks of readers and holds again afterwards. -#}
{% macro take_turns() %}
    {%- call statement('take_turns') %}
    do $$
    declare
        lock_timeout_before text := current_setting('lock_timeout');
    begin
        perform set_config('lock_timeout', '0', true);
        perform pg_advisory_xact_lock(
            hashtextextended('dbt: {{ this }}', 0)
        );
        perform set_config('lock_timeout', lock_timeout_before, true);
    end
    $$;
    {%- endcall %}
{% endmacro %}
