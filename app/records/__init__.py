"""Tables, unit of work, outbox, audit log and named queries. The database is the only source of truth."""
