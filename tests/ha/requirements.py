"""Prints the Python packages that Core would install at its first start with the integrations named as arguments."""

import json
import pathlib
import sys

import homeassistant
from homeassistant import bootstrap

components = pathlib.Path(homeassistant.__file__).parent / "components"
seen = set()


def take(name):
    manifest = components / name / "manifest.json"
    if name in seen or not manifest.exists():
        return
    seen.add(name)
    about = json.loads(manifest.read_text(encoding="utf-8"))
    for requirement in about.get("requirements", []):
        print(requirement)
    for other in about.get("dependencies", []):
        take(other)


for each in [*bootstrap.CORE_INTEGRATIONS, *bootstrap.DEFAULT_INTEGRATIONS, *sys.argv[1:]]:
    take(each)
