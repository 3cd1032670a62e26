"""What Home Assistant is to have: written by hand from what hubd promises, not derived from its code."""

from dataclasses import dataclass, field

HUB, WEARER = "hubd_e2e_room", "hubd_e2e_{}"
BPM, MS, MU, PER_MIN, LN = "bpm", "ms", "\u03bcS", "1/min", "ln ms²"
STATES = ["unknown", "settled", "engaged", "activated", "withdrawn"]
DIAGNOSTIC, CONFIG = "diagnostic", "config"


@dataclass(frozen=True)
class Entity:
    """One entity. share is the least at which it exists; needs says whose measurement it is."""
    domain: str
    key: str
    name: str
    share: str = "none"
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    category: str | None = None
    enabled: bool = True
    measures: bool = False  # unavailable while the wearer is paused or offline
    attributes: dict = field(default_factory=dict, hash=False, compare=False)

    def unique_id(self, owner):
        """The identity, which may never change."""
        return f"{owner}_{self.key}"

    def entity_id(self, owner):
        """The name that Home Assistant is asked to give."""
        return f"{self.domain}.{owner}_{self.key}"


def _number(key, name, unit, **more):
    return Entity("sensor", key, name, "full", unit, state_class="measurement", measures=True, **more)


WEARERS = [
    Entity("binary_sensor", "sensing", "Sensing", device_class="running"),
    Entity("switch", "sensing_switch", "Sensing switch"),
    Entity("button", "share_nothing", "Share nothing"),
    Entity("button", "start_session", "Start session"),
    Entity("button", "resume", "Resume"),
    Entity("sensor", "state", "State", "state", device_class="enum", measures=True, attributes={"options": STATES}),
    Entity("sensor", "confidence", "Confidence", "state", "%", state_class="measurement", category=DIAGNOSTIC, enabled=False, measures=True),
    Entity("binary_sensor", "problem", "Problem", "state", device_class="problem", category=DIAGNOSTIC, measures=True),
    Entity("event", "event", "Event", "state", attributes={"event_types": ["state_changed", "command_refused"]}),
    _number("heart_rate", "Heart rate", BPM),
    _number("rmssd", "RMSSD", MS),
    _number("rsa", "RSA", LN),
    _number("breathing", "Breathing rate", PER_MIN),
    _number("scl", "Skin conductance level", MU),
    _number("scr_rate", "Skin responses", PER_MIN),
    _number("arousal", "Arousal", None, enabled=False),
    _number("vagal", "Vagal", None, enabled=False),
    _number("pulse_quality", "Pulse quality", "%", category=DIAGNOSTIC, enabled=False),
    _number("eda_quality", "Skin conductance quality", "%", category=DIAGNOSTIC, enabled=False),
    Entity("sensor", "recovery_half_life", "Recovery half-life", "full", "s", "duration", enabled=False, measures=True),
    _number("coregulation", "Co-regulation", None, enabled=False),
]

ANSWERS = {"space": "space", "touch": "touch", "reassurance": "reassurance", "fine_for_now": "fine for now", "stop": "stop"}

ROOM = [
    Entity("binary_sensor", "in_use", "In use", device_class="occupancy"),
    Entity("event", "event", "Event", attributes={
        "event_types": ["check_in", "session_started", "session_ended", "command_refused", "reminder", "settled", "practice_done"]}),
    Entity("binary_sensor", "online", "Online", device_class="connectivity", category=DIAGNOSTIC),
    Entity("sensor", "version", "Version", category=DIAGNOSTIC),
    Entity("button", "pause", "Pause"),
    Entity("button", "end_session", "End session"),
    Entity("button", "stop_practice", "Stop practice"),
    Entity("button", "check_in", "Ask for a check-in"),
    *[Entity("button", f"answer_{key}", f"Answer: {says}") for key, says in ANSWERS.items()],
    Entity("switch", "cues", "Cues"),
    Entity("select", "scene", "Scene"),
    Entity("select", "practice", "Practice"),
    Entity("number", "breath_pace", "Breath pace", unit=PER_MIN, category=CONFIG, attributes={"min": 4.5, "max": 7.0, "step": 0.1}),
    Entity("number", "night_ceiling", "Night ceiling", unit="%", category=CONFIG, attributes={"min": 0.0, "max": 100.0}),
    Entity("number", "volume_cap", "Volume cap", unit="dB", category=CONFIG, attributes={"min": -60.0, "max": 0.0}),
]

# Triggers for automations on the room's device: (subtype, type), as Home Assistant shows them.
TRIGGERS = {("check-in", "asked"), ("session", "started"), ("session", "ended"), ("quiet moment", "offered"), ("everyone", "settled"),
            ("practice", "done")}

RANK = {"none": 0, "state": 1, "full": 2}


def wearer(letter, share="full"):
    """The entities of one wearer, by unique id."""
    owner = WEARER.format(letter)
    return {e.unique_id(owner): e for e in WEARERS if RANK[e.share] <= RANK[share]}


def room():
    """The entities of the room, by unique id."""
    return {e.unique_id(HUB): e for e in ROOM}


def id_of(owner, key):
    """The entity id of a key, the room's under the owner 'room'."""
    for e in ROOM if owner == "room" else WEARERS:
        if e.key == key:
            return e.entity_id(HUB if owner == "room" else WEARER.format(owner))
    raise KeyError(key)
