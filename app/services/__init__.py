"""Use cases, one verb-named module each, and the access rules."""
