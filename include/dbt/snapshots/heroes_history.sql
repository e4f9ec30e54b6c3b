{% snapshot heroes_history %}

{{ config(
    unique_key='hero_key',
    strategy='check',
    check_cols=['hero_id', 'hero_name', 'alter_ego', 'first_appearance'],
    hard_deletes='invalidate',
    meta={'replica_identity': 'full'},
    snapshot_meta_column_names={
        'dbt_valid_from': 'valid_from',
        'dbt_valid_to': 'valid_to',
        'dbt_scd_id': 'version_id',
        'dbt_updated_at': 'updated_at'
    }
) }}

-- hero_key identifies the hero: a better spelling of the id is a new version, not a new
-- hero.
select
    raw.hero_key(hero_id) as hero_key,
    hero_id,
    hero_name,
    alter_ego,
    first_appearance
from {{ ref('dim_heroes') }}

{% endsnapshot %}
