"""`manage.py work` with real processes, a real database and a local Kie.ai."""
