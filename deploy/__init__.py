"""How the parts are put together and run: settings, command line, the embedded app."""
