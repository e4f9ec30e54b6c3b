-- Truncates the partitions of minutes before an instant: all of them, or those without rows. Returns how many minutes
-- left, and of how many loads.
select
    truncated.minutes,
    truncated.objects
from raw.truncate_biometrics(%(until)s, %(only_empty)s) as truncated;
