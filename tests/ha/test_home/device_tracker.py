"""A laptop that a router knows by its hardware address, as a device of its own."""

from homeassistant.components.device_tracker import ScannerEntity, SourceType
from homeassistant.helpers.device_registry import CONNECTION_NETWORK_MAC, DeviceInfo

from . import DOMAIN

MAC = "02:5e:10:00:00:17"


async def async_setup_entry(hass, entry, async_add_entities):
    laptop = Laptop()
    entry.runtime_data["laptop"] = laptop
    async_add_entities([laptop])


class Laptop(ScannerEntity):
    _attr_name = None
    _attr_has_entity_name = True
    _attr_device_info = DeviceInfo(
        identifiers={(DOMAIN, "laptop")}, connections={(CONNECTION_NETWORK_MAC, MAC)}, name="Laptop 7F"
    )
    _attr_unique_id = "laptop"
    _attr_mac_address = MAC
    _attr_source_type = SourceType.ROUTER
    _attr_should_poll = False
    _home = True

    @property
    def entity_registry_enabled_default(self):
        return True

    @property
    def is_connected(self):
        return self._home

    def set(self, state):
        self._home = state == "home"
        self.async_write_ha_state()
