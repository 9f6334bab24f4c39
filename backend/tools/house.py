"""The contract of the house's layers, for import-linter: the slices in it are those of features.py, in its order."""

import ast
from pathlib import Path
from typing import Any

from importlinter.contracts.layers import LayersContract

FEATURES = Path(__file__).parents[1] / "src" / "pazpaz" / "features.py"


class HouseContract(LayersContract):
    """Layers; `slices` among them stands for every slice: each may import what stands before it in the list."""

    type_name = "house"

    def __init__(self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]) -> None:
        """Put the slices in."""
        layers = contract_options["layers"]
        at = layers.index("slices")
        layers = [*layers[:at], *reversed(slices(FEATURES.read_text())), *layers[at + 1 :]]
        super().__init__(name, session_options, {**contract_options, "layers": layers})


def slices(text: str) -> list[str]:
    """Return the slices' names in the order of the tuple FEATURES."""
    tree = ast.parse(text)
    modules = {
        alias.asname: node.module.split(".")[1]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".feature")
        for alias in node.names
    }
    listed = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FEATURES"
    )
    names = [ast.unparse(item) for item in getattr(listed, "elts", ())]
    return [modules[name] for name in names if name in modules]
