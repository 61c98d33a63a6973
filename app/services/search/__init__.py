"""What visitors find: search pages and the home page."""
