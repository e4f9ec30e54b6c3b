-- One row per alert sent. The last one of each kind deduplicates: an hourly run does not send the same alert every
-- hour. An empty fingerprint means that all is well again.
create table if not exists meta.alerts (
    kind text not null,
    fingerprint text not null,
    sent_at timestamptz not null default clock_timestamp()
);

alter table meta.alerts owner to cerebro_transformer;
