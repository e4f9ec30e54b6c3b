select raw.add_months(%(days)s::date[]);
