"""The real product in a real browser: what journeys and browser tests stand on."""
