import shutil
from pathlib import Path

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_common.vocabulary import TaskType
from ratchet_router.checking.lengths import Range, Wanted
from ratchet_router.template_files import SHIPPED, read_templates
from ratchet_router.wording import filled

TWELVE = {
    "executive_summary_short",
    "executive_summary_medium",
    "executive_summary_detailed",
    "action_items_simple",
    "action_items_categorized",
    "risk_assessment",
    "entity_extraction",
    "qa_with_context",
    "multi_doc_synthesis",
    "cot_complex_analysis",
    "classification",
    "financial_report",
}
GOOD = '''\
id = "ours"
version = 1
task = "summary"
variables.document = { required = true }
variables.tone = { default = "dry", description = "how it sounds" }

system = """
Be $tone.
"""

user = """
$document

Summarise it.
"""
'''


def one(folder: Path, text: str, name: str = "ours.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_twelve_and_that_of_reports_ship_and_each_is_read_under_its_files_name() -> None:
    shelf = read_templates()
    assert set(shelf.versions) == {path.stem for path in SHIPPED.glob("*.toml")} == TWELVE | {"analyst_report"}
    assert {known.template.name for its in shelf.versions.values() for known in its.values()} == {
        f"{name}_v1" for name in TWELVE | {"analyst_report"}
    }


def test_every_task_but_chat_has_one_default() -> None:
    shelf = read_templates()
    defaults = {task: [known for known in shelf.of_task(task) if known.template.default] for task in TaskType}
    assert {task: len(its) for task, its in defaults.items()} == dict.fromkeys(TaskType, 1) | {TaskType.CHAT: 0}


@pytest.mark.parametrize("name", sorted(TWELVE))
def test_each_that_ships_shows_the_text_and_drops_what_was_not_given(name: str) -> None:
    template = read_templates().versions[name][1].template
    defaults = {n: its.default for n, its in template.variables.items() if its.default is not None}
    asked = filled(template.user, defaults | {"document": "The minutes."})
    assert "The minutes." in asked
    assert "$" not in asked + filled(template.system, defaults)
    assert all(variable.description for variable in template.variables.values())
    assert template.description


def test_short_ones_declare_how_long_their_answers_shall_be() -> None:
    versions = read_templates().versions
    short, medium = (versions[f"executive_summary_{size}"][1].template.length for size in ("short", "medium"))
    assert short.wanted({}) == Wanted(sentences=Range(2, 3))
    assert medium.wanted({"max_words": "120"}) == Wanted(words=Range(most=120), paragraphs=Range(most=1))
    assert medium.wanted({"max_words": "a hundred"}) == Wanted(paragraphs=Range(most=1))


def test_a_folder_of_ones_own_adds_and_overrides_by_a_higher_version(tmp_path: Path) -> None:
    one(tmp_path, GOOD)
    higher = (SHIPPED / "classification.toml").read_text().replace("version = 1", "version = 2")
    shelf = read_templates(one(tmp_path, higher, "better.toml"))
    assert (shelf.live["ours"], shelf.live["classification"]) == (1, 2)
    assert shelf.versions["classification"].keys() == {1, 2}
    assert shelf.versions["classification"][2].origin == "operator"


FAULTS = [
    (GOOD + "this is no toml", "line 16"),
    (GOOD.replace('"summary"', '"chess"'), r"line 3, `task`"),
    (GOOD.replace("version = 1", "version = 0"), r"line 2, `version`"),
    (GOOD.replace("version = 1\n", ""), "version"),
    (GOOD.replace('"ours"', '"Ours!"'), r"line 1, `id`"),
    (GOOD.replace('"ours"', '"ours_v2"'), r"`id` \(line 1\)"),
    (GOOD.replace("Be $tone.", "Be $tone and $brief."), r"`system` \(line 8\) names \$brief, which `variables`"),
    (GOOD.replace("Be $tone.", "Be brief."), r"`variables\.tone` \(line 5\) is declared"),
    (GOOD + "[variables.ou]\ndefault = '1'", r"`variables\.ou` \(line 16\) is declared"),
    (GOOD.replace("Be $tone.", ""), r"`system` \(line 7\) is empty"),
    (GOOD[: GOOD.index("user =")], "user"),
    (GOOD.replace("$document", "The text"), "does not name \\$document"),
    (GOOD.replace("Be $tone.", "Be $tone with $document."), r"`system` \(line 8\) names \$document"),
    (GOOD.replace("Be $tone.", "Be $tone for $5."), r"`system` \(line 8\) has a \$"),
    (GOOD.replace('default = "dry"', 'default = "dry", required = true'), r"`variables\.tone` \(line 5\) is required"),
    (GOOD.replace('default = "dry", ', "").replace("$document", "$document $tone"), "the paragraph of \\$document"),
    (GOOD.replace("variables.tone", "variables.Tone"), r"line 5, `variables\.Tone`"),
    (GOOD.replace('"dry"', '"dry", colour = "red"'), r"line 5, `variables\.tone`: .*`colour`"),
    (GOOD + "temperature = 1", "line 16: .*`temperature`"),
    (GOOD + 'document_types = ["novel"]', r"line 16, `document_types\[0\]`"),
    (GOOD + "output_schema = '{'", r"`output_schema` \(line 16\) is no JSON object"),
    (GOOD + "output_schema = '[]'", "is no JSON object"),
    (GOOD + """output_schema = '{"type": "objct"}'""", "is no JSON Schema"),
    (GOOD + """output_schema = '{"properties": {}}'""", "does not say of what `type`"),
    (GOOD + f'description = "{"x" * 501}"', r"line 16, `description`"),
    (GOOD + "length.words = { most = 0 }", r"line 16, `length\.words\.most`"),
    (GOOD + "length.words = { about = 80 }", r"line 16, `length\.words`: .*`about`"),
    (GOOD + "length.lines = { most = 8 }", "line 16, `length`: .*`lines`"),
    (GOOD + 'length = { words = { most = "many" } }', r"line 16, `length\.words\.most`"),
    (GOOD + "length.words = {}", r"`length\.words` \(line 16\) says neither `least` nor `most`"),
    (GOOD + "length = { sentences = { least = 3, most = 2 } }", r"`length\.sentences` \(line 16\) asks for more"),
    (GOOD + 'length.words = { most = "$brief" }', r"`length\.words` \(line 16\) names \$brief, which `variables`"),
    ("", "id"),
]


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_a_malformed_template_stops_the_start_with_its_file_and_line_or_field(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(CannotStartError, match=said) as stopped:
        read_templates(one(tmp_path, text))
    assert str(tmp_path / "ours.toml") in str(stopped.value)


def test_two_of_one_id_and_version_stop_the_start(tmp_path: Path) -> None:
    one(tmp_path, GOOD)
    with pytest.raises(
        CannotStartError, match=r"again\.toml and .*ours\.toml have the same id and version \(ours_v1\)"
    ):
        read_templates(one(tmp_path, GOOD, "again.toml"))


def test_one_that_ships_is_overridden_by_a_higher_version_only(tmp_path: Path) -> None:
    shipped = (SHIPPED / "classification.toml").read_text()
    with pytest.raises(CannotStartError, match="give the one that shall be used a higher version"):
        read_templates(one(tmp_path, shipped))


def test_two_tasks_under_one_id_stop_the_start(tmp_path: Path) -> None:
    one(tmp_path, GOOD)
    other = GOOD.replace("summary", "report").replace("version = 1", "version = 2")
    with pytest.raises(CannotStartError, match=r"the tasks report and summary|the tasks summary and report"):
        read_templates(one(tmp_path, other, "other.toml"))


def test_two_defaults_of_one_task_stop_the_start(tmp_path: Path) -> None:
    one(tmp_path, GOOD + "default = true")
    with pytest.raises(CannotStartError, match=r"are each the default of the task summary"):
        read_templates(one(tmp_path, GOOD.replace('"ours"', '"theirs"') + "default = true", "theirs.toml"))


def test_a_default_of_ones_own_stands_beside_the_one_that_ships(tmp_path: Path) -> None:
    assert read_templates(one(tmp_path, GOOD + "default = true")).live["ours"] == 1


def test_a_task_without_a_template_stops_the_start(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "fewer")
    (tmp_path / "fewer" / "qa_with_context.toml").unlink()
    with pytest.raises(CannotStartError, match=r"The task qa has no template with `default = true`"):
        read_templates(shipped=tmp_path / "fewer")


def test_a_folder_that_is_not_there_or_empty_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="ROUTER_TEMPLATES"):
        read_templates(tmp_path / "nowhere")
    with pytest.raises(CannotStartError, match=r"holds no file that ends in \.toml"):
        read_templates(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"id = '\xe9'")
    with pytest.raises(CannotStartError, match="is not UTF-8"):
        read_templates(tmp_path)


def test_a_mark_that_editors_put_before_a_file_is_passed_over(tmp_path: Path) -> None:
    folder = one(tmp_path, "\ufeff" + GOOD.replace("\n", "\r\n"))
    assert read_templates(folder).live["ours"] == 1
