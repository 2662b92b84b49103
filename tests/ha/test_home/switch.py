"""A smart plug that writes down how it is switched; at first it is on."""

from homeassistant.components.switch import SwitchEntity

from . import record


async def async_setup_entry(hass, entry, async_add_entities):
    async_add_entities([Plug()])


class Plug(SwitchEntity):
    _attr_name = "Plug"
    _attr_unique_id = "plug"
    _attr_should_poll = False
    _attr_is_on = True

    async def async_turn_on(self, **how):
        self._turn(True)

    async def async_turn_off(self, **how):
        self._turn(False)

    def _turn(self, is_on):
        record(self.hass, entity="plug", turned="on" if is_on else "off")
        self._attr_is_on = is_on
        self.async_write_ha_state()
