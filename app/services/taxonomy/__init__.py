"""Sectors and technologies."""
