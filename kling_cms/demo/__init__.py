"""The demo: its processes, its story, its pictures."""
