insert into meta.alerts (kind, fingerprint) values (%(kind)s, %(fingerprint)s);
