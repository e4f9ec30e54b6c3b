select to_regclass('meta.schema_versions') is not null;
