-- raw belongs to whoever runs this (so that the loader can add to it, but not alter it);
-- the schemas that dbt builds belong to the transformer.
create schema if not exists raw;
create schema if not exists staging authorization cerebro_transformer;
create schema if not exists marts authorization cerebro_transformer;
create schema if not exists analytics authorization cerebro_transformer;
-- Views of the ledger and of what the runs checked, for the page Cerebro. Not in analytics: what a run or a load is
-- called is another in a warehouse that was rebuilt, and analytics would not be.
create schema if not exists operations authorization cerebro_transformer;
create schema if not exists snapshots authorization cerebro_transformer;
create schema if not exists meta authorization cerebro_transformer;

grant usage on schema raw to cerebro_loader, cerebro_transformer;
grant usage on schema marts, analytics, operations to cerebro_analyst;
