"""People and the organisations that they speak for."""
