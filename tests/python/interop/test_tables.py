"""Arrow, pandas, shap and matplotlib."""

from __future__ import annotations

import pathlib
from typing import Any

import limner
import pytest

pa = pytest.importorskip("pyarrow")
ROOT = pathlib.Path(__file__).resolve().parents[3]
TEXTS = ["A fine film.", "Ein schöner Film, der sehr, sehr lang ist 😀.", "Dull."]


@pytest.fixture(scope="module")
def model() -> limner.Model:
    return limner.load(ROOT / "models" / "minilm-l6-sentiment")


def scores(whys: list[limner.Explanation]) -> list[list[float]]:
    return [[word.score for word in why.words] for why in whys]


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "dictionary", "chunked", "sliced"])
def test_arrow_columns(model: limner.Model, kind: str) -> None:
    column: Any = pa.array(TEXTS)
    if kind == "dictionary":
        column = column.dictionary_encode()
    elif kind == "chunked":
        column = pa.chunked_array([TEXTS[:1], TEXTS[1:]])
    elif kind == "sliced":
        column = pa.array(["x", *TEXTS, "y"]).slice(1, len(TEXTS))
    else:
        column = column.cast(getattr(pa, kind)())
    found = model.explain(column)
    assert [why.text for why in found] == TEXTS
    assert scores(found) == scores(model.explain(TEXTS))


def test_arrow_tables(model: limner.Model, tmp_path: pathlib.Path) -> None:
    table = pa.table({"id": [1, 2, 3], "text": TEXTS})
    assert scores(model.explain(table)) == scores(model.explain(TEXTS))
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=2))
    assert scores(model.explain(reader)) == scores(model.explain(TEXTS))
    with pytest.raises(limner.Error, match="text"):
        model.explain(table.select(["id"]))
    nulls = model.explain(pa.array(["A film.", None]), errors="return")
    assert isinstance(nulls[1], limner.Error)
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, tmp_path / "texts.parquet")
    assert scores(model.explain(pyarrow.parquet.read_table(tmp_path / "texts.parquet"))) == scores(model.explain(TEXTS))


def test_pandas(model: limner.Model) -> None:
    pd = pytest.importorskip("pandas")
    expected = scores(model.explain(TEXTS))
    assert scores(model.explain(pd.Series(TEXTS))) == expected
    assert scores(model.explain(pd.DataFrame({"text": TEXTS, "id": range(3)}))) == expected
    frame = limner.to_pandas(model.explain([*TEXTS, ""], errors="return"))
    assert list(frame.columns) == ["text", "pair", "label", "probability", "words", "warnings", "error"]
    assert frame["error"].notna().tolist() == [False, False, False, True]


def test_to_arrow(model: limner.Model) -> None:
    whys = model.explain(TEXTS)
    table = limner.to_arrow(whys)
    assert str(table.schema.field("words").type) == (
        "list<item: struct<text: string, begin: int64, end: int64, score: double>>"
    )
    assert [[word["score"] for word in words] for words in table.column("words").to_pylist()] == scores(whys)


def test_shap(model: limner.Model) -> None:
    shap = pytest.importorskip("shap")
    why = model.explain(TEXTS[1], method="integrated-gradients")
    found = why.to_shap()
    assert isinstance(found, shap.Explanation)
    assert "".join(found.data) == TEXTS[1]
    assert list(found.values) == [word.score for word in why.words]
    assert found.output_names == why.label
    assert found.base_values + found.values.sum() == pytest.approx(why.value, abs=0.05)
    page = shap.plots.text(found, display=False)
    assert "schöner" in page and why.label in page


def test_plot(model: limner.Model) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = model.explain(TEXTS[0]).plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A", "fine", "film", "."]


def test_widget(model: limner.Model) -> None:
    pytest.importorskip("anywidget")
    shown = limner.widget(model.explain(TEXTS[0]))
    assert "fine" in shown.page
    shown.page = limner.to_html(model.explain(TEXTS))
