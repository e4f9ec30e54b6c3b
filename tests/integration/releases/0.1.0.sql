--
-- PostgreSQL database dump
--


-- Dumped from database version 16.14
-- Dumped by pg_dump version 16.14

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: analytics; Type: SCHEMA; Schema: -; Owner: cerebro_transformer
--

CREATE SCHEMA analytics;


ALTER SCHEMA analytics OWNER TO cerebro_transformer;

--
-- Name: marts; Type: SCHEMA; Schema: -; Owner: cerebro_transformer
--

CREATE SCHEMA marts;


ALTER SCHEMA marts OWNER TO cerebro_transformer;

--
-- Name: meta; Type: SCHEMA; Schema: -; Owner: cerebro_transformer
--

CREATE SCHEMA meta;


ALTER SCHEMA meta OWNER TO cerebro_transformer;

--
-- Name: operations; Type: SCHEMA; Schema: -; Owner: cerebro_transformer
--

CREATE SCHEMA operations;


ALTER SCHEMA operations OWNER TO cerebro_transformer;

--
-- Name: raw; Type: SCHEMA; Schema: -; Owner: cerebro
--

CREATE SCHEMA raw;


ALTER SCHEMA raw OWNER TO cerebro;

--
-- Name: snapshots; Type: SCHEMA; Schema: -; Owner: cerebro_transformer
--

CREATE SCHEMA snapshots;


ALTER SCHEMA snapshots OWNER TO cerebro_transformer;

--
-- Name: staging; Type: SCHEMA; Schema: -; Owner: cerebro_transformer
--

CREATE SCHEMA staging;


ALTER SCHEMA staging OWNER TO cerebro_transformer;

--
-- Name: keep_fact_readings(); Type: FUNCTION; Schema: meta; Owner: cerebro_transformer
--

CREATE FUNCTION meta.keep_fact_readings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    change bigint := 0;
begin
    if tg_op = 'TRUNCATE' then
        update meta.fact_readings set readings = 0 where fact_table = tg_relid;
        return null;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        change := change + (select coalesce(sum(added.reading_count), 0) from added);
    end if;
    if tg_op in ('DELETE', 'UPDATE') then
        change := change - (select coalesce(sum(removed.reading_count), 0) from removed);
    end if;
    if change <> 0 then
        update meta.fact_readings set readings = readings + change where fact_table = tg_relid;
    end if;
    return null;
end
$$;


ALTER FUNCTION meta.keep_fact_readings() OWNER TO cerebro_transformer;

--
-- Name: refuse_to_rewrite_history(); Type: FUNCTION; Schema: raw; Owner: cerebro
--

CREATE FUNCTION raw.refuse_to_rewrite_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'raw.loads: load % of % is history and cannot be changed or deleted', old.load_id, old.object_key;
end
$$;


ALTER FUNCTION raw.refuse_to_rewrite_history() OWNER TO cerebro;

--
-- Name: summarize_biometrics(); Type: FUNCTION; Schema: raw; Owner: cerebro
--

CREATE FUNCTION raw.summarize_biometrics() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    select pg_catalog.brin_summarize_new_values(pg_index.indexrelid)
    from pg_catalog.pg_index
    inner join pg_catalog.pg_class on pg_index.indexrelid = pg_class.oid
    inner join pg_catalog.pg_am on pg_class.relam = pg_am.oid
    where pg_index.indrelid = 'raw.biometrics'::pg_catalog.regclass and pg_am.amname = 'brin';
$$;


ALTER FUNCTION raw.summarize_biometrics() OWNER TO cerebro;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: hulk_factor; Type: TABLE; Schema: analytics; Owner: cerebro_transformer
--

CREATE TABLE analytics.hulk_factor (
    rank bigint NOT NULL,
    hero_id text NOT NULL,
    hero_name text NOT NULL,
    avg_energy_output double precision
);


ALTER TABLE analytics.hulk_factor OWNER TO cerebro_transformer;

--
-- Name: TABLE hulk_factor; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON TABLE analytics.hulk_factor IS 'One row per hero, ranked by the mean energy output on high-risk missions. Heroes without any rank last.
';


--
-- Name: COLUMN hulk_factor.rank; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.hulk_factor.rank IS 'Place, from 1; equal means are ranked by hero_id.';


--
-- Name: COLUMN hulk_factor.hero_id; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.hulk_factor.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: COLUMN hulk_factor.hero_name; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.hulk_factor.hero_name IS 'The hero''s readable name.';


--
-- Name: COLUMN hulk_factor.avg_energy_output; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.hulk_factor.avg_energy_output IS 'Mean of the minutes'' energy output on missions with structural damage above 10,000.';


--
-- Name: obt_cerebro_restored; Type: TABLE; Schema: analytics; Owner: cerebro_transformer
--

CREATE TABLE analytics.obt_cerebro_restored (
    "timestamp" timestamp with time zone NOT NULL,
    hero_id text NOT NULL,
    hero_name text NOT NULL,
    alter_ego text,
    mission_id text,
    mission_location text,
    mission_outcome text,
    structural_damage double precision,
    civilian_injuries double precision,
    is_high_risk boolean,
    reading_count bigint,
    heart_rate double precision,
    stress_level double precision,
    energy_output double precision,
    heart_rate_min double precision,
    heart_rate_max double precision,
    stress_level_min double precision,
    stress_level_max double precision,
    energy_output_min double precision,
    energy_output_max double precision,
    CONSTRAINT obt_cerebro_restored__dbt_tmp_civilian_injuries_check CHECK ((civilian_injuries >= (0)::double precision)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_energy_output_check CHECK ((energy_output >= (0)::double precision)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_energy_output_max_check CHECK ((energy_output_max >= (0)::double precision)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_energy_output_min_check CHECK ((energy_output_min >= (0)::double precision)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_heart_rate_check CHECK (((heart_rate >= (0)::double precision) AND (heart_rate <= (300)::double precision))),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_heart_rate_max_check CHECK (((heart_rate_max >= (0)::double precision) AND (heart_rate_max <= (300)::double precision))),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_heart_rate_min_check CHECK (((heart_rate_min >= (0)::double precision) AND (heart_rate_min <= (300)::double precision))),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_reading_count_check CHECK ((reading_count > 0)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_stress_level_check CHECK ((stress_level >= (0)::double precision)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_stress_level_max_check CHECK ((stress_level_max >= (0)::double precision)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_stress_level_min_check CHECK ((stress_level_min >= (0)::double precision)),
    CONSTRAINT obt_cerebro_restored__dbt_tmp_structural_damage_check CHECK ((structural_damage >= (0)::double precision))
);


ALTER TABLE analytics.obt_cerebro_restored OWNER TO cerebro_transformer;

--
-- Name: TABLE obt_cerebro_restored; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON TABLE analytics.obt_cerebro_restored IS 'One row per hero and minute, and per mission that the hero was on in that minute. Hero- minutes outside any mission have null mission columns; a participation without any reading has one row with null readings, at the mission''s own minute. (hero_id, timestamp, mission_id) is unique, nulls not distinct. mission_id has no foreign key but a test: a mission that a correction takes away leaves dim_missions before it leaves this table, and its hero-minutes must stay.
';


--
-- Name: COLUMN obt_cerebro_restored."timestamp"; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored."timestamp" IS 'The minute, labelled by its start, in UTC.';


--
-- Name: COLUMN obt_cerebro_restored.hero_id; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: COLUMN obt_cerebro_restored.hero_name; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.hero_name IS 'The hero''s readable name.';


--
-- Name: COLUMN obt_cerebro_restored.alter_ego; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.alter_ego IS 'The hero''s civil name, from the last record that has one.';


--
-- Name: COLUMN obt_cerebro_restored.mission_id; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.mission_id IS 'The mission, as the mission logs name it.';


--
-- Name: COLUMN obt_cerebro_restored.mission_location; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.mission_location IS 'Where the mission was.';


--
-- Name: COLUMN obt_cerebro_restored.mission_outcome; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.mission_outcome IS 'How the mission ended, for instance Successful.';


--
-- Name: COLUMN obt_cerebro_restored.structural_damage; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.structural_damage IS 'Structural damage of the mission; null if it was missing, negative or not a number.';


--
-- Name: COLUMN obt_cerebro_restored.civilian_injuries; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.civilian_injuries IS 'Civilian injuries of the mission; null if they were missing, negative or not a number.';


--
-- Name: COLUMN obt_cerebro_restored.is_high_risk; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.is_high_risk IS 'Whether the mission''s structural damage is above 10,000. False if it is not known.';


--
-- Name: COLUMN obt_cerebro_restored.reading_count; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.reading_count IS 'Accepted readings in the minute.';


--
-- Name: COLUMN obt_cerebro_restored.heart_rate; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.heart_rate IS 'Mean heart rate over the minute''s valid readings, in beats per minute.';


--
-- Name: COLUMN obt_cerebro_restored.stress_level; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.stress_level IS 'Mean stress level over the minute''s valid readings.';


--
-- Name: COLUMN obt_cerebro_restored.energy_output; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.energy_output IS 'Mean energy output over the minute''s valid readings.';


--
-- Name: COLUMN obt_cerebro_restored.heart_rate_min; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.heart_rate_min IS 'Lowest valid heart rate of the minute.';


--
-- Name: COLUMN obt_cerebro_restored.heart_rate_max; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.heart_rate_max IS 'Highest valid heart rate of the minute.';


--
-- Name: COLUMN obt_cerebro_restored.stress_level_min; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.stress_level_min IS 'Lowest valid stress level of the minute.';


--
-- Name: COLUMN obt_cerebro_restored.stress_level_max; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.stress_level_max IS 'Highest valid stress level of the minute.';


--
-- Name: COLUMN obt_cerebro_restored.energy_output_min; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.energy_output_min IS 'Lowest valid energy output of the minute.';


--
-- Name: COLUMN obt_cerebro_restored.energy_output_max; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.obt_cerebro_restored.energy_output_max IS 'Highest valid energy output of the minute.';


--
-- Name: reliability; Type: TABLE; Schema: analytics; Owner: cerebro_transformer
--

CREATE TABLE analytics.reliability (
    rank bigint NOT NULL,
    hero_id text NOT NULL,
    hero_name text NOT NULL,
    successful_missions_count bigint NOT NULL,
    avg_stress_level double precision
);


ALTER TABLE analytics.reliability OWNER TO cerebro_transformer;

--
-- Name: TABLE reliability; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON TABLE analytics.reliability IS 'One row per hero, ranked by the number of successful missions.
';


--
-- Name: COLUMN reliability.rank; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.reliability.rank IS 'Place, from 1; equal counts are ranked by hero_id.';


--
-- Name: COLUMN reliability.hero_id; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.reliability.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: COLUMN reliability.hero_name; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.reliability.hero_name IS 'The hero''s readable name.';


--
-- Name: COLUMN reliability.successful_missions_count; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.reliability.successful_missions_count IS 'Missions with outcome Successful.';


--
-- Name: COLUMN reliability.avg_stress_level; Type: COMMENT; Schema: analytics; Owner: cerebro_transformer
--

COMMENT ON COLUMN analytics.reliability.avg_stress_level IS 'Mean of the minutes'' stress level on these missions.';


--
-- Name: bridge_mission_heroes; Type: TABLE; Schema: marts; Owner: cerebro_transformer
--

CREATE TABLE marts.bridge_mission_heroes (
    mission_id text NOT NULL,
    hero_id text NOT NULL
);


ALTER TABLE marts.bridge_mission_heroes OWNER TO cerebro_transformer;

--
-- Name: TABLE bridge_mission_heroes; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON TABLE marts.bridge_mission_heroes IS 'One row per mission and hero on it.
';


--
-- Name: COLUMN bridge_mission_heroes.mission_id; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.bridge_mission_heroes.mission_id IS 'The mission, as the mission logs name it.';


--
-- Name: COLUMN bridge_mission_heroes.hero_id; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.bridge_mission_heroes.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: dim_heroes; Type: TABLE; Schema: marts; Owner: cerebro_transformer
--

CREATE TABLE marts.dim_heroes (
    hero_id text NOT NULL,
    hero_name text NOT NULL,
    alter_ego text,
    first_appearance text
);


ALTER TABLE marts.dim_heroes OWNER TO cerebro_transformer;

--
-- Name: TABLE dim_heroes; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON TABLE marts.dim_heroes IS 'One row per hero. A hero seen only in missions or biometrics has an inferred row, named after its id.
';


--
-- Name: COLUMN dim_heroes.hero_id; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_heroes.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: COLUMN dim_heroes.hero_name; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_heroes.hero_name IS 'The hero''s readable name.';


--
-- Name: COLUMN dim_heroes.alter_ego; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_heroes.alter_ego IS 'The hero''s civil name, from the last record that has one.';


--
-- Name: COLUMN dim_heroes.first_appearance; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_heroes.first_appearance IS 'Where or when the hero first appeared, as the last record that has it says.';


--
-- Name: dim_missions; Type: TABLE; Schema: marts; Owner: cerebro_transformer
--

CREATE TABLE marts.dim_missions (
    mission_id text NOT NULL,
    mission_at timestamp with time zone NOT NULL,
    location text,
    outcome text,
    structural_damage double precision,
    civilian_injuries double precision,
    is_high_risk boolean NOT NULL,
    CONSTRAINT dim_missions_civilian_injuries_check CHECK ((civilian_injuries >= (0)::double precision)),
    CONSTRAINT dim_missions_structural_damage_check CHECK ((structural_damage >= (0)::double precision))
);


ALTER TABLE marts.dim_missions OWNER TO cerebro_transformer;

--
-- Name: TABLE dim_missions; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON TABLE marts.dim_missions IS 'One row per mission. Each attribute comes from the last record that has it.
';


--
-- Name: COLUMN dim_missions.mission_id; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_missions.mission_id IS 'The mission, as the mission logs name it.';


--
-- Name: COLUMN dim_missions.mission_at; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_missions.mission_at IS 'When the mission ended, as its log says.';


--
-- Name: COLUMN dim_missions.location; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_missions.location IS 'Where the mission was.';


--
-- Name: COLUMN dim_missions.outcome; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_missions.outcome IS 'How the mission ended, for instance Successful.';


--
-- Name: COLUMN dim_missions.structural_damage; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_missions.structural_damage IS 'Structural damage of the mission; null if it was missing, negative or not a number.';


--
-- Name: COLUMN dim_missions.civilian_injuries; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_missions.civilian_injuries IS 'Civilian injuries of the mission; null if they were missing, negative or not a number.';


--
-- Name: COLUMN dim_missions.is_high_risk; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.dim_missions.is_high_risk IS 'Whether the mission''s structural damage is above 10,000. False if it is not known.';


--
-- Name: fact_biometrics; Type: TABLE; Schema: marts; Owner: cerebro_transformer
--

CREATE TABLE marts.fact_biometrics (
    hero_id text NOT NULL,
    minute_at timestamp with time zone NOT NULL,
    reading_count bigint NOT NULL,
    heart_rate double precision,
    heart_rate_min double precision,
    heart_rate_max double precision,
    stress_level double precision,
    stress_level_min double precision,
    stress_level_max double precision,
    energy_output double precision,
    energy_output_min double precision,
    energy_output_max double precision,
    CONSTRAINT fact_biometrics__dbt_tmp_energy_output_check CHECK ((energy_output >= (0)::double precision)),
    CONSTRAINT fact_biometrics__dbt_tmp_energy_output_max_check CHECK ((energy_output_max >= (0)::double precision)),
    CONSTRAINT fact_biometrics__dbt_tmp_energy_output_min_check CHECK ((energy_output_min >= (0)::double precision)),
    CONSTRAINT fact_biometrics__dbt_tmp_heart_rate_check CHECK (((heart_rate >= (0)::double precision) AND (heart_rate <= (300)::double precision))),
    CONSTRAINT fact_biometrics__dbt_tmp_heart_rate_max_check CHECK (((heart_rate_max >= (0)::double precision) AND (heart_rate_max <= (300)::double precision))),
    CONSTRAINT fact_biometrics__dbt_tmp_heart_rate_min_check CHECK (((heart_rate_min >= (0)::double precision) AND (heart_rate_min <= (300)::double precision))),
    CONSTRAINT fact_biometrics__dbt_tmp_reading_count_check CHECK ((reading_count > 0)),
    CONSTRAINT fact_biometrics__dbt_tmp_stress_level_check CHECK ((stress_level >= (0)::double precision)),
    CONSTRAINT fact_biometrics__dbt_tmp_stress_level_max_check CHECK ((stress_level_max >= (0)::double precision)),
    CONSTRAINT fact_biometrics__dbt_tmp_stress_level_min_check CHECK ((stress_level_min >= (0)::double precision))
);


ALTER TABLE marts.fact_biometrics OWNER TO cerebro_transformer;

--
-- Name: TABLE fact_biometrics; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON TABLE marts.fact_biometrics IS 'One row per hero and minute with an accepted reading, merged over all objects that hold a part of the minute. The keys are real; they are added after the rows (macros/keys.sql).
';


--
-- Name: COLUMN fact_biometrics.hero_id; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: COLUMN fact_biometrics.minute_at; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.minute_at IS 'The minute, labelled by its start, in UTC.';


--
-- Name: COLUMN fact_biometrics.reading_count; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.reading_count IS 'Accepted readings in the minute.';


--
-- Name: COLUMN fact_biometrics.heart_rate; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.heart_rate IS 'Mean heart rate over the minute''s valid readings, in beats per minute.';


--
-- Name: COLUMN fact_biometrics.heart_rate_min; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.heart_rate_min IS 'Lowest valid heart rate of the minute.';


--
-- Name: COLUMN fact_biometrics.heart_rate_max; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.heart_rate_max IS 'Highest valid heart rate of the minute.';


--
-- Name: COLUMN fact_biometrics.stress_level; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.stress_level IS 'Mean stress level over the minute''s valid readings.';


--
-- Name: COLUMN fact_biometrics.stress_level_min; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.stress_level_min IS 'Lowest valid stress level of the minute.';


--
-- Name: COLUMN fact_biometrics.stress_level_max; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.stress_level_max IS 'Highest valid stress level of the minute.';


--
-- Name: COLUMN fact_biometrics.energy_output; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.energy_output IS 'Mean energy output over the minute''s valid readings.';


--
-- Name: COLUMN fact_biometrics.energy_output_min; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.energy_output_min IS 'Lowest valid energy output of the minute.';


--
-- Name: COLUMN fact_biometrics.energy_output_max; Type: COMMENT; Schema: marts; Owner: cerebro_transformer
--

COMMENT ON COLUMN marts.fact_biometrics.energy_output_max IS 'Highest valid energy output of the minute.';


--
-- Name: alerts; Type: TABLE; Schema: meta; Owner: cerebro_transformer
--

CREATE TABLE meta.alerts (
    kind text NOT NULL,
    fingerprint text NOT NULL,
    sent_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


ALTER TABLE meta.alerts OWNER TO cerebro_transformer;

--
-- Name: applied_loads; Type: TABLE; Schema: meta; Owner: cerebro_transformer
--

CREATE TABLE meta.applied_loads (
    model text NOT NULL,
    load_id bigint NOT NULL,
    loaded_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);


ALTER TABLE meta.applied_loads OWNER TO cerebro_transformer;

--
-- Name: fact_readings; Type: TABLE; Schema: meta; Owner: cerebro_transformer
--

CREATE TABLE meta.fact_readings (
    fact_table oid NOT NULL,
    readings bigint NOT NULL
);


ALTER TABLE meta.fact_readings OWNER TO cerebro_transformer;

--
-- Name: reconciliations; Type: TABLE; Schema: meta; Owner: cerebro_transformer
--

CREATE TABLE meta.reconciliations (
    dag_run_id text NOT NULL,
    checked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    readings_in bigint NOT NULL,
    readings_in_facts bigint NOT NULL,
    readings_rejected bigint NOT NULL,
    difference bigint NOT NULL
);


ALTER TABLE meta.reconciliations OWNER TO cerebro_transformer;

--
-- Name: transformations; Type: TABLE; Schema: meta; Owner: cerebro_transformer
--

CREATE TABLE meta.transformations (
    finished_at timestamp with time zone DEFAULT now() NOT NULL,
    project_checksum text NOT NULL,
    load_count bigint NOT NULL,
    last_load_id bigint NOT NULL,
    last_loaded_at timestamp with time zone
);


ALTER TABLE meta.transformations OWNER TO cerebro_transformer;

--
-- Name: loads; Type: TABLE; Schema: raw; Owner: cerebro
--

CREATE TABLE raw.loads (
    load_id bigint NOT NULL,
    dataset text NOT NULL,
    object_key text NOT NULL,
    etag text NOT NULL,
    size_bytes bigint NOT NULL,
    rows_in bigint NOT NULL,
    rows_loaded bigint NOT NULL,
    rows_rejected bigint NOT NULL,
    status text NOT NULL,
    error text,
    dag_run_id text,
    loaded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    supersedes bigint,
    CONSTRAINT loads_conserve_rows CHECK ((rows_in = (rows_loaded + rows_rejected))),
    CONSTRAINT loads_dataset_check CHECK ((dataset = ANY (ARRAY['heroes'::text, 'missions'::text, 'biometrics'::text]))),
    CONSTRAINT loads_failed_has_error CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
    CONSTRAINT loads_status_check CHECK ((status = ANY (ARRAY['loaded'::text, 'failed'::text])))
);


ALTER TABLE raw.loads OWNER TO cerebro;

--
-- Name: rejections; Type: TABLE; Schema: raw; Owner: cerebro
--

CREATE TABLE raw.rejections (
    load_id bigint NOT NULL,
    reason text NOT NULL,
    rows bigint NOT NULL,
    quarantine_key text NOT NULL,
    CONSTRAINT rejections_rows_check CHECK ((rows > 0))
);


ALTER TABLE raw.rejections OWNER TO cerebro;

--
-- Name: load_history; Type: VIEW; Schema: operations; Owner: cerebro_transformer
--

CREATE VIEW operations.load_history AS
 WITH loads AS (
         SELECT loads.load_id,
            loads.dataset,
            loads.object_key,
            loads.etag,
            loads.size_bytes,
            loads.rows_in,
            loads.rows_loaded,
            loads.rows_rejected,
            loads.status,
            loads.error,
            loads.dag_run_id,
            loads.loaded_at,
            loads.supersedes
           FROM raw.loads
        ), successors AS (
         SELECT loads.supersedes
           FROM raw.loads
          WHERE (loads.supersedes IS NOT NULL)
        ), reconciliations AS (
         SELECT reconciliations.dag_run_id,
            reconciliations.checked_at,
            reconciliations.readings_in,
            reconciliations.readings_in_facts,
            reconciliations.readings_rejected,
            reconciliations.difference
           FROM meta.reconciliations
        ), last_but_one_run AS (
         SELECT reconciliations.checked_at
           FROM reconciliations
          ORDER BY reconciliations.checked_at DESC
         OFFSET 1
         LIMIT 1
        ), final AS (
         SELECT loads.load_id,
            loads.loaded_at,
            loads.dataset,
            loads.object_key,
            loads.etag,
            loads.size_bytes,
            loads.status,
            loads.error,
                CASE loads.status
                    WHEN 'loaded'::text THEN (successors.supersedes IS NULL)
                    ELSE ((NOT (EXISTS ( SELECT
                       FROM raw.loads later
                      WHERE ((later.object_key = loads.object_key) AND (later.status = 'loaded'::text) AND (later.loaded_at > loads.loaded_at))))) AND (loads.loaded_at > COALESCE(( SELECT last_but_one_run.checked_at
                       FROM last_but_one_run), '-infinity'::timestamp with time zone)))
                END AS is_current,
            loads.rows_in,
            loads.rows_loaded,
            loads.rows_rejected,
            ( SELECT jsonb_object_agg(rejections.reason, rejections.rows) AS jsonb_object_agg
                   FROM raw.rejections rejections
                  WHERE (rejections.load_id = loads.load_id)) AS rejection_reasons,
            ( SELECT max(rejections.quarantine_key) AS max
                   FROM raw.rejections rejections
                  WHERE (rejections.load_id = loads.load_id)) AS quarantine_key,
            loads.dag_run_id
           FROM (loads
             LEFT JOIN successors ON ((loads.load_id = successors.supersedes)))
        )
 SELECT load_id,
    loaded_at,
    dataset,
    object_key,
    etag,
    size_bytes,
    status,
    error,
    is_current,
    rows_in,
    rows_loaded,
    rows_rejected,
    rejection_reasons,
    quarantine_key,
    dag_run_id
   FROM final;


ALTER VIEW operations.load_history OWNER TO cerebro_transformer;

--
-- Name: VIEW load_history; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON VIEW operations.load_history IS 'One row per object version ever taken up: what became of its rows, what is wrong with it, where its rejected rows are kept. A window onto the ledger for analysts and for the Cerebro page; the time of a load is its own, so a rebuilt warehouse has another history.
';


--
-- Name: COLUMN load_history.load_id; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.load_id IS 'The load that brought the record (raw.loads).';


--
-- Name: COLUMN load_history.loaded_at; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.loaded_at IS 'When it was loaded, or last tried.';


--
-- Name: COLUMN load_history.dataset; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.dataset IS 'heroes, missions or biometrics.';


--
-- Name: COLUMN load_history.object_key; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.object_key IS 'The key of the object in the landing zone. With row_number it gives records their order.';


--
-- Name: COLUMN load_history.etag; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.etag IS 'The version of the object, as the store names it.';


--
-- Name: COLUMN load_history.size_bytes; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.size_bytes IS 'Size of the object.';


--
-- Name: COLUMN load_history.status; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.status IS 'loaded, or failed if the object could not be understood.';


--
-- Name: COLUMN load_history.error; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.error IS 'What is wrong with a failed object, and what to do; null for a loaded one.';


--
-- Name: COLUMN load_history.is_current; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.is_current IS 'Of a loaded version, whether it is in force: no later version of the object supersedes it. Of a failed one, whether it is broken now: nothing was loaded under its key since, and the last run still met it.
';


--
-- Name: COLUMN load_history.rows_in; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.rows_in IS 'Records or readings in the object; 0 if it failed.';


--
-- Name: COLUMN load_history.rows_loaded; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.rows_loaded IS 'Those that were loaded.';


--
-- Name: COLUMN load_history.rows_rejected; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.rows_rejected IS 'Those that went to quarantine.';


--
-- Name: COLUMN load_history.rejection_reasons; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.rejection_reasons IS 'Rejected rows by reason, as an object, reason to number; null if there are none.';


--
-- Name: COLUMN load_history.quarantine_key; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.quarantine_key IS 'The Parquet file with the rejected rows in the bucket cerebro-quarantine; null if there are none.';


--
-- Name: COLUMN load_history.dag_run_id; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.load_history.dag_run_id IS 'The run that took it up.';


--
-- Name: run_checks; Type: VIEW; Schema: operations; Owner: cerebro_transformer
--

CREATE VIEW operations.run_checks AS
 WITH reconciliations AS (
         SELECT reconciliations.dag_run_id,
            reconciliations.checked_at,
            reconciliations.readings_in,
            reconciliations.readings_in_facts,
            reconciliations.readings_rejected,
            reconciliations.difference
           FROM meta.reconciliations
        ), final AS (
         SELECT reconciliations.dag_run_id,
            reconciliations.checked_at,
            reconciliations.readings_in,
            reconciliations.readings_in_facts,
            reconciliations.readings_rejected,
            reconciliations.difference,
            (reconciliations.difference = 0) AS is_conserved
           FROM reconciliations
        )
 SELECT dag_run_id,
    checked_at,
    readings_in,
    readings_in_facts,
    readings_rejected,
    difference,
    is_conserved
   FROM final;


ALTER VIEW operations.run_checks OWNER TO cerebro_transformer;

--
-- Name: VIEW run_checks; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON VIEW operations.run_checks IS 'One row per run of the main job: its conservation check. Readings that came in equal those in fact_biometrics and those that were rejected. A red run leaves its row, too.
';


--
-- Name: COLUMN run_checks.dag_run_id; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.run_checks.dag_run_id IS 'The run.';


--
-- Name: COLUMN run_checks.checked_at; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.run_checks.checked_at IS 'When it was checked, at the run''s end.';


--
-- Name: COLUMN run_checks.readings_in; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.run_checks.readings_in IS 'Readings in the landing zone''s objects in force.';


--
-- Name: COLUMN run_checks.readings_in_facts; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.run_checks.readings_in_facts IS 'Readings in fact_biometrics.';


--
-- Name: COLUMN run_checks.readings_rejected; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.run_checks.readings_rejected IS 'Readings in quarantine.';


--
-- Name: COLUMN run_checks.difference; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.run_checks.difference IS 'Readings that are missing; below zero if some are there twice.';


--
-- Name: COLUMN run_checks.is_conserved; Type: COMMENT; Schema: operations; Owner: cerebro_transformer
--

COMMENT ON COLUMN operations.run_checks.is_conserved IS 'Whether it adds up.';


--
-- Name: biometrics; Type: TABLE; Schema: raw; Owner: cerebro
--

CREATE TABLE raw.biometrics (
    load_id bigint NOT NULL,
    hero_id text NOT NULL,
    minute_at timestamp with time zone NOT NULL,
    reading_count integer NOT NULL,
    heart_rate_count integer NOT NULL,
    heart_rate_sum double precision,
    heart_rate_min double precision,
    heart_rate_max double precision,
    stress_level_count integer NOT NULL,
    stress_level_sum double precision,
    stress_level_min double precision,
    stress_level_max double precision,
    energy_output_count integer NOT NULL,
    energy_output_sum double precision,
    energy_output_min double precision,
    energy_output_max double precision
);


ALTER TABLE raw.biometrics OWNER TO cerebro;

--
-- Name: current_loads; Type: VIEW; Schema: raw; Owner: cerebro
--

CREATE VIEW raw.current_loads AS
 SELECT load_id,
    dataset,
    object_key,
    etag,
    size_bytes,
    rows_in,
    rows_loaded,
    rows_rejected,
    status,
    error,
    dag_run_id,
    loaded_at,
    supersedes
   FROM raw.loads
  WHERE ((status = 'loaded'::text) AND (NOT (EXISTS ( SELECT
           FROM raw.loads successors
          WHERE (successors.supersedes = loads.load_id)))));


ALTER VIEW raw.current_loads OWNER TO cerebro;

--
-- Name: heroes; Type: TABLE; Schema: raw; Owner: cerebro
--

CREATE TABLE raw.heroes (
    load_id bigint NOT NULL,
    row_number bigint NOT NULL,
    record json NOT NULL
);


ALTER TABLE raw.heroes OWNER TO cerebro;

--
-- Name: invalid_measures; Type: TABLE; Schema: raw; Owner: cerebro
--

CREATE TABLE raw.invalid_measures (
    load_id bigint NOT NULL,
    measure text NOT NULL,
    readings bigint NOT NULL,
    CONSTRAINT invalid_measures_measure_check CHECK ((measure = ANY (ARRAY['heart_rate'::text, 'stress_level'::text, 'energy_output'::text]))),
    CONSTRAINT invalid_measures_readings_check CHECK ((readings > 0))
);


ALTER TABLE raw.invalid_measures OWNER TO cerebro;

--
-- Name: loads_load_id_seq; Type: SEQUENCE; Schema: raw; Owner: cerebro
--

ALTER TABLE raw.loads ALTER COLUMN load_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME raw.loads_load_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: missions; Type: TABLE; Schema: raw; Owner: cerebro
--

CREATE TABLE raw.missions (
    load_id bigint NOT NULL,
    row_number bigint NOT NULL,
    mission_at timestamp with time zone NOT NULL,
    record json NOT NULL
);


ALTER TABLE raw.missions OWNER TO cerebro;

--
-- Name: heroes_history; Type: TABLE; Schema: snapshots; Owner: cerebro_transformer
--

CREATE TABLE snapshots.heroes_history (
    hero_key text,
    hero_id text,
    hero_name text,
    alter_ego text,
    first_appearance text,
    version_id text,
    updated_at timestamp without time zone,
    valid_from timestamp without time zone,
    valid_to timestamp without time zone
);


ALTER TABLE snapshots.heroes_history OWNER TO cerebro_transformer;

--
-- Name: TABLE heroes_history; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON TABLE snapshots.heroes_history IS 'One row per version of a hero''s attributes, so that a renamed hero does not rewrite the past silently.
';


--
-- Name: COLUMN heroes_history.hero_key; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.hero_key IS 'What all spellings of the hero''s id have in common.';


--
-- Name: COLUMN heroes_history.hero_id; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: COLUMN heroes_history.hero_name; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.hero_name IS 'The hero''s readable name.';


--
-- Name: COLUMN heroes_history.alter_ego; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.alter_ego IS 'The hero''s civil name, from the last record that has one.';


--
-- Name: COLUMN heroes_history.first_appearance; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.first_appearance IS 'Where or when the hero first appeared, as the last record that has it says.';


--
-- Name: COLUMN heroes_history.version_id; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.version_id IS 'Identifies the version.';


--
-- Name: COLUMN heroes_history.updated_at; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.updated_at IS 'When the row was written.';


--
-- Name: COLUMN heroes_history.valid_from; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.valid_from IS 'When a run first saw this version.';


--
-- Name: COLUMN heroes_history.valid_to; Type: COMMENT; Schema: snapshots; Owner: cerebro_transformer
--

COMMENT ON COLUMN snapshots.heroes_history.valid_to IS 'When a run first saw the next one; null for the version in force.';


--
-- Name: int_hero_ids; Type: TABLE; Schema: staging; Owner: cerebro_transformer
--

CREATE TABLE staging.int_hero_ids (
    spelled_hero_id text NOT NULL,
    hero_key text,
    hero_id text
);


ALTER TABLE staging.int_hero_ids OWNER TO cerebro_transformer;

--
-- Name: TABLE int_hero_ids; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON TABLE staging.int_hero_ids IS 'One row per spelling of a hero id, with the hero that it means.
';


--
-- Name: COLUMN int_hero_ids.spelled_hero_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_hero_ids.spelled_hero_id IS 'The spelling, trimmed.';


--
-- Name: COLUMN int_hero_ids.hero_key; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_hero_ids.hero_key IS 'What all spellings of one hero have in common.';


--
-- Name: COLUMN int_hero_ids.hero_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_hero_ids.hero_id IS 'The hero: the best of the spellings that the current loads use for one hero.';


--
-- Name: int_load_heroes; Type: TABLE; Schema: staging; Owner: cerebro_transformer
--

CREATE TABLE staging.int_load_heroes (
    load_id bigint NOT NULL,
    hero_id text NOT NULL
);


ALTER TABLE staging.int_load_heroes OWNER TO cerebro_transformer;

--
-- Name: TABLE int_load_heroes; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON TABLE staging.int_load_heroes IS 'One row per biometrics load and hero spelling in it.
';


--
-- Name: COLUMN int_load_heroes.load_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_load_heroes.load_id IS 'The load that brought the record (raw.loads).';


--
-- Name: COLUMN int_load_heroes.hero_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_load_heroes.hero_id IS 'The hero, as spelled in the load.';


--
-- Name: int_loads; Type: TABLE; Schema: staging; Owner: cerebro_transformer
--

CREATE TABLE staging.int_loads (
    load_id bigint NOT NULL,
    dataset text,
    object_key text,
    supersedes bigint,
    is_current boolean,
    rows_in bigint,
    rows_rejected bigint,
    loaded_at timestamp with time zone
);


ALTER TABLE staging.int_loads OWNER TO cerebro_transformer;

--
-- Name: TABLE int_loads; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON TABLE staging.int_loads IS 'One row per load that this transformation works on. Taken once, so that every model after it speaks of the same loads, whatever arrives meanwhile.
';


--
-- Name: COLUMN int_loads.load_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.load_id IS 'The load that brought the record (raw.loads).';


--
-- Name: COLUMN int_loads.dataset; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.dataset IS 'heroes, missions or biometrics.';


--
-- Name: COLUMN int_loads.object_key; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.object_key IS 'The key of the object in the landing zone. With row_number it gives records their order.';


--
-- Name: COLUMN int_loads.supersedes; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.supersedes IS 'The load of the same key that this one takes the place of.';


--
-- Name: COLUMN int_loads.is_current; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.is_current IS 'Whether no later load takes its place.';


--
-- Name: COLUMN int_loads.rows_in; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.rows_in IS 'Records or readings in the object.';


--
-- Name: COLUMN int_loads.rows_rejected; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.rows_rejected IS 'Those that went to quarantine.';


--
-- Name: COLUMN int_loads.loaded_at; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.int_loads.loaded_at IS 'When it was loaded. With load_id it names a load even after raw was rebuilt.';


--
-- Name: stg_biometrics; Type: VIEW; Schema: staging; Owner: cerebro_transformer
--

CREATE VIEW staging.stg_biometrics AS
 WITH loads AS (
         SELECT int_loads.load_id,
            int_loads.dataset,
            int_loads.object_key,
            int_loads.supersedes,
            int_loads.is_current,
            int_loads.rows_in,
            int_loads.rows_rejected,
            int_loads.loaded_at
           FROM staging.int_loads
        ), biometrics AS (
         SELECT biometrics.load_id,
            biometrics.hero_id,
            biometrics.minute_at,
            biometrics.reading_count,
            biometrics.heart_rate_count,
            biometrics.heart_rate_sum,
            biometrics.heart_rate_min,
            biometrics.heart_rate_max,
            biometrics.stress_level_count,
            biometrics.stress_level_sum,
            biometrics.stress_level_min,
            biometrics.stress_level_max,
            biometrics.energy_output_count,
            biometrics.energy_output_sum,
            biometrics.energy_output_min,
            biometrics.energy_output_max
           FROM raw.biometrics
        ), final AS (
         SELECT biometrics.load_id,
            NULLIF(btrim(biometrics.hero_id, ' 	
'::text), ''::text) AS hero_id,
            biometrics.reading_count,
            biometrics.heart_rate_count,
            biometrics.heart_rate_sum,
            biometrics.heart_rate_min,
            biometrics.heart_rate_max,
            biometrics.stress_level_count,
            biometrics.stress_level_sum,
            biometrics.stress_level_min,
            biometrics.stress_level_max,
            biometrics.energy_output_count,
            biometrics.energy_output_sum,
            biometrics.energy_output_min,
            biometrics.energy_output_max,
            biometrics.minute_at
           FROM biometrics
          WHERE (biometrics.load_id IN ( SELECT loads.load_id
                   FROM loads
                  WHERE loads.is_current))
        )
 SELECT load_id,
    hero_id,
    reading_count,
    heart_rate_count,
    heart_rate_sum,
    heart_rate_min,
    heart_rate_max,
    stress_level_count,
    stress_level_sum,
    stress_level_min,
    stress_level_max,
    energy_output_count,
    energy_output_sum,
    energy_output_min,
    energy_output_max,
    minute_at
   FROM final;


ALTER VIEW staging.stg_biometrics OWNER TO cerebro_transformer;

--
-- Name: VIEW stg_biometrics; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON VIEW staging.stg_biometrics IS 'One row per object, hero spelling and minute of the current loads; to be merged with those of other objects.
';


--
-- Name: COLUMN stg_biometrics.load_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.load_id IS 'The load that brought the record (raw.loads).';


--
-- Name: COLUMN stg_biometrics.hero_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.hero_id IS 'The hero, as spelled in the object.';


--
-- Name: COLUMN stg_biometrics.reading_count; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.reading_count IS 'Accepted readings in the minute.';


--
-- Name: COLUMN stg_biometrics.heart_rate_count; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.heart_rate_count IS 'Readings with a valid heart rate.';


--
-- Name: COLUMN stg_biometrics.heart_rate_sum; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.heart_rate_sum IS 'Sum of the valid heart rate readings.';


--
-- Name: COLUMN stg_biometrics.heart_rate_min; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.heart_rate_min IS 'Lowest valid heart rate of the minute.';


--
-- Name: COLUMN stg_biometrics.heart_rate_max; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.heart_rate_max IS 'Highest valid heart rate of the minute.';


--
-- Name: COLUMN stg_biometrics.stress_level_count; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.stress_level_count IS 'Readings with a valid stress level.';


--
-- Name: COLUMN stg_biometrics.stress_level_sum; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.stress_level_sum IS 'Sum of the valid stress level readings.';


--
-- Name: COLUMN stg_biometrics.stress_level_min; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.stress_level_min IS 'Lowest valid stress level of the minute.';


--
-- Name: COLUMN stg_biometrics.stress_level_max; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.stress_level_max IS 'Highest valid stress level of the minute.';


--
-- Name: COLUMN stg_biometrics.energy_output_count; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.energy_output_count IS 'Readings with a valid energy output.';


--
-- Name: COLUMN stg_biometrics.energy_output_sum; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.energy_output_sum IS 'Sum of the valid energy output readings.';


--
-- Name: COLUMN stg_biometrics.energy_output_min; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.energy_output_min IS 'Lowest valid energy output of the minute.';


--
-- Name: COLUMN stg_biometrics.energy_output_max; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.energy_output_max IS 'Highest valid energy output of the minute.';


--
-- Name: COLUMN stg_biometrics.minute_at; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_biometrics.minute_at IS 'The minute, labelled by its start, in UTC.';


--
-- Name: stg_heroes; Type: VIEW; Schema: staging; Owner: cerebro_transformer
--

CREATE VIEW staging.stg_heroes AS
 WITH loads AS (
         SELECT int_loads.load_id,
            int_loads.dataset,
            int_loads.object_key,
            int_loads.supersedes,
            int_loads.is_current,
            int_loads.rows_in,
            int_loads.rows_rejected,
            int_loads.loaded_at
           FROM staging.int_loads
        ), heroes AS (
         SELECT heroes.load_id,
            heroes.row_number,
            heroes.record
           FROM raw.heroes
        ), final AS (
         SELECT heroes.load_id,
            loads.object_key,
            heroes.row_number,
            NULLIF(btrim((heroes.record ->> 'hero_id'::text), ' 	
'::text), ''::text) AS hero_id,
            NULLIF(btrim((heroes.record ->> 'name'::text), ' 	
'::text), ''::text) AS hero_name,
            NULLIF(btrim((heroes.record ->> 'alter_ego'::text), ' 	
'::text), ''::text) AS alter_ego,
            NULLIF(btrim((heroes.record ->> 'first_appearance'::text), ' 	
'::text), ''::text) AS first_appearance
           FROM (heroes
             JOIN loads ON ((heroes.load_id = loads.load_id)))
          WHERE loads.is_current
        )
 SELECT load_id,
    object_key,
    row_number,
    hero_id,
    hero_name,
    alter_ego,
    first_appearance
   FROM final;


ALTER VIEW staging.stg_heroes OWNER TO cerebro_transformer;

--
-- Name: VIEW stg_heroes; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON VIEW staging.stg_heroes IS 'One row per hero record of the current loads, trimmed; blanks are null.
';


--
-- Name: COLUMN stg_heroes.load_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_heroes.load_id IS 'The load that brought the record (raw.loads).';


--
-- Name: COLUMN stg_heroes.object_key; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_heroes.object_key IS 'The key of the object in the landing zone. With row_number it gives records their order.';


--
-- Name: COLUMN stg_heroes.row_number; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_heroes.row_number IS 'The record''s place within its object, from 1.';


--
-- Name: COLUMN stg_heroes.hero_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_heroes.hero_id IS 'The hero, as spelled in the record.';


--
-- Name: COLUMN stg_heroes.hero_name; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_heroes.hero_name IS 'The name, as spelled in the record.';


--
-- Name: COLUMN stg_heroes.alter_ego; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_heroes.alter_ego IS 'The civil name, if the record has one.';


--
-- Name: COLUMN stg_heroes.first_appearance; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_heroes.first_appearance IS 'The first appearance, if the record has one.';


--
-- Name: stg_missions; Type: VIEW; Schema: staging; Owner: cerebro_transformer
--

CREATE VIEW staging.stg_missions AS
 WITH loads AS (
         SELECT int_loads.load_id,
            int_loads.dataset,
            int_loads.object_key,
            int_loads.supersedes,
            int_loads.is_current,
            int_loads.rows_in,
            int_loads.rows_rejected,
            int_loads.loaded_at
           FROM staging.int_loads
        ), missions AS (
         SELECT missions.load_id,
            missions.row_number,
            missions.mission_at,
            missions.record
           FROM raw.missions
        ), final AS (
         SELECT missions.load_id,
            loads.object_key,
            missions.row_number,
            NULLIF(btrim((missions.record ->> 'mission_id'::text), ' 	
'::text), ''::text) AS mission_id,
            ARRAY( SELECT NULLIF(btrim((elements.element #>> '{}'::text[]), ' 	
'::text), ''::text) AS "nullif"
                   FROM json_array_elements(
                        CASE json_typeof((missions.record -> 'hero_ids'::text))
                            WHEN 'array'::text THEN (missions.record -> 'hero_ids'::text)
                            WHEN 'string'::text THEN json_build_array((missions.record -> 'hero_ids'::text))
                            ELSE '[]'::json
                        END) elements(element)
                  WHERE ((json_typeof(elements.element) = ANY (ARRAY['string'::text, 'number'::text])) AND (NULLIF(btrim((elements.element #>> '{}'::text[]), ' 	
'::text), ''::text) IS NOT NULL))) AS hero_ids,
            NULLIF(btrim((missions.record ->> 'location'::text), ' 	
'::text), ''::text) AS location,
            NULLIF(btrim((missions.record ->> 'outcome'::text), ' 	
'::text), ''::text) AS outcome,
                CASE
                    WHEN ((btrim(((missions.record -> 'damage_report'::text) ->> 'structural_damage'::text), ' 	
'::text) ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'::text) AND pg_input_is_valid(((missions.record -> 'damage_report'::text) ->> 'structural_damage'::text), 'double precision'::text)) THEN
                    CASE
                        WHEN ((((missions.record -> 'damage_report'::text) ->> 'structural_damage'::text))::double precision >= (0)::double precision) THEN abs((((missions.record -> 'damage_report'::text) ->> 'structural_damage'::text))::double precision)
                        ELSE NULL::double precision
                    END
                    ELSE NULL::double precision
                END AS structural_damage,
                CASE
                    WHEN ((btrim(((missions.record -> 'damage_report'::text) ->> 'civilian_injuries'::text), ' 	
'::text) ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'::text) AND pg_input_is_valid(((missions.record -> 'damage_report'::text) ->> 'civilian_injuries'::text), 'double precision'::text)) THEN
                    CASE
                        WHEN ((((missions.record -> 'damage_report'::text) ->> 'civilian_injuries'::text))::double precision >= (0)::double precision) THEN abs((((missions.record -> 'damage_report'::text) ->> 'civilian_injuries'::text))::double precision)
                        ELSE NULL::double precision
                    END
                    ELSE NULL::double precision
                END AS civilian_injuries,
            missions.mission_at
           FROM (missions
             JOIN loads ON ((missions.load_id = loads.load_id)))
          WHERE loads.is_current
        )
 SELECT load_id,
    object_key,
    row_number,
    mission_id,
    hero_ids,
    location,
    outcome,
    structural_damage,
    civilian_injuries,
    mission_at
   FROM final;


ALTER VIEW staging.stg_missions OWNER TO cerebro_transformer;

--
-- Name: VIEW stg_missions; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON VIEW staging.stg_missions IS 'One row per mission record of the current loads, typed and trimmed. Numbers that are negative, not finite or not numbers are null.
';


--
-- Name: COLUMN stg_missions.load_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.load_id IS 'The load that brought the record (raw.loads).';


--
-- Name: COLUMN stg_missions.object_key; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.object_key IS 'The key of the object in the landing zone. With row_number it gives records their order.';


--
-- Name: COLUMN stg_missions.row_number; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.row_number IS 'The record''s place within its object, from 1.';


--
-- Name: COLUMN stg_missions.mission_id; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.mission_id IS 'The mission, as the mission logs name it.';


--
-- Name: COLUMN stg_missions.hero_ids; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.hero_ids IS 'The heroes on the mission as spelled in the record; empty if it names none.';


--
-- Name: COLUMN stg_missions.location; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.location IS 'Where the mission was.';


--
-- Name: COLUMN stg_missions.outcome; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.outcome IS 'How the mission ended, for instance Successful.';


--
-- Name: COLUMN stg_missions.structural_damage; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.structural_damage IS 'Structural damage of the mission; null if it was missing, negative or not a number.';


--
-- Name: COLUMN stg_missions.civilian_injuries; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.civilian_injuries IS 'Civilian injuries of the mission; null if they were missing, negative or not a number.';


--
-- Name: COLUMN stg_missions.mission_at; Type: COMMENT; Schema: staging; Owner: cerebro_transformer
--

COMMENT ON COLUMN staging.stg_missions.mission_at IS 'The instant that the record gives.';


--
-- Data for Name: hulk_factor; Type: TABLE DATA; Schema: analytics; Owner: cerebro_transformer
--

INSERT INTO analytics.hulk_factor VALUES
	(2, 'Spider-Man', 'Spider-Man', NULL),
	(3, 'falcon', 'Falcon', NULL),
	(4, 'thor', 'Thor', NULL),
	(1, 'hulk', 'The Hulk', 104.75);


--
-- Data for Name: obt_cerebro_restored; Type: TABLE DATA; Schema: analytics; Owner: cerebro_transformer
--

INSERT INTO analytics.obt_cerebro_restored VALUES
	('2025-01-01 10:00:00+00', 'hulk', 'The Hulk', 'Bruce Banner', 'M1', 'New York', 'Successful', 50000, 2, true, 60, 92.9, 12, 104.75, 90, 96, 10, 14, 100, 110),
	('2025-01-01 11:30:00+00', 'thor', 'Thor', 'Thor Odinson', 'M2', NULL, 'Failed', NULL, NULL, false, 60, 63.05, 12, 105.16666666666667, 60, 66, 10, 14, 100, 110),
	('2025-01-01 11:31:00+00', 'thor', 'Thor', 'Thor Odinson', 'M3', 'Oslo', 'Successful', NULL, 0, false, 60, 62.96666666666667, 12, 104.85, 60, 66, 10, 14, 100, 110),
	('2025-01-01 10:01:00+00', 'Spider-Man', 'Spider-Man', 'Peter Parker', NULL, NULL, NULL, NULL, NULL, NULL, 30, 123.1, 12, 105.2, 120, 126, 10, 14, 100, 110),
	('2025-01-01 10:00:00+00', 'Spider-Man', 'Spider-Man', 'Peter Parker', NULL, NULL, NULL, NULL, NULL, NULL, 60, 122.9, 12, 104.75, 120, 126, 10, 14, 100, 110),
	('2025-01-01 11:29:00+00', 'thor', 'Thor', 'Thor Odinson', NULL, NULL, NULL, NULL, NULL, NULL, 60, 62.9, 12, 104.75, 60, 66, 10, 14, 100, 110),
	('2025-01-01 10:01:00+00', 'hulk', 'The Hulk', 'Bruce Banner', NULL, NULL, NULL, NULL, NULL, NULL, 90, 86.31111111111112, 12, 104.97777777777777, 70, 96, 10, 14, 100, 110),
	('2025-01-01 10:02:00+00', 'hulk', 'The Hulk', 'Bruce Banner', NULL, NULL, NULL, NULL, NULL, NULL, 31, 92.9, 11.935483870967742, 104.54838709677419, 90, 96, 10, 14, 100, 110),
	('2025-01-01 11:32:00+00', 'thor', 'Thor', 'Thor Odinson', NULL, NULL, NULL, NULL, NULL, NULL, 20, 62.95, 12, 105.25, 60, 66, 10, 14, 100, 110),
	('2025-01-01 11:31:00+00', 'falcon', 'Falcon', 'Sam Wilson', 'M3', 'Oslo', 'Successful', NULL, 0, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('2025-01-02 00:00:00+00', 'falcon', 'Falcon', 'Sam Wilson', 'M4', 'Rome', 'Successful', 20000, NULL, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);


--
-- Data for Name: reliability; Type: TABLE DATA; Schema: analytics; Owner: cerebro_transformer
--

INSERT INTO analytics.reliability VALUES
	(1, 'falcon', 'Falcon', 2, NULL),
	(2, 'hulk', 'The Hulk', 1, 12),
	(3, 'thor', 'Thor', 1, 12),
	(4, 'Spider-Man', 'Spider-Man', 0, NULL);


--
-- Data for Name: bridge_mission_heroes; Type: TABLE DATA; Schema: marts; Owner: cerebro_transformer
--

INSERT INTO marts.bridge_mission_heroes VALUES
	('M1', 'hulk'),
	('M2', 'thor'),
	('M3', 'falcon'),
	('M3', 'thor'),
	('M4', 'falcon');


--
-- Data for Name: dim_heroes; Type: TABLE DATA; Schema: marts; Owner: cerebro_transformer
--

INSERT INTO marts.dim_heroes VALUES
	('Spider-Man', 'Spider-Man', 'Peter Parker', '1962'),
	('thor', 'Thor', 'Thor Odinson', '1962'),
	('falcon', 'Falcon', 'Sam Wilson', '1969'),
	('hulk', 'The Hulk', 'Bruce Banner', '1962');


--
-- Data for Name: dim_missions; Type: TABLE DATA; Schema: marts; Owner: cerebro_transformer
--

INSERT INTO marts.dim_missions VALUES
	('M1', '2025-01-01 10:00:20+00', 'New York', 'Successful', 50000, 2, true),
	('M2', '2025-01-01 11:30:00+00', NULL, 'Failed', NULL, NULL, false),
	('M3', '2025-01-01 11:31:00+00', 'Oslo', 'Successful', NULL, 0, false),
	('M4', '2025-01-02 00:00:30+00', 'Rome', 'Successful', 20000, NULL, true);


--
-- Data for Name: fact_biometrics; Type: TABLE DATA; Schema: marts; Owner: cerebro_transformer
--

INSERT INTO marts.fact_biometrics VALUES
	('Spider-Man', '2025-01-01 10:00:00+00', 60, 122.9, 120, 126, 12, 10, 14, 104.75, 100, 110),
	('Spider-Man', '2025-01-01 10:01:00+00', 30, 123.1, 120, 126, 12, 10, 14, 105.2, 100, 110),
	('hulk', '2025-01-01 10:00:00+00', 60, 92.9, 90, 96, 12, 10, 14, 104.75, 100, 110),
	('hulk', '2025-01-01 10:01:00+00', 90, 86.31111111111112, 70, 96, 12, 10, 14, 104.97777777777777, 100, 110),
	('hulk', '2025-01-01 10:02:00+00', 31, 92.9, 90, 96, 11.935483870967742, 10, 14, 104.54838709677419, 100, 110),
	('thor', '2025-01-01 11:29:00+00', 60, 62.9, 60, 66, 12, 10, 14, 104.75, 100, 110),
	('thor', '2025-01-01 11:30:00+00', 60, 63.05, 60, 66, 12, 10, 14, 105.16666666666667, 100, 110),
	('thor', '2025-01-01 11:31:00+00', 60, 62.96666666666667, 60, 66, 12, 10, 14, 104.85, 100, 110),
	('thor', '2025-01-01 11:32:00+00', 20, 62.95, 60, 66, 12, 10, 14, 105.25, 100, 110);


--
-- Data for Name: alerts; Type: TABLE DATA; Schema: meta; Owner: cerebro_transformer
--



--
-- Data for Name: applied_loads; Type: TABLE DATA; Schema: meta; Owner: cerebro_transformer
--

INSERT INTO meta.applied_loads VALUES
	('bridge_mission_heroes', 3, '2026-11-27 21:00:17.350438+00', '2026-11-27 21:00:29.089471+00'),
	('int_load_heroes', 5, '2026-11-27 21:00:18.364781+00', '2026-11-27 21:00:39.273154+00'),
	('int_load_heroes', 10, '2026-11-27 21:00:33.15992+00', '2026-11-27 21:00:39.273154+00'),
	('int_load_heroes', 11, '2026-11-27 21:00:33.160037+00', '2026-11-27 21:00:39.273154+00'),
	('bridge_mission_heroes', 8, '2026-11-27 21:00:32.166434+00', '2026-11-27 21:00:40.273781+00'),
	('fact_biometrics', 5, '2026-11-27 21:00:18.364781+00', '2026-11-27 21:00:40.251864+00'),
	('fact_biometrics', 10, '2026-11-27 21:00:33.15992+00', '2026-11-27 21:00:40.251864+00'),
	('fact_biometrics', 11, '2026-11-27 21:00:33.160037+00', '2026-11-27 21:00:40.251864+00'),
	('obt_cerebro_restored mission_duration_minutes=1', 3, '2026-11-27 21:00:17.350438+00', '2026-11-27 21:00:40.823556+00'),
	('obt_cerebro_restored mission_duration_minutes=1', 5, '2026-11-27 21:00:18.364781+00', '2026-11-27 21:00:40.823556+00'),
	('obt_cerebro_restored mission_duration_minutes=1', 10, '2026-11-27 21:00:33.15992+00', '2026-11-27 21:00:40.823556+00'),
	('obt_cerebro_restored mission_duration_minutes=1', 11, '2026-11-27 21:00:33.160037+00', '2026-11-27 21:00:40.823556+00'),
	('obt_cerebro_restored mission_duration_minutes=1', 8, '2026-11-27 21:00:32.166434+00', '2026-11-27 21:00:40.823556+00');


--
-- Data for Name: fact_readings; Type: TABLE DATA; Schema: meta; Owner: cerebro_transformer
--

INSERT INTO meta.fact_readings VALUES
	(16845, 471);


--
-- Data for Name: reconciliations; Type: TABLE DATA; Schema: meta; Owner: cerebro_transformer
--

INSERT INTO meta.reconciliations VALUES
	('run 1', '2026-11-27 21:00:31.16174+00', 383, 381, 2, 0),
	('run 2', '2026-11-27 21:00:42.738321+00', 472, 471, 1, 0);


--
-- Data for Name: transformations; Type: TABLE DATA; Schema: meta; Owner: cerebro_transformer
--



--
-- Data for Name: biometrics; Type: TABLE DATA; Schema: raw; Owner: cerebro
--

INSERT INTO raw.biometrics VALUES
	(5, 'hulk', '2025-01-01 10:00:00+00', 60, 60, 4974, 80, 86, 60, 720, 10, 14, 60, 6285, 100, 110),
	(5, 'hulk', '2025-01-01 10:01:00+00', 60, 60, 4983, 80, 86, 60, 720, 10, 14, 60, 6310, 100, 110),
	(5, 'hulk', '2025-01-01 10:02:00+00', 61, 60, 4978, 80, 86, 61, 730, 10, 14, 61, 6391, 100, 110),
	(5, 'thor', '2025-01-01 11:29:00+00', 60, 60, 3774, 60, 66, 60, 720, 10, 14, 60, 6285, 100, 110),
	(5, 'thor', '2025-01-01 11:30:00+00', 60, 60, 3783, 60, 66, 60, 720, 10, 14, 60, 6310, 100, 110),
	(5, 'thor', '2025-01-01 11:31:00+00', 60, 60, 3778, 60, 66, 60, 720, 10, 14, 60, 6291, 100, 110),
	(5, 'thor', '2025-01-01 11:32:00+00', 20, 20, 1259, 60, 66, 20, 240, 10, 14, 20, 2105, 100, 110),
	(10, 'hulk', '2025-01-01 10:00:00+00', 60, 60, 5574, 90, 96, 60, 720, 10, 14, 60, 6285, 100, 110),
	(10, 'hulk', '2025-01-01 10:01:00+00', 60, 60, 5583, 90, 96, 60, 720, 10, 14, 60, 6310, 100, 110),
	(10, 'hulk', '2025-01-01 10:02:00+00', 31, 30, 2787, 90, 96, 31, 370, 10, 14, 31, 3241, 100, 110),
	(10, 'thor', '2025-01-01 11:29:00+00', 60, 60, 3774, 60, 66, 60, 720, 10, 14, 60, 6285, 100, 110),
	(10, 'thor', '2025-01-01 11:30:00+00', 60, 60, 3783, 60, 66, 60, 720, 10, 14, 60, 6310, 100, 110),
	(10, 'thor', '2025-01-01 11:31:00+00', 60, 60, 3778, 60, 66, 60, 720, 10, 14, 60, 6291, 100, 110),
	(10, 'thor', '2025-01-01 11:32:00+00', 20, 20, 1259, 60, 66, 20, 240, 10, 14, 20, 2105, 100, 110),
	(11, 'spiderman', '2025-01-01 10:00:00+00', 60, 60, 7374, 120, 126, 60, 720, 10, 14, 60, 6285, 100, 110),
	(11, 'spiderman', '2025-01-01 10:01:00+00', 30, 30, 3693, 120, 126, 30, 360, 10, 14, 30, 3156, 100, 110),
	(11, 'hulk', '2025-01-01 10:01:00+00', 30, 30, 2185, 70, 76, 30, 360, 10, 14, 30, 3138, 100, 110);


--
-- Data for Name: heroes; Type: TABLE DATA; Schema: raw; Owner: cerebro
--

INSERT INTO raw.heroes VALUES
	(1, 1, '{"hero_id": "hulk", "name": "HULK", "alter_ego": "Bruce Banner", "first_appearance": "1962"}'),
	(1, 2, '{"hero_id": "thor", "name": "Thor", "alter_ego": "Thor Odinson", "first_appearance": "1962"}'),
	(1, 3, '{"hero_id": "Spider-Man", "name": "Spider-Man", "alter_ego": "Peter Parker", "first_appearance": "1962"}'),
	(1, 4, '{"hero_id": "spiderman", "name": "", "alter_ego": "Peter Parker", "first_appearance": "1962"}'),
	(6, 1, '{"hero_id": "hulk", "name": "The Hulk", "alter_ego": "Bruce Banner", "first_appearance": "1962"}'),
	(6, 2, '{"hero_id": "thor", "name": "Thor", "alter_ego": "Thor Odinson", "first_appearance": "1962"}'),
	(6, 3, '{"hero_id": "Spider-Man", "name": "Spider-Man", "alter_ego": "Peter Parker", "first_appearance": "1962"}'),
	(6, 4, '{"hero_id": "spiderman", "name": "", "alter_ego": "Peter Parker", "first_appearance": "1962"}'),
	(7, 1, '{"hero_id": "falcon", "name": "Falcon", "alter_ego": "Sam Wilson", "first_appearance": "1969"}');


--
-- Data for Name: invalid_measures; Type: TABLE DATA; Schema: raw; Owner: cerebro
--

INSERT INTO raw.invalid_measures VALUES
	(5, 'heart_rate', 1),
	(10, 'heart_rate', 1);


--
-- Data for Name: loads; Type: TABLE DATA; Schema: raw; Owner: cerebro
--

INSERT INTO raw.loads OVERRIDING SYSTEM VALUE VALUES
	(1, 'heroes', 'heroes.csv', '6c5a4c08e94c618b5f59c3b64c7ef0b0', 175, 5, 4, 1, 'loaded', NULL, 'run 1', '2026-11-27 21:00:16.829872+00', NULL),
	(2, 'heroes', 'heroes/bad.csv', 'bc29f426ccdfd8fe99a7c8333e22301e', 28, 0, 0, 0, 'failed', 'heroes/bad.csv: its header lacks hero_id, name, alter_ego, first_appearance; it reads: no, header, of, heroes. The first line must name hero_id, name, alter_ego, first_appearance; the next run loads it.', 'run 1', '2026-11-27 21:00:16.845945+00', NULL),
	(3, 'missions', 'mission_logs.json', '98cbcfd738962b3c87c6412df8f16ecf', 549, 3, 3, 0, 'loaded', NULL, 'run 1', '2026-11-27 21:00:17.350438+00', NULL),
	(5, 'biometrics', 'biometrics/a.parquet', '4fee70907492b2925aa3abb22a30a712', 2538, 383, 381, 2, 'loaded', NULL, 'run 1', '2026-11-27 21:00:18.364781+00', NULL),
	(6, 'heroes', 'heroes.csv', '98b283c4fe4d0b5aaf799e1ccca58f88', 179, 5, 4, 1, 'loaded', NULL, 'run 2', '2026-11-27 21:00:32.006108+00', 1),
	(7, 'heroes', 'heroes/bad.csv', 'eb38c6afa02eca2f0a5543e0addefcf2', 70, 1, 1, 0, 'loaded', NULL, 'run 2', '2026-11-27 21:00:32.019068+00', NULL),
	(8, 'missions', 'mission_logs/more.json', '21a3ac660ebf1893c13785b8916148e2', 334, 2, 2, 0, 'loaded', NULL, 'run 2', '2026-11-27 21:00:32.166434+00', NULL),
	(4, 'biometrics', 'biometrics/broken.parquet', '5f85432c2a603e4c2eb15d6011bff708', 18, 0, 0, 0, 'failed', 'biometrics/broken.parquet: it is not a Parquet file: it begins with b''this'', not with b''PAR1''. Deliver it again under the same key; the next run loads it.', 'run 2', '2026-11-27 21:00:32.894893+00', NULL),
	(10, 'biometrics', 'biometrics/a.parquet', 'cf50258d7952e1fcedbc5b23b3860671', 2487, 352, 351, 1, 'loaded', NULL, 'run 2', '2026-11-27 21:00:33.15992+00', 5),
	(11, 'biometrics', 'biometrics/late.parquet', '3f52e224fe54fd53c63344fc0ab95b44', 1754, 120, 120, 0, 'loaded', NULL, 'run 2', '2026-11-27 21:00:33.160037+00', NULL);


--
-- Data for Name: missions; Type: TABLE DATA; Schema: raw; Owner: cerebro
--

INSERT INTO raw.missions VALUES
	(3, 1, '2025-01-01 10:00:20+00', '{"mission_id": "M1", "hero_ids": ["hulk", "SPIDER-MAN"], "location": "New York", "timestamp": "2025-01-01T10:00:20+00:00", "outcome": "Successful", "damage_report": {"structural_damage": 50000, "civilian_injuries": 2}}'),
	(3, 2, '2025-01-01 11:30:00+00', '{"mission_id": "M2", "hero_ids": ["thor"], "location": null, "timestamp": "2025-01-01T13:30:00+02:00", "outcome": "Failed"}'),
	(3, 3, '2025-01-01 11:31:00+00', '{"mission_id": "M3", "hero_ids": ["thor", "falcon"], "location": "Oslo", "timestamp": "2025-01-01T11:31:00Z", "outcome": "Successful", "damage_report": {"structural_damage": -5, "civilian_injuries": 0}}'),
	(8, 1, '2025-01-02 00:00:30+00', '{"mission_id": "M4", "hero_ids": ["falcon"], "location": "Rome", "timestamp": "2025-01-02T00:00:30Z", "outcome": "Successful", "damage_report": {"structural_damage": 20000, "civilian_injuries": null}}'),
	(8, 2, '2025-01-01 10:00:20+00', '{"mission_id": "M1", "hero_ids": ["hulk"], "location": "New York", "timestamp": "2025-01-01T10:00:20+00:00", "outcome": "Successful"}');


--
-- Data for Name: rejections; Type: TABLE DATA; Schema: raw; Owner: cerebro
--

INSERT INTO raw.rejections VALUES
	(1, 'missing_hero_id', 1, 'heroes.csv/rejected-6c5a4c08e94c618b5f59c3b64c7ef0b0.parquet'),
	(5, 'missing_hero_id', 1, 'biometrics/a.parquet/rejected-4fee70907492b2925aa3abb22a30a712.parquet'),
	(5, 'no_usable_measure', 1, 'biometrics/a.parquet/rejected-4fee70907492b2925aa3abb22a30a712.parquet'),
	(6, 'missing_hero_id', 1, 'heroes.csv/rejected-98b283c4fe4d0b5aaf799e1ccca58f88.parquet'),
	(10, 'missing_hero_id', 1, 'biometrics/a.parquet/rejected-cf50258d7952e1fcedbc5b23b3860671.parquet');


--
-- Data for Name: heroes_history; Type: TABLE DATA; Schema: snapshots; Owner: cerebro_transformer
--

INSERT INTO snapshots.heroes_history VALUES
	('spiderman', 'Spider-Man', 'Spider-Man', 'Peter Parker', '1962', '637d7683a289722dfb553cd1bba7dfa9', '2026-11-27 21:00:29.232135', '2026-11-27 21:00:29.232135', NULL),
	('thor', 'thor', 'Thor', 'Thor Odinson', '1962', '5e5e9dc212b0ae252ea52c094e7bcb8c', '2026-11-27 21:00:29.232135', '2026-11-27 21:00:29.232135', NULL),
	('falcon', 'falcon', 'Falcon', NULL, NULL, 'fa3b9b3389051b2cbf0f1af254f00d91', '2026-11-27 21:00:29.232135', '2026-11-27 21:00:29.232135', '2026-11-27 21:00:40.35937'),
	('hulk', 'hulk', 'Hulk', 'Bruce Banner', '1962', '6d961932ef3e0f3a7f30f55a3f55b873', '2026-11-27 21:00:29.232135', '2026-11-27 21:00:29.232135', '2026-11-27 21:00:40.35937'),
	('falcon', 'falcon', 'Falcon', 'Sam Wilson', '1969', '67cb762c2329b1e54c8b2ffc20ae7f15', '2026-11-27 21:00:40.35937', '2026-11-27 21:00:40.35937', NULL),
	('hulk', 'hulk', 'The Hulk', 'Bruce Banner', '1962', 'fac2f402232862b5fb43b1f9ce0479ca', '2026-11-27 21:00:40.35937', '2026-11-27 21:00:40.35937', NULL);


--
-- Data for Name: int_hero_ids; Type: TABLE DATA; Schema: staging; Owner: cerebro_transformer
--

INSERT INTO staging.int_hero_ids VALUES
	('falcon', 'falcon', 'falcon'),
	('Spider-Man', 'spiderman', 'Spider-Man'),
	('thor', 'thor', 'thor'),
	('SPIDER-MAN', 'spiderman', 'Spider-Man'),
	('spiderman', 'spiderman', 'Spider-Man'),
	('hulk', 'hulk', 'hulk');


--
-- Data for Name: int_load_heroes; Type: TABLE DATA; Schema: staging; Owner: cerebro_transformer
--

INSERT INTO staging.int_load_heroes VALUES
	(5, 'hulk'),
	(5, 'thor'),
	(10, 'hulk'),
	(10, 'thor'),
	(11, 'hulk'),
	(11, 'spiderman');


--
-- Data for Name: int_loads; Type: TABLE DATA; Schema: staging; Owner: cerebro_transformer
--

INSERT INTO staging.int_loads VALUES
	(3, 'missions', 'mission_logs.json', NULL, true, 3, 0, '2026-11-27 21:00:17.350438+00'),
	(5, 'biometrics', 'biometrics/a.parquet', NULL, false, 383, 2, '2026-11-27 21:00:18.364781+00'),
	(1, 'heroes', 'heroes.csv', NULL, false, 5, 1, '2026-11-27 21:00:16.829872+00'),
	(10, 'biometrics', 'biometrics/a.parquet', 5, true, 352, 1, '2026-11-27 21:00:33.15992+00'),
	(11, 'biometrics', 'biometrics/late.parquet', NULL, true, 120, 0, '2026-11-27 21:00:33.160037+00'),
	(6, 'heroes', 'heroes.csv', 1, true, 5, 1, '2026-11-27 21:00:32.006108+00'),
	(7, 'heroes', 'heroes/bad.csv', NULL, true, 1, 0, '2026-11-27 21:00:32.019068+00'),
	(8, 'missions', 'mission_logs/more.json', NULL, true, 2, 0, '2026-11-27 21:00:32.166434+00');


--
-- Name: loads_load_id_seq; Type: SEQUENCE SET; Schema: raw; Owner: cerebro
--

SELECT pg_catalog.setval('raw.loads_load_id_seq', 11, true);


--
-- Name: hulk_factor hulk_factor_pkey; Type: CONSTRAINT; Schema: analytics; Owner: cerebro_transformer
--

ALTER TABLE ONLY analytics.hulk_factor
    ADD CONSTRAINT hulk_factor_pkey PRIMARY KEY (hero_id);


--
-- Name: obt_cerebro_restored obt_cerebro_restored_hero_id_timestamp_mission_id_key1; Type: CONSTRAINT; Schema: analytics; Owner: cerebro_transformer
--

ALTER TABLE ONLY analytics.obt_cerebro_restored
    ADD CONSTRAINT obt_cerebro_restored_hero_id_timestamp_mission_id_key1 UNIQUE NULLS NOT DISTINCT (hero_id, "timestamp", mission_id);


--
-- Name: reliability reliability_pkey; Type: CONSTRAINT; Schema: analytics; Owner: cerebro_transformer
--

ALTER TABLE ONLY analytics.reliability
    ADD CONSTRAINT reliability_pkey PRIMARY KEY (hero_id);


--
-- Name: bridge_mission_heroes bridge_mission_heroes_pkey; Type: CONSTRAINT; Schema: marts; Owner: cerebro_transformer
--

ALTER TABLE ONLY marts.bridge_mission_heroes
    ADD CONSTRAINT bridge_mission_heroes_pkey PRIMARY KEY (mission_id, hero_id);


--
-- Name: dim_heroes dim_heroes_pkey; Type: CONSTRAINT; Schema: marts; Owner: cerebro_transformer
--

ALTER TABLE ONLY marts.dim_heroes
    ADD CONSTRAINT dim_heroes_pkey PRIMARY KEY (hero_id);


--
-- Name: dim_missions dim_missions_pkey; Type: CONSTRAINT; Schema: marts; Owner: cerebro_transformer
--

ALTER TABLE ONLY marts.dim_missions
    ADD CONSTRAINT dim_missions_pkey PRIMARY KEY (mission_id);


--
-- Name: fact_biometrics fact_biometrics_pkey1; Type: CONSTRAINT; Schema: marts; Owner: cerebro_transformer
--

ALTER TABLE ONLY marts.fact_biometrics
    ADD CONSTRAINT fact_biometrics_pkey1 PRIMARY KEY (hero_id, minute_at);


--
-- Name: applied_loads applied_loads_pkey; Type: CONSTRAINT; Schema: meta; Owner: cerebro_transformer
--

ALTER TABLE ONLY meta.applied_loads
    ADD CONSTRAINT applied_loads_pkey PRIMARY KEY (model, load_id, loaded_at);


--
-- Name: fact_readings fact_readings_pkey; Type: CONSTRAINT; Schema: meta; Owner: cerebro_transformer
--

ALTER TABLE ONLY meta.fact_readings
    ADD CONSTRAINT fact_readings_pkey PRIMARY KEY (fact_table);


--
-- Name: reconciliations reconciliations_pkey; Type: CONSTRAINT; Schema: meta; Owner: cerebro_transformer
--

ALTER TABLE ONLY meta.reconciliations
    ADD CONSTRAINT reconciliations_pkey PRIMARY KEY (dag_run_id);


--
-- Name: transformations transformations_pkey; Type: CONSTRAINT; Schema: meta; Owner: cerebro_transformer
--

ALTER TABLE ONLY meta.transformations
    ADD CONSTRAINT transformations_pkey PRIMARY KEY (finished_at);


--
-- Name: heroes heroes_pkey; Type: CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.heroes
    ADD CONSTRAINT heroes_pkey PRIMARY KEY (load_id, row_number);


--
-- Name: invalid_measures invalid_measures_pkey; Type: CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.invalid_measures
    ADD CONSTRAINT invalid_measures_pkey PRIMARY KEY (load_id, measure);


--
-- Name: loads loads_pkey; Type: CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.loads
    ADD CONSTRAINT loads_pkey PRIMARY KEY (load_id);


--
-- Name: missions missions_pkey; Type: CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.missions
    ADD CONSTRAINT missions_pkey PRIMARY KEY (load_id, row_number);


--
-- Name: rejections rejections_pkey; Type: CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.rejections
    ADD CONSTRAINT rejections_pkey PRIMARY KEY (load_id, reason);


--
-- Name: int_hero_ids int_hero_ids_pkey; Type: CONSTRAINT; Schema: staging; Owner: cerebro_transformer
--

ALTER TABLE ONLY staging.int_hero_ids
    ADD CONSTRAINT int_hero_ids_pkey PRIMARY KEY (spelled_hero_id);


--
-- Name: int_load_heroes int_load_heroes_pkey1; Type: CONSTRAINT; Schema: staging; Owner: cerebro_transformer
--

ALTER TABLE ONLY staging.int_load_heroes
    ADD CONSTRAINT int_load_heroes_pkey1 PRIMARY KEY (hero_id, load_id);


--
-- Name: int_loads int_loads_pkey; Type: CONSTRAINT; Schema: staging; Owner: cerebro_transformer
--

ALTER TABLE ONLY staging.int_loads
    ADD CONSTRAINT int_loads_pkey PRIMARY KEY (load_id);


--
-- Name: obt_cerebro_restored_mission_id_idx1; Type: INDEX; Schema: analytics; Owner: cerebro_transformer
--

CREATE INDEX obt_cerebro_restored_mission_id_idx1 ON analytics.obt_cerebro_restored USING btree (mission_id) WHERE (mission_id IS NOT NULL);


--
-- Name: obt_cerebro_restored_mission_outcome_idx1; Type: INDEX; Schema: analytics; Owner: cerebro_transformer
--

CREATE INDEX obt_cerebro_restored_mission_outcome_idx1 ON analytics.obt_cerebro_restored USING btree (mission_outcome) WHERE (mission_outcome IS NOT NULL);


--
-- Name: obt_cerebro_restored_structural_damage_idx1; Type: INDEX; Schema: analytics; Owner: cerebro_transformer
--

CREATE INDEX obt_cerebro_restored_structural_damage_idx1 ON analytics.obt_cerebro_restored USING btree (structural_damage) WHERE (structural_damage IS NOT NULL);


--
-- Name: bridge_mission_heroes_hero_id_idx; Type: INDEX; Schema: marts; Owner: cerebro_transformer
--

CREATE INDEX bridge_mission_heroes_hero_id_idx ON marts.bridge_mission_heroes USING btree (hero_id);


--
-- Name: fact_biometrics_minute_at_idx1; Type: INDEX; Schema: marts; Owner: cerebro_transformer
--

CREATE INDEX fact_biometrics_minute_at_idx1 ON marts.fact_biometrics USING brin (minute_at);


--
-- Name: biometrics_load_id_minute_at; Type: INDEX; Schema: raw; Owner: cerebro
--

CREATE INDEX biometrics_load_id_minute_at ON raw.biometrics USING brin (load_id, minute_at) WITH (pages_per_range='32');


--
-- Name: loads_one_failure; Type: INDEX; Schema: raw; Owner: cerebro
--

CREATE UNIQUE INDEX loads_one_failure ON raw.loads USING btree (object_key, etag) WHERE (status = 'failed'::text);


--
-- Name: loads_one_successor; Type: INDEX; Schema: raw; Owner: cerebro
--

CREATE UNIQUE INDEX loads_one_successor ON raw.loads USING btree (object_key, supersedes) NULLS NOT DISTINCT WHERE (status = 'loaded'::text);


--
-- Name: loads_supersedes; Type: INDEX; Schema: raw; Owner: cerebro
--

CREATE INDEX loads_supersedes ON raw.loads USING btree (supersedes) WHERE (supersedes IS NOT NULL);


--
-- Name: fact_biometrics keep_fact_readings_delete; Type: TRIGGER; Schema: marts; Owner: cerebro_transformer
--

CREATE TRIGGER keep_fact_readings_delete AFTER DELETE ON marts.fact_biometrics REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION meta.keep_fact_readings();

ALTER TABLE marts.fact_biometrics ENABLE ALWAYS TRIGGER keep_fact_readings_delete;


--
-- Name: fact_biometrics keep_fact_readings_insert; Type: TRIGGER; Schema: marts; Owner: cerebro_transformer
--

CREATE TRIGGER keep_fact_readings_insert AFTER INSERT ON marts.fact_biometrics REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION meta.keep_fact_readings();

ALTER TABLE marts.fact_biometrics ENABLE ALWAYS TRIGGER keep_fact_readings_insert;


--
-- Name: fact_biometrics keep_fact_readings_truncate; Type: TRIGGER; Schema: marts; Owner: cerebro_transformer
--

CREATE TRIGGER keep_fact_readings_truncate AFTER TRUNCATE ON marts.fact_biometrics FOR EACH STATEMENT EXECUTE FUNCTION meta.keep_fact_readings();

ALTER TABLE marts.fact_biometrics ENABLE ALWAYS TRIGGER keep_fact_readings_truncate;


--
-- Name: fact_biometrics keep_fact_readings_update; Type: TRIGGER; Schema: marts; Owner: cerebro_transformer
--

CREATE TRIGGER keep_fact_readings_update AFTER UPDATE ON marts.fact_biometrics REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION meta.keep_fact_readings();

ALTER TABLE marts.fact_biometrics ENABLE ALWAYS TRIGGER keep_fact_readings_update;


--
-- Name: loads loads_history_only_grows; Type: TRIGGER; Schema: raw; Owner: cerebro
--

CREATE TRIGGER loads_history_only_grows BEFORE DELETE OR UPDATE ON raw.loads FOR EACH ROW WHEN ((old.status = 'loaded'::text)) EXECUTE FUNCTION raw.refuse_to_rewrite_history();


--
-- Name: obt_cerebro_restored obt_cerebro_restored_hero_id_fkey1; Type: FK CONSTRAINT; Schema: analytics; Owner: cerebro_transformer
--

ALTER TABLE ONLY analytics.obt_cerebro_restored
    ADD CONSTRAINT obt_cerebro_restored_hero_id_fkey1 FOREIGN KEY (hero_id) REFERENCES marts.dim_heroes(hero_id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: bridge_mission_heroes bridge_mission_heroes_hero_id_fkey; Type: FK CONSTRAINT; Schema: marts; Owner: cerebro_transformer
--

ALTER TABLE ONLY marts.bridge_mission_heroes
    ADD CONSTRAINT bridge_mission_heroes_hero_id_fkey FOREIGN KEY (hero_id) REFERENCES marts.dim_heroes(hero_id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: bridge_mission_heroes bridge_mission_heroes_mission_id_fkey; Type: FK CONSTRAINT; Schema: marts; Owner: cerebro_transformer
--

ALTER TABLE ONLY marts.bridge_mission_heroes
    ADD CONSTRAINT bridge_mission_heroes_mission_id_fkey FOREIGN KEY (mission_id) REFERENCES marts.dim_missions(mission_id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: fact_biometrics fact_biometrics_hero_id_fkey1; Type: FK CONSTRAINT; Schema: marts; Owner: cerebro_transformer
--

ALTER TABLE ONLY marts.fact_biometrics
    ADD CONSTRAINT fact_biometrics_hero_id_fkey1 FOREIGN KEY (hero_id) REFERENCES marts.dim_heroes(hero_id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: heroes heroes_load_id_fkey; Type: FK CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.heroes
    ADD CONSTRAINT heroes_load_id_fkey FOREIGN KEY (load_id) REFERENCES raw.loads(load_id);


--
-- Name: invalid_measures invalid_measures_load_id_fkey; Type: FK CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.invalid_measures
    ADD CONSTRAINT invalid_measures_load_id_fkey FOREIGN KEY (load_id) REFERENCES raw.loads(load_id);


--
-- Name: loads loads_supersedes_fkey; Type: FK CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.loads
    ADD CONSTRAINT loads_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES raw.loads(load_id);


--
-- Name: missions missions_load_id_fkey; Type: FK CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.missions
    ADD CONSTRAINT missions_load_id_fkey FOREIGN KEY (load_id) REFERENCES raw.loads(load_id);


--
-- Name: rejections rejections_load_id_fkey; Type: FK CONSTRAINT; Schema: raw; Owner: cerebro
--

ALTER TABLE ONLY raw.rejections
    ADD CONSTRAINT rejections_load_id_fkey FOREIGN KEY (load_id) REFERENCES raw.loads(load_id);


--
-- Name: SCHEMA analytics; Type: ACL; Schema: -; Owner: cerebro_transformer
--

GRANT USAGE ON SCHEMA analytics TO cerebro_analyst;


--
-- Name: SCHEMA marts; Type: ACL; Schema: -; Owner: cerebro_transformer
--

GRANT USAGE ON SCHEMA marts TO cerebro_analyst;


--
-- Name: SCHEMA operations; Type: ACL; Schema: -; Owner: cerebro_transformer
--

GRANT USAGE ON SCHEMA operations TO cerebro_analyst;


--
-- Name: SCHEMA raw; Type: ACL; Schema: -; Owner: cerebro
--

GRANT USAGE ON SCHEMA raw TO cerebro_loader;
GRANT USAGE ON SCHEMA raw TO cerebro_transformer;


--
-- Name: FUNCTION summarize_biometrics(); Type: ACL; Schema: raw; Owner: cerebro
--

REVOKE ALL ON FUNCTION raw.summarize_biometrics() FROM PUBLIC;
GRANT ALL ON FUNCTION raw.summarize_biometrics() TO cerebro_transformer;


--
-- Name: TABLE hulk_factor; Type: ACL; Schema: analytics; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE analytics.hulk_factor TO cerebro_analyst;


--
-- Name: TABLE obt_cerebro_restored; Type: ACL; Schema: analytics; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE analytics.obt_cerebro_restored TO cerebro_analyst;


--
-- Name: TABLE reliability; Type: ACL; Schema: analytics; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE analytics.reliability TO cerebro_analyst;


--
-- Name: TABLE bridge_mission_heroes; Type: ACL; Schema: marts; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE marts.bridge_mission_heroes TO cerebro_analyst;


--
-- Name: TABLE dim_heroes; Type: ACL; Schema: marts; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE marts.dim_heroes TO cerebro_analyst;


--
-- Name: TABLE dim_missions; Type: ACL; Schema: marts; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE marts.dim_missions TO cerebro_analyst;


--
-- Name: TABLE fact_biometrics; Type: ACL; Schema: marts; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE marts.fact_biometrics TO cerebro_analyst;


--
-- Name: TABLE loads; Type: ACL; Schema: raw; Owner: cerebro
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE raw.loads TO cerebro_loader;
GRANT SELECT ON TABLE raw.loads TO cerebro_transformer;


--
-- Name: TABLE rejections; Type: ACL; Schema: raw; Owner: cerebro
--

GRANT SELECT,INSERT ON TABLE raw.rejections TO cerebro_loader;
GRANT SELECT ON TABLE raw.rejections TO cerebro_transformer;


--
-- Name: TABLE load_history; Type: ACL; Schema: operations; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE operations.load_history TO cerebro_analyst;


--
-- Name: TABLE run_checks; Type: ACL; Schema: operations; Owner: cerebro_transformer
--

GRANT SELECT ON TABLE operations.run_checks TO cerebro_analyst;


--
-- Name: TABLE biometrics; Type: ACL; Schema: raw; Owner: cerebro
--

GRANT SELECT,INSERT ON TABLE raw.biometrics TO cerebro_loader;
GRANT SELECT ON TABLE raw.biometrics TO cerebro_transformer;


--
-- Name: TABLE current_loads; Type: ACL; Schema: raw; Owner: cerebro
--

GRANT SELECT,INSERT ON TABLE raw.current_loads TO cerebro_loader;
GRANT SELECT ON TABLE raw.current_loads TO cerebro_transformer;


--
-- Name: TABLE heroes; Type: ACL; Schema: raw; Owner: cerebro
--

GRANT SELECT,INSERT ON TABLE raw.heroes TO cerebro_loader;
GRANT SELECT ON TABLE raw.heroes TO cerebro_transformer;


--
-- Name: TABLE invalid_measures; Type: ACL; Schema: raw; Owner: cerebro
--

GRANT SELECT,INSERT ON TABLE raw.invalid_measures TO cerebro_loader;
GRANT SELECT ON TABLE raw.invalid_measures TO cerebro_transformer;


--
-- Name: TABLE missions; Type: ACL; Schema: raw; Owner: cerebro
--

GRANT SELECT,INSERT ON TABLE raw.missions TO cerebro_loader;
GRANT SELECT ON TABLE raw.missions TO cerebro_transformer;


--
-- PostgreSQL database dump complete
--


