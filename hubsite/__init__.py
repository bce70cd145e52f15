"""How the hub is put together and shown: settings, wiring, problems, portal, health."""
