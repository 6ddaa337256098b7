"""`python -m mesogun.cli` is `mesogun`."""

from mesogun.cli.main import main

main()
