"""Benchmarks: `make bench` prints one line a figure, each beside its yardstick of the same run."""
