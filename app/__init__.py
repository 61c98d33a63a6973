"""Passerelle: records, services and portal."""
