-- From arrival to answer, by day and landing zone: the last days on which objects arrived.
select
    latency.landing_zone,
    latency.arrived_on::text as arrived_on,
    latency.objects,
    latency.objects_waiting,
    latency.objects_untold,
    latency.to_raw_p50,
    latency.to_raw_p95,
    latency.to_answer_p50,
    latency.to_answer_p95
from operations.latency
order by latency.arrived_on desc, latency.landing_zone asc
limit %(limit)s;
