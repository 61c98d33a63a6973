"""The `passerelle` command line."""
