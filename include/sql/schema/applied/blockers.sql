-- The sessions that one waits for. Only members of pg_read_all_stats see since when others' transactions are open.
select
    sessions.pid,
    sessions.usename,
    sessions.application_name,
    to_char(sessions.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since
from pg_stat_activity as sessions
where sessions.pid = any(pg_blocking_pids(%(waiting)s))
order by sessions.xact_start nulls last, sessions.pid;
