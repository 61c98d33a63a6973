"""Scores, reasons and gates of challenge-firm pairs: plain Python and numpy, no I/O."""
