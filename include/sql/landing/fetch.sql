-- Reads whole objects, which puts them into DuckDB's cache if it is on, and returns their MD5.
select
    filename as url,
    md5(content) as content_md5
from read_blob(?);
