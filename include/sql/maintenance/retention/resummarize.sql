-- Summarizes block ranges of raw.biometrics again.
select raw.resummarize_biometrics(%(block_ranges)s::bigint[]);
