-- Whether the files were executed last with this checksum, and nothing that there was afterwards is missing. What was
-- added since, by hand, does not matter.
select versions.checksum = %(checksum)s and versions.objects <@ %(objects)s::text[] as is_current
from meta.schema_versions as versions
order by versions.applied_at desc
limit 1;
