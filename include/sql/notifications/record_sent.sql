-- Adds one row for an alert that was sent; an empty fingerprint for a kind that is well again.
insert into meta.alerts (kind, fingerprint) values (%(kind)s, %(fingerprint)s);
