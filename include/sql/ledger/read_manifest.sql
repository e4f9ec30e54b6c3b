-- The objects of a batch.
select
    manifests.landing_zone,
    manifests.objects
from meta.manifests
where manifests.batch = %(batch)s;
