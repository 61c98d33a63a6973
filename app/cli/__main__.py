"""`python -m app.cli` is `passerelle`."""

from app.cli.main import main

main()
