-- Lets the duplicates of a load name another one, which holds the bytes now.
update raw.loads
set duplicate_of = %(to_load_id)s
where loads.duplicate_of = %(load_id)s and loads.status = 'duplicate';
