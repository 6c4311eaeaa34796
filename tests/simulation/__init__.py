"""The real pipeline under a virtual clock: one process, one seed, and everything goes wrong that can.

`python -m tests.simulation --episodes 2000 --seed 1` runs episodes and judges each by the product's invariants and by
what the provider remembers. The same seed gives the same run.
"""
