-- Drops the empty partitions of minutes before an instant.
select raw.drop_empty_months(%(until)s);
