alter table if exists meta.transformations add column if not exists retention_id bigint not null default 0;
alter table if exists meta.reconciliations add column if not exists readings_retired bigint not null default 0;
