-- The last alert sent of this kind, and whether it is too recent to be repeated.
select
    alerts.fingerprint,
    alerts.sent_at > now() - make_interval(hours => %(repeat_hours)s) as is_recent
from meta.alerts
where alerts.kind = %(kind)s
order by alerts.sent_at desc
limit 1;
