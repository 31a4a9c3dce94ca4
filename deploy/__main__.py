"""``python -m deploy`` is ``atelier``."""

from deploy.cli import main

main()
