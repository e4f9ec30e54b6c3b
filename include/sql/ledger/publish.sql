-- Gives the loads of this transaction their positions, above all that are visible. Requires the lock of lock.sql.
update raw.loads
set position = nextval('raw.load_positions')
where loads.load_id = any(%(load_ids)s);
