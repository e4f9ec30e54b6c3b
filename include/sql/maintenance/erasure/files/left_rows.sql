-- The rows of a Parquet file that stay. Python fills in the name of the column between underscores.
select delivered.*
from delivered
anti join leaving on delivered.__hero__ = leaving.hero
