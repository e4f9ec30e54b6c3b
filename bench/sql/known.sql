-- The objects with such keys that the ledger has.
select count(distinct object_key)
from raw.loads
where object_key like %(keys)s
