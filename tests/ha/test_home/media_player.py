"""Two speakers that write down what they are asked to do: one that can announce, one that cannot (as Google Cast)."""

import asyncio

from homeassistant.components import media_source
from homeassistant.components.media_player import (
    MediaPlayerEntity,
    MediaPlayerEntityFeature as Feature,
    MediaPlayerState,
    async_process_play_media_url,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from . import record

BASIC = Feature.PLAY_MEDIA | Feature.VOLUME_SET | Feature.VOLUME_MUTE


async def async_setup_entry(hass, entry, async_add_entities):
    speakers = [
        Speaker("announcer", "Announcer", BASIC | Feature.MEDIA_ANNOUNCE),
        Speaker("cast", "Cast", BASIC),
    ]
    entry.runtime_data.update({speaker.unique_id: speaker for speaker in speakers})
    async_add_entities(speakers)


class Speaker(MediaPlayerEntity):
    _attr_state = MediaPlayerState.IDLE
    _attr_volume_level = 0.2
    _attr_is_volume_muted = False
    _attr_should_poll = False

    def __init__(self, unique_id, name, features):
        self._attr_unique_id = unique_id
        self._attr_name = name
        self._attr_supported_features = features

    def _record(self, **what):
        record(self.hass, entity=self.unique_id, **what)

    def set(self, state):
        self._attr_available = state != "unavailable"
        self.async_write_ha_state()

    async def async_set_volume_level(self, volume):
        self._attr_volume_level = volume
        self._record(volume=volume)
        self.async_write_ha_state()

    async def async_mute_volume(self, mute):
        self._attr_is_volume_muted = mute
        self.async_write_ha_state()

    async def async_play_media(self, media_type, media_id, enqueue=None, announce=None, **kwargs):
        url = media_id
        if media_source.is_media_source_id(media_id):
            url = (await media_source.async_resolve_media(self.hass, media_id, self.entity_id)).url
        # Only what is fetched is made by the voice.
        async with async_get_clientsession(self.hass).get(async_process_play_media_url(self.hass, url)) as answer:
            sound = len(await answer.read())
        self._record(played=media_id, announce=announce, volume=self._attr_volume_level, bytes=sound)
        if not self.supported_features & Feature.MEDIA_ANNOUNCE:
            self.hass.async_create_task(self._play(url))

    async def _play(self, url):
        for state in (MediaPlayerState.PLAYING, MediaPlayerState.IDLE):
            self._attr_state = state
            self._attr_media_content_id = url
            self.async_write_ha_state()
            await asyncio.sleep(0.3)
