select raw.missing_months(%(days)s::date[]);
