-- Read the objects whole, and with that into the cache, if there is one.
select
    filename as url,
    md5(content) as content_md5
from read_blob(?);
