"""A client on the broker that hears everything and can say anything."""

import json
import threading
import time

import paho.mqtt.client as paho

from .waiting import until


class Watcher:
    """Hears all topics. Retained messages that came with the subscription are kept apart."""

    def __init__(self, port, name, word):
        self.lock, self.heard, self.kept = threading.Lock(), [], {}
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=name)
        self.client.username_pw_set("watcher", word)
        self.client.reconnect_delay_set(1, 1)
        self.client.max_queued_messages_set(0)
        self.client.on_connect = lambda c, *_: c.subscribe("#", 1)
        self.client.on_message = self._hear
        self.client.connect_async("127.0.0.1", port)
        self.client.loop_start()

    def _hear(self, _client, _data, m):
        with self.lock:
            if m.retain:
                self.kept[m.topic] = m.payload
            else:
                self.heard.append((time.monotonic(), m.topic, m.payload))

    def close(self):
        """Leave."""
        self.client.disconnect()
        self.client.loop_stop()

    def mark(self):
        """Now, for since and await_."""
        with self.lock:
            return len(self.heard)

    def since(self, mark, topic=None):
        """What came after a mark: (time, topic, payload), oldest first."""
        with self.lock:
            return [m for m in self.heard[mark:] if topic is None or m[1] == topic]

    def last(self, topic):
        """The newest payload of a topic, retained or not."""
        with self.lock:
            for _, t, payload in reversed(self.heard):
                if t == topic:
                    return payload.decode()
            return self.kept.get(topic, b"").decode()

    async def await_(self, mark, topic, what="a message", wanted=None, within=20):
        """The first message of a topic after a mark that is as wanted. A payload that is JSON comes as its value."""
        def find():
            for _, _, payload in self.since(mark, topic):
                value = read(payload)
                if wanted is None or wanted(value):
                    return (value,)
            return None
        found = await until(f"{what} on {topic}", find, within)
        return found[0]

    async def ready(self):
        """Wait until this client is connected."""
        await until("the watcher is at the broker", self.client.is_connected)

    def send(self, topic, payload, retain=False, qos=1):
        """Say something."""
        return self.client.publish(topic, payload, qos=qos, retain=retain)


def read(payload):
    """A payload's JSON value, or its text."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")


async def retained(port, word, *filters, settle=1.0):
    """What the broker keeps under these filters at this moment, by a client of its own."""
    import asyncio
    kept = {}
    done = threading.Event()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="archivist")
    client.username_pw_set("watcher", word)
    client.on_connect = lambda c, *_: [c.subscribe(f, 1) for f in filters]
    client.on_subscribe = lambda *_: done.set()

    def hear(_c, _d, m):
        if m.retain and m.payload:
            kept[m.topic] = m.payload
    client.on_message = hear
    client.connect("127.0.0.1", port)
    client.loop_start()
    await until("the archivist is subscribed", done.is_set)
    await asyncio.sleep(settle)  # what is kept comes at once, and mosquitto says no word at the end of it
    client.disconnect()
    client.loop_stop()
    return kept
