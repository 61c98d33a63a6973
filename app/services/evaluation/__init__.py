"""Measuring relevance, and learning the lexicon."""
