"""The wheel carries the browser's files at gateway/_static; Node is asked for only when they are stale."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_spec = importlib.util.spec_from_file_location(
    "parley_bundle", Path(__file__).with_name("static") / "bundle.py"
)
assert _spec and _spec.loader
bundle = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bundle)


class BundleHook(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        return [bundle.NODE_REQUIREMENT] if bundle.is_stale() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        bundle.build()
        # An editable install reads static/dist where it stands, so that a rebuild shows at once.
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"][str(bundle.DIST)] = "gateway/_static"
