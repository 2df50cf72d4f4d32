"""What operators are handed is so: dashboard and rules name only metrics that exist, each metric is explained."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from gateway import live
from gateway.__main__ import _parser
from gateway.app import listening, open_parley
from gateway.config import Config, load
from gateway.metrics import REASONS, Stage
from inbox import wire

FOLDER = Path(__file__).parents[2] / "docs/operations"
NAME = re.compile(r"\b(?:parley|process)_[a-z_]+\b")
ALERTS = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
BOARD = json.loads((FOLDER / "grafana.json").read_text("utf-8"))
WATCHING = (FOLDER / "watching.md").read_text("utf-8")
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
FUNCTIONS = {
    "sum",
    "min",
    "max",
    "rate",
    "increase",
    "histogram_quantile",
    "scalar",
    "count",
    "changes",
    "by",
}


@pytest.fixture
async def exposed(tmp_path: Path) -> tuple[set[str], set[str]]:
    """(families, everything a query may name) of a live process."""
    config = Config(data=tmp_path, channels={"web": {"type": "webchat"}})
    async with (
        open_parley(config) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        families = list(text_string_to_metric_families(await answer.text()))
    names: set[str] = set()
    for family in families:
        ends = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}.get(family.type, ("",))
        names |= {family.name + end for end in ends}
    return {family.name for family in families}, names


def queries() -> Iterator[str]:
    yield from (rule["expr"] for rule in RULES)
    for panel in BOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (note["expr"] for note in BOARD["annotations"]["list"])
    for variable in BOARD["templating"]["list"]:
        if isinstance(variable["query"], dict):
            yield variable["query"]["query"]


async def test_dashboard_and_rules_name_only_what_exists(exposed: tuple[set[str], set[str]]) -> None:
    named = {name for query in queries() for name in NAME.findall(query)}
    assert len(named) > 30
    assert named <= exposed[1], f"nobody exposes {sorted(named - exposed[1])}"


async def test_every_metric_is_explained(exposed: tuple[set[str], set[str]]) -> None:
    families = {name for name in exposed[0] if name.startswith("parley_")}
    explained = set(NAME.findall(WATCHING))
    missing = {name for name in families if not {name, f"{name}_total"} & explained}
    assert not missing
    assert {name.removesuffix("_total") for name in explained if name.startswith("parley_")} <= families


def test_every_rule_is_whole_and_explained() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names) > 15
    for rule in RULES:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"Parley[A-Z][A-Za-z]+", rule["alert"])
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
        assert f"`{rule['alert']}`" in WATCHING, rule["alert"]


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_query_is_well_formed(query: str) -> None:
    plain = re.sub(r'"[^"]*"', '""', query)
    depth: list[str] = []
    for sign in plain:
        if sign in "([{":
            depth.append({"(": ")", "[": "]", "{": "}"}[sign])
        elif sign in ")]}":
            assert depth.pop() == sign
    assert not depth
    called = set(re.findall(r"\b([a-z_]+)\s*\(", plain))
    assert called <= FUNCTIONS | {"label_values", "unless"} | {"by"}, called
    for counted in re.findall(r"(?<!\w)((?:parley|process)_\w+_total)", plain):
        assert re.search(rf"(?:rate|increase)\({counted}", plain), f"a counter is read by its rate: {counted}"


def test_panels_have_their_place() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def test_the_container_file_names_what_exists() -> None:
    """No engine builds it here: what it copies, runs and relies on is looked at by itself."""
    root = FOLDER.parents[1]
    lines = (root / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    steps = [(line.split()[0], line.split(None, 1)[1]) for line in lines if line and line[0] not in "# "]
    assert {word for word, _ in steps} <= {
        *("FROM", "RUN", "COPY", "USER", "WORKDIR", "VOLUME", "EXPOSE", "ENV", "HEALTHCHECK", "STOPSIGNAL"),
        *("ENTRYPOINT", "CMD"),
    }
    of = dict(steps)
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    least, image = (
        project["requires-python"].removeprefix(">="),
        re.search(r"python:(3\.\d+)-slim", of["FROM"]),
    )
    assert image and int(image[1][2:]) >= int(least[2:])
    *copied, _ = of["COPY"].split()
    assert copied == [f"dist/{project['name']}-*.whl", "requirements.lock"]
    assert (root / "requirements.lock").is_file()
    allowed = (root / ".containerignore").read_text("utf-8").split("\n")
    assert {f"!{name}" for name in copied} <= {*allowed}
    assert of["USER"] == "parley", "it does not serve as root"
    assert [word for word, _ in steps].index("USER") > [word for word, _ in steps].index("RUN")
    assert of["VOLUME"] == of["WORKDIR"] == "/data"
    assert json.loads(of["ENTRYPOINT"]) == [next(iter(project["scripts"]))]
    with pytest.raises(SystemExit) as ended:
        _parser().parse_args([*json.loads(of["CMD"]), "--help"])
    assert ended.value.code == 0
    said = dict(part.split("=", 1) for part in of["ENV"].split())
    ours = {name: value for name, value in said.items() if name.startswith("PARLEY_")}
    config = load(None, environ=ours)
    assert (config.data, config.server.host, config.log.format) == (Path("/data"), "0.0.0.0", "json")
    assert f"127.0.0.1:{config.server.port}/healthz" in of["HEALTHCHECK"]
    assert int(of["EXPOSE"]) == config.server.port
    extras = re.findall(r"\[(\w+)\]", next(rest for word, rest in steps if word == "RUN" and "pip" in rest))
    assert {*extras} <= {*project["optional-dependencies"]}


def test_stages_and_reasons_are_explained() -> None:
    for word in (*Stage, *REASONS.values()):
        assert f"`{word}`" in WATCHING, word


def test_every_close_code_of_ours_has_a_word() -> None:
    named = [*vars(live).items(), *vars(wire).items()]
    ours = {code for name, code in named if name.startswith("CLOSE_") and name != "CLOSE_GRACE"}
    assert ours <= REASONS.keys()
