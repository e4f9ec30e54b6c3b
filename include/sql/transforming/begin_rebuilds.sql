-- Notes which tables are about to be built again, so that those that a stopped run leaves are built again by the next.
update meta.tables
set rules = ''
where tables.model = any(%(models)s);
