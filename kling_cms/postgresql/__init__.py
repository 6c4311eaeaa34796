"""Django's PostgreSQL backend, with connections that are asked less often whether they live (see `base`)."""
