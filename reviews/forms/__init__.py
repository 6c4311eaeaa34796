"""Forms of reviews and delivery."""
