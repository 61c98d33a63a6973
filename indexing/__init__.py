"""Documents, analysis, encoders, and the search engines behind one protocol."""
