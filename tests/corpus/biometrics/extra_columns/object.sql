select
    *,
    'v2' as firmware,
    [1, 2] as tags,
    { 'a': 1 } as more
from readings(3)
