-- Removes what a listing of an earlier day has left: the store has changed since.
delete from meta.waiting
where written_at < now() - interval '1 day';
