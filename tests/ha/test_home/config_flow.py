from homeassistant import config_entries


class Flow(config_entries.ConfigFlow, domain="test_home"):
    async def async_step_user(self, user_input=None):
        if user_input is None:
            return self.async_show_form(step_id="user")
        return self.async_create_entry(title="Test home", data={})
