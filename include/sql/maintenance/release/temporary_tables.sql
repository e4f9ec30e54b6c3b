-- Where the released minutes and hours wait to be merged with those in force.
create temporary table released_biometrics (like raw.biometrics) on commit drop;
create temporary table released_load_hours (like raw.load_hours) on commit drop;
