-- What loads of 0.1.0 do not have: known fields of records, the seconds of readings. Which measures there are is the
-- loader's to know since, and rejected rows may be kept nowhere.
alter table if exists raw.heroes add column if not exists fields json;
alter table if exists raw.missions add column if not exists fields json;
alter table if exists raw.biometrics add column if not exists seconds bigint;
alter table if exists raw.invalid_measures drop constraint if exists invalid_measures_measure_check;
alter table if exists raw.rejections alter column quarantine_key drop not null;
