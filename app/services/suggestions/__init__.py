"""Suggested matches: candidates, both sides, scores and reasons, kept as rows and looked at from the outside."""
