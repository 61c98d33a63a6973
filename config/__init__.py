"""Settings, logging and the data files that the product ships with."""
