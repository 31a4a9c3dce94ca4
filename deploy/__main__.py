"""Where the program begins: ``atelier`` and ``python -m deploy``."""

from deploy.interrupt import ends_at_once


def main() -> None:
    """Run the command line."""
    with ends_at_once():
        from deploy.cli import main as atelier
    atelier()


if __name__ == "__main__":
    main()
