-- PostgreSQL's statistics hold frequent values: they are made anew from what is left.
analyze raw.biometrics, raw.load_hours, raw.heroes, raw.missions;
