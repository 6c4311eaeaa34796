"""Real processes, real HTTP, real kills: storms over the running product, judged by what the provider remembers.

`python -m tests.chaos --episodes 40 --seed 1` plays so many episodes, those of a batch at once on one set of processes:
stand-in, two `manage.py work`, a web server. A seed gives the same takes, faults and blows; what the machine makes of
them differs from run to run. `--simulate N` plays N episodes of `tests.simulation` as well and sums up both.
"""
