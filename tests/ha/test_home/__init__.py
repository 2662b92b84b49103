"""A home for tests: a voice, two speakers, a router that knows a laptop, a lamp, a plug, and a language model that says what it is told.

What they are asked to do is written to `test_home.jsonl` in Core's folder, one JSON object a line.
"""

import json
import os

DOMAIN = "test_home"
PLATFORMS = ["tts", "media_player", "device_tracker", "ai_task", "light", "switch"]


def record(hass, **what):
    file = os.open(hass.config.path("test_home.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(file, (json.dumps(what) + "\n").encode())
    os.close(file)


async def async_setup_entry(hass, entry):
    entities = entry.runtime_data = {}

    async def set_state(call):
        entities[call.data["entity"]].set(call.data["state"])

    # `test_home.set`: `unavailable` or `available` for a speaker, `home` or `away` for the laptop, an answer for the model.
    hass.services.async_register(DOMAIN, "set", set_state)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass, entry):
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
