insert into meta.migrations (number, name, is_executed, project_version)
values (%(number)s, %(name)s, %(is_executed)s, %(version)s)
on conflict do nothing;
