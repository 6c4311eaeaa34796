"""The sums over many episodes, chaos and simulation, and the one line that tells them."""

from collections import Counter
from dataclasses import dataclass, field

KINDS = ("lost", "paid twice", "overspent", "wrong", "broken")
# What is counted and no fault.
PLAIN = {"good", "success", "once", "takes", "attempts", "decided by a person", "line stopped", "asker turned away"}
GROUPS = {
    "crashes and kills": ("crash", "asker killed", "kill "),
    "stops": ("stop", "interleaved"),
    "callbacks": (
        "kie: no-callback", "kie: twice", "kie: late-callback", "kie: early-callback", "kie: replayed", "kie: forged",
        "kie: garbled", "kie: stranger", "none", "twice", "late", "early", "wrong-task", "forged",
    ),
    "messages": ("message-",),
    "database": ("database",),
    "storage": ("storage",),
    "clocks": ("clock",),
}  # fmt: skip
REST = "provider"


@dataclass
class Totals:
    """`settled`: the longest time from the last fault to rest, in seconds (of virtual time in a simulation)."""

    episodes: int = 0
    settled: float = 0.0
    breaches: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def details(self) -> str:
        """Every kind of fault by its own name."""
        return ", ".join(f"{name} {number}" for name, number in sorted(self.faults.items()) if number)

    def grouped(self) -> Counter[str]:
        """Faults by the kind of thing that was struck."""
        groups: Counter[str] = Counter()
        for name, number in self.faults.items():
            if name not in PLAIN:
                groups[group_of(name)] += number
        return groups


def group_of(fault: str) -> str:
    """The group that a fault belongs to by the beginning of its name."""
    return next((group for group, beginnings in GROUPS.items() if fault.startswith(beginnings)), REST)


def last_line(chaos: Totals, simulated: Totals) -> str:
    """Everything that counts."""
    faults = chaos.grouped() + simulated.grouped()
    breaches = chaos.breaches + simulated.breaches
    told = [f"{chaos.episodes} chaos and {simulated.episodes} simulated episodes"]
    told.append(f"{faults.total()} faults ({', '.join(f'{name} {faults[name]}' for name in sorted(faults))})")
    told += [f"{kind} {breaches[kind]}" for kind in KINDS]
    told.append(f"longest time to settle {chaos.settled:.0f} s")
    return ", ".join(told) + f" (simulated {simulated.settled:.0f} s)"
