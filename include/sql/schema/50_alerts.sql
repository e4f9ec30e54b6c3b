-- What people were told last, by kind, so that an hourly run does not tell the same thing every hour.
-- An empty fingerprint: all is well again.
create table if not exists meta.alerts (
    kind text not null,
    fingerprint text not null,
    sent_at timestamptz not null default clock_timestamp()
);

alter table meta.alerts owner to cerebro_transformer;
