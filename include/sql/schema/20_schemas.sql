-- raw belongs to the login that runs this file, so that the loader can add rows but not alter tables. The schemas that
-- dbt builds belong to the transformer.
create schema if not exists raw;
create schema if not exists staging authorization cerebro_transformer;
create schema if not exists marts authorization cerebro_transformer;
create schema if not exists analytics authorization cerebro_transformer;
-- Views of the ledger and of the runs' checks (include/sql/operations), for the page Cerebro. They are not in
-- analytics: run ids and load ids differ after a rebuild, and analytics must not.
create schema if not exists operations authorization cerebro_transformer;
create schema if not exists snapshots authorization cerebro_transformer;
create schema if not exists meta authorization cerebro_transformer;

grant usage on schema raw to cerebro_loader, cerebro_transformer;
grant usage on schema marts, analytics, operations to cerebro_analyst;
