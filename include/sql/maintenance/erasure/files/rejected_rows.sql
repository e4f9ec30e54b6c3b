-- The places of rejected readings whose hero was forgotten.
select rejected.file_row_number
from rejected
semi join leaving on rejected.hero_id = leaving.hero;
