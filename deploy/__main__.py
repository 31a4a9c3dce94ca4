"""Where the program begins: ``atelier`` and ``python -m deploy``."""

import signal


def main() -> None:
    """Run the command line. Ctrl-C simply ends the program until that stands: a trace of its imports helps nobody."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:  # in the background a shell has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from deploy.cli import main as atelier

    signal.signal(signal.SIGINT, handler)
    atelier()


if __name__ == "__main__":
    main()
