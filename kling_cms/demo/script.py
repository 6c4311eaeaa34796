"""The script of the demo: who plays, which shots there are, what is asked, and how far each gets."""

from dataclasses import dataclass

ORGANISATION = "Northlight Studio"
PASSWORD = "northlight-demo"  # noqa: S105  # the only default password there is: for data that is made up
PEOPLE = [
    ("alice@northlight.example", "Alice Adler, admin"),
    ("pat@northlight.example", "Pat Prado, producer"),
    ("carl@northlight.example", "Carl Cho, creator"),
    ("rita@northlight.example", "Rita Rossi, reviewer"),
]


@dataclass(frozen=True)
class Scene:
    """A shot with its prompt. `asset` names the picture it starts from; `ends` is "approved" for a finished one."""

    name: str
    prompt: str = ""
    takes: int = 0
    asset: str = ""
    description: str = ""
    ends: str = ""
    delivered: bool = False


SCENES = [
    Scene(
        "Harbour wakes",
        "A slow push over a quiet harbour at first light, gulls, warm reflections on calm water, 35 mm, soft haze",
        takes=2,
        ends="approved",
        delivered=True,
    ),
    Scene(
        "Light in the window",
        "The camera drifts towards a small coffee house; a lamp is switched on and the window glows",
        takes=1,
        asset="Storefront, evening",
        ends="approved",
        delivered=True,
    ),
    Scene(
        "Opening: first light",
        "A trawler crosses the harbour at first light, slow dolly forward, gulls, long reflections, film grain",
        takes=2,
        description="Sets place and hour. The push must feel like waking up.",
    ),
    Scene(
        "Steam over the cup",
        "Steam rises slowly from the cup, morning sun moves over the counter, shallow depth of field, static camera",
        takes=2,
        asset="Cup on the counter",
    ),
    Scene(
        "Order ahead, pick up",
        "A thumb taps the order button, the list slides up gently, the phone stays still, studio light",
        takes=1,
        asset="Ordering app",
        description="The app has to be readable in every frame.",
    ),
    Scene(
        "Storefront in the rain",
        "Rain on the pavement, people with umbrellas pass the lit window, slow pan from left to right",
        takes=3,
        asset="Storefront, evening",
    ),
    Scene(
        "Closing: the mark",
        "The mark breathes once, a soft light passes over it from left to right, calm ending",
        takes=1,
        asset="Logo card",
        ends="approved",
    ),
    Scene(
        "Barista portrait, hands and face, one unbroken shot in the afternoon", description="Casting is not done yet."
    ),
]

# One of each class. The tag tells the stand-in to fail; at the real Kie.ai it would be a part of the prompt.
FAILURES = [
    "A bicycle courier crosses the bridge at night [kie:fail-provider]",
    "A bicycle courier argues with a driver [kie:moderation]",
    "A bicycle courier, seen from above [kie:invalid-input]",
    "A bicycle courier rings at a door [kie:bad-video]",
    "A bicycle courier waits at a red light [kie:html] [kie:no-callback]",
]
# The first is written off by an admin (class: outcome unknown), the second waits for one.
STRANGE = [
    "A bicycle courier, his bag full of cups [kie:private-link]",
    "A bicycle courier turns into the yard [kie:private-link]",
]
BROKE = "A bicycle courier on the last tram [kie:402*1]"
LIVE = [
    "A baker pulls a tray from the oven, flour in the air [kie:slow=5400]",
    "Hands shape dough on a wooden table, window light [kie:slow=7200]",
]
