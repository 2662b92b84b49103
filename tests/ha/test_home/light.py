"""A light that writes down how it is switched and flashed."""

from homeassistant.components.light import ColorMode, LightEntity, LightEntityFeature

from . import record


async def async_setup_entry(hass, entry, async_add_entities):
    async_add_entities([Lamp()])


class Lamp(LightEntity):
    _attr_name = "Lamp"
    _attr_unique_id = "lamp"
    _attr_should_poll = False
    _attr_is_on = False
    _attr_color_mode = ColorMode.ONOFF
    _attr_supported_color_modes = {ColorMode.ONOFF}
    _attr_supported_features = LightEntityFeature.FLASH

    async def async_turn_on(self, **how):
        record(self.hass, entity="lamp", turned="on", **how)
        self._attr_is_on = True
        self.async_write_ha_state()

    async def async_turn_off(self, **how):
        record(self.hass, entity="lamp", turned="off", **how)
        self._attr_is_on = False
        self.async_write_ha_state()
