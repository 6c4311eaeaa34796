"""The generation engine, measured beside a bare script, blocking threads and a naive queue, against one stand-in."""
