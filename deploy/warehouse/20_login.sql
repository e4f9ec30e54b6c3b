-- The login of Airflow's connection `warehouse`: it may assume the three roles and create schemas, and is no superuser.
-- psql runs this file and reads the password from the environment.
\getenv password CEREBRO_WAREHOUSE_PASSWORD
create role cerebro login password :'password';
grant cerebro_loader, cerebro_transformer, cerebro_analyst to cerebro;

revoke all on database cerebro from public;
grant connect on database cerebro to cerebro_analyst;
grant connect, create, temporary on database cerebro to cerebro;
grant temporary on database cerebro to cerebro_loader, cerebro_transformer;
