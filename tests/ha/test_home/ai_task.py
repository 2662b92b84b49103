"""A language model that answers what the test has told it to answer; until then what nobody can use."""

import json

from homeassistant.components.ai_task import AITaskEntity, AITaskEntityFeature, GenDataTaskResult
from homeassistant.exceptions import HomeAssistantError

from . import record


async def async_setup_entry(hass, entry, async_add_entities):
    model = Model()
    entry.runtime_data["model"] = model
    async_add_entities([model])


class Model(AITaskEntity):
    _attr_name = "Test model"
    _attr_unique_id = "model"
    _attr_supported_features = AITaskEntityFeature.GENERATE_DATA
    _answer = "nothing"

    def set(self, state):
        self._answer = state

    async def _async_generate_data(self, task, chat_log):
        structure = None if task.structure is None else sorted(str(key) for key in task.structure.schema)
        record(self.hass, entity="model", task=task.name, instructions=task.instructions, structure=structure)
        if self._answer == "error":
            raise HomeAssistantError("The model is out of order")
        try:
            data = json.loads(self._answer)
        except ValueError:
            data = self._answer
        return GenDataTaskResult(conversation_id=chat_log.conversation_id, data=data)
