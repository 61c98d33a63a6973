"""The search index: kept true to the database, encoded, rebuilt, swept."""
