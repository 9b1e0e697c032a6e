"""Whoever can write a pickle can run code here, so none is ever loaded."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "cloudpickle"}


def offences(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and MODULES & {alias.name.split(".")[0] for alias in node.names}:
            yield f"line {node.lineno} imports a module that unpickles"
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield f"line {node.lineno} imports from a module that unpickles"
        if isinstance(node, ast.Call):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if ast.unparse(node.func) == "torch.load" and given.get("weights_only") != "True":
                yield f"line {node.lineno} calls torch.load without weights_only=True"
            if given.get("allow_pickle", "False") != "False":
                yield f"line {node.lineno} allows pickles"


@pytest.mark.parametrize("package", ["cellhub_app", "ml_worker"])
def test_no_code_loads_a_pickle(package):
    found = {str(path.relative_to(ROOT)): list(offences(ast.parse(path.read_text()))) for path in (ROOT / package).rglob("*.py")}
    assert len(found) > 20
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_what_loads_pickles_is_noticed(line):
    assert len(list(offences(ast.parse(line)))) == 1
