"""Makes everything that must agree with `schema.toml`: one reader, and a writer for each."""
