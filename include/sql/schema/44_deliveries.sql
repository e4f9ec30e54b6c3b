-- What is noted about a delivery beside its rows: readings of several objects, and values that were not taken as they
-- came.

-- One row per two objects that deliver readings of the same hero and second, as checking/find_overlaps.sql found them:
-- the number of these seconds, and the minutes that they are in. Loads that were superseded since keep their rows;
-- operations.overlapping_objects shows the others.
create table if not exists raw.overlapping_loads (
    later_load_id bigint not null references raw.loads (load_id),
    earlier_load_id bigint not null references raw.loads (load_id),
    seconds bigint not null check (seconds > 0),
    minutes bigint not null check (minutes > 0),
    heroes bigint not null check (heroes > 0),
    first_minute timestamptz not null,
    last_minute timestamptz not null,
    found_at timestamptz not null default clock_timestamp(),
    primary key (later_load_id, earlier_load_id)
);

-- One row per load that lost readings to another one, in a landing zone whose `overlap` is `reject`: how many readings
-- were rejected because that load has their hero and instant.
create table if not exists raw.repeated_readings (
    load_id bigint not null references raw.loads (load_id),
    holder_load_id bigint not null references raw.loads (load_id),
    readings bigint not null check (readings > 0),
    primary key (load_id, holder_load_id)
);

create index if not exists repeated_readings_holder_load_id on raw.repeated_readings (holder_load_id);

-- One row per load that lost readings to a load which was superseded since: they may be in force nowhere. As long as
-- the load is in force, the loader reads its object again.
create table if not exists raw.unfounded_rejections (
    load_id bigint primary key references raw.loads (load_id),
    noted_at timestamptz not null default clock_timestamp()
);

-- The exact instants of the accepted readings of such landing zones, 4 bytes a reading: one row per load, hero and
-- minute, with the microseconds since its beginning.
create table if not exists raw.instants (
    load_id bigint not null,
    hero_id text not null,
    hour_at timestamptz not null,
    minute_at timestamptz not null,
    offsets integer[] not null
);
create index if not exists instants_hero_id_hour_at on raw.instants (hero_id, hour_at);

-- One row per load, column and reason: the rows whose value was cut, folded, ignored or not understood. Where the
-- values were kept, kept_as is their object in the quarantine.
create table if not exists raw.notices (
    load_id bigint not null references raw.loads (load_id),
    column_name text not null,
    reason text not null,
    rows bigint not null check (rows > 0),
    kept_as text,
    primary key (load_id, column_name, reason)
);

-- One row per search for overlaps, with the position up to which all loads were compared.
create table if not exists raw.overlap_searches (
    position bigint primary key,
    searched_at timestamptz not null default clock_timestamp()
);

grant select, insert on all tables in schema raw to cerebro_loader;
grant update on raw.overlapping_loads to cerebro_loader;
grant select on all tables in schema raw to cerebro_transformer;
grant execute on function raw.summarize_biometrics() to cerebro_loader;
