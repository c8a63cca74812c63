"""A dataset's page says what its manifest and its analysis say, and stays Markdown whatever the labels are."""

from dataclasses import replace
from uuid import UUID

from ratchet_trainer.datasets.analysis import Analysis
from ratchet_trainer.datasets.augmenting import Augment
from ratchet_trainer.datasets.balancing import Balance
from ratchet_trainer.datasets.card import VALUES_SHOWN, card
from ratchet_trainer.datasets.dataset import Dropped, Erased, Listed, Manifest, Rules
from ratchet_trainer.datasets.split import Side
from tests.unit.trainer.make_data import NOW

LISTED = Listed(
    dataset_id="classification-0123456789ab",
    created_at=NOW,
    manifest=Manifest(
        task_type="classification",
        rules=Rules(),
        looked_at=1_300,
        sizes={Side.TRAIN: 1_000, Side.VALIDATION: 100, Side.TEST: 100},
        by_source={"correction": 900, "accepted": 300},
        by_label={"yes|no": 700, "`<b>\n": 500},
        strata={"label": {"yes|no": {Side.TRAIN: 560, Side.VALIDATION: 70, Side.TEST: 70}}},
        dropped=Dropped(same_text=80, nearly_same_text=20),
        learned_from=NOW,
        learned_until=NOW,
        sha256="f" * 64,
    ),
)
FOUND = Analysis(
    total_examples=1_200,
    avg_input_length=812.4,
    avg_output_length=3.0,
    vocabulary_size=4_321,
    label_balance={"yes|no": 0.5833, "`<b>\n": 0.4167},
    duplicates_dropped=80,
    near_duplicates_dropped=20,
    pii_found={"EMAIL": 12},
    present={Side.TRAIN: 997, Side.VALIDATION: 100, Side.TEST: 100},
    tokens_estimated={Side.TRAIN: 90_000},
)


def test_every_number_stands_on_the_page() -> None:
    page = card(LISTED, FOUND)
    for said in (
        "1,200 examples",
        "| train | 1,000 | 3 | 90,000 |",
        "| correction | 900 |",
        "Of 1,300",
        "| EMAIL | 12 |",
        "4,321",
    ):
        assert said in page
    assert "| the same text was there | 80 |" in page
    assert "f" * 64 in page


def test_a_label_breaks_no_table() -> None:
    page = card(LISTED, FOUND)
    assert "| yes\\|no | 700 | 58.3% | 560 | 70 | 70 |" in page
    assert "| \\`&lt;b>  | 500 | 41.7% | 0 | 0 | 0 |" in page


def test_of_many_labels_the_commonest_are_shown() -> None:
    many = {f"label {number}": 1 for number in range(VALUES_SHOWN + 5)}
    page = card(replace(LISTED, manifest=replace(LISTED.manifest, by_label=many)), FOUND)
    assert page.count("| label ") == VALUES_SHOWN + 1  # and the head
    assert "5 further labels are rarer." in page


def test_a_text_task_has_no_labels_and_no_private_data_is_said() -> None:
    page = card(replace(LISTED, manifest=replace(LISTED.manifest, by_label={})), replace(FOUND, pii_found={}))
    assert "## Labels" not in page
    assert "Nothing was found." in page


def test_how_it_was_balanced_and_augmented_is_told() -> None:
    rules = Rules(balance=Balance("share", 0.4), augment=Augment(("casing",), 3), since=NOW, min_quality=0.7)
    manifest = replace(LISTED.manifest, rules=rules, dropped=Dropped(too_many_of_a_type=7, low_quality=9))
    page = card(replace(LISTED, manifest=manifest), replace(FOUND, made={"casing": 1_234}))
    assert "| too many of one type of document (at most 40% of all) | 7 |" in page
    assert "| a quality under 0.70, or none known | 9 |" in page
    assert "learned since 2026-01-05" in page
    assert "| casing | 1,234 |" in page
    assert "they weigh 3 examples at most" in page


def test_each_stratum_of_several_stands_with_its_sides() -> None:
    strata = {"document_type": {"email": {Side.TRAIN: 900, Side.TEST: 90}, "contract": {Side.TRAIN: 100}}}
    page = card(replace(LISTED, manifest=replace(LISTED.manifest, strata=strata)), FOUND)
    assert "| email | 900 | 0 | 90 |" in page
    assert "## Labels" in page


def test_warnings_stand_first_and_break_nothing() -> None:
    page = card(replace(LISTED, manifest=replace(LISTED.manifest, warnings=("Labels: a|b.",))), FOUND)
    assert page.index("## Warnings") < page.index("## Sides")
    assert "- Labels: a\\|b." in page


def test_what_models_said_themselves_is_told_to_whoever_looks_at_rights() -> None:
    assert "300 targets (25%) are answers of a model" in card(LISTED, FOUND)
    none = replace(LISTED, manifest=replace(LISTED.manifest, by_source={"correction": 1_200}))
    assert "answers of a model as it gave them" not in card(none, FOUND)


def test_what_was_erased_since_stands_on_the_page() -> None:
    assert "Erased" not in card(LISTED, FOUND)
    erased = Erased(UUID(int=7), NOW, 1_234)
    assert f"| {erased.erasure_id} | 2026-01-05 | 1,234 |" in card(replace(LISTED, erasures=(erased,)), FOUND)
