-- The id of the last erasure; 0 if no hero was ever forgotten.
select coalesce(max(erasures.erasure_id), 0) as erasure_id
from raw.erasures;
