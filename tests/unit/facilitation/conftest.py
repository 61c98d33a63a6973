from tests.facilitation.fixtures import empty_database, world

__all__ = ["empty_database", "world"]
