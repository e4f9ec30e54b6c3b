{#- Writes new values of dim_heroes to the big table's rows where they stand: a changed
    attribute moves no row. `order by` has PostgreSQL look up a row of a hero in the key: it
    would read the table up to the hero's first row, for each hero anew. Heroes of stale spellings
    alone may have other attributes: to look up 10,000 in 36 months takes 1 s. Another build,
    which has the turn, may wait for the rows that are written here. -#}
{% macro update_hero_attributes() %}
    {%- set hero_ids, stale_spellings = ref('int_hero_ids'), ref('int_stale_spellings') %}
    {% if is_incremental() %}
    {{ begin_build_sql() }}
    update {{ this }} as target
    set
        hero_name = changed.hero_name,
        alter_ego = changed.alter_ego
    from (
        select heroes.hero_id, heroes.hero_name, heroes.alter_ego
        from {{ ref('dim_heroes') }} as heroes
        cross join lateral (
            select any_row.hero_name, any_row.alter_ego
            from {{ this }} as any_row
            where any_row.hero_id = heroes.hero_id
            order by any_row.timestamp
            limit 1
        ) as shown
        where
            heroes.hero_id in (
                select hero_ids.hero_id
                from {{ hero_ids }} as hero_ids
                inner join {{ stale_spellings }} as stale
                    on hero_ids.hero_key = stale.hero_key
            )
            and (
                heroes.hero_name is distinct from shown.hero_name
                or heroes.alter_ego is distinct from shown.alter_ego
            )
    ) as changed
    where target.hero_id = changed.hero_id;
    {% endif %}
{% endmacro %}


{#- Updates the ids of heroes whose best spelling has changed. The hero keeps the row, and
    the foreign keys cascade the new id to all references. Under another rule several rows may be
    one hero: one of them gets the id, and the model deletes the others. Ids that changed between
    this and the model's query would be those of a hero who left: the readings would leave with
    the row. -#}
{% macro update_hero_ids() %}
    {%- set hero_ids = ref('int_hero_ids') %}
    {{ begin_build_sql([hero_ids]) }}
    {% if is_incremental() %}
    update {{ this }} as heroes
    set hero_id = renamed.new_hero_id
    from (
        select distinct on (hero_ids.hero_id)
            known.hero_id,
            hero_ids.hero_id as new_hero_id
        from {{ this }} as known
        inner join (select distinct hero_key, hero_id from {{ hero_ids }}) as hero_ids
            on raw.hero_key(known.hero_id) = hero_ids.hero_key
        where not exists (
            select from {{ this }} as named
            where named.hero_id = hero_ids.hero_id
        )
        order by hero_ids.hero_id, known.hero_id collate "C"
    ) as renamed
    where heroes.hero_id = renamed.hero_id
    {% endif %}
{% endmacro %}
