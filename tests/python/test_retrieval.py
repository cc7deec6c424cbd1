"""Embeddings, collections and the quality of explanations: the same from Python as from the command."""

from __future__ import annotations

import csv
import json
import pathlib

import limner
import numpy as np
import pytest
from test_command import QUESTION, TEXT, limn, same

EMBEDDER = "all-minilm-l6-v2"
PASSAGES = ["It rains.", "Anna came to Rome."]


@pytest.fixture(scope="module")
def embedder() -> limner.Model:
    return limner.load(EMBEDDER)


@pytest.fixture
def texts(tmp_path: pathlib.Path) -> pathlib.Path:
    file = tmp_path / "texts.txt"
    file.write_text("A fine film.\nA dull film.\n")
    return file


def test_embed(embedder: limner.Model) -> None:
    said = json.loads(limn("embed", "-m", EMBEDDER, "--text", TEXT))
    found = limner.embed(embedder, [TEXT, "It rains."])
    assert len(found) == 2 and found[0].dtype == np.float32
    assert np.array_equal(found[0], np.array(said["embedding"], dtype=np.float32))
    assert np.array_equal(limner.embed(embedder, TEXT), found[0])


def test_embed_refuses_other_models(sentiment: limner.Model) -> None:
    with pytest.raises(limner.Error, match="embeds"):
        limner.embed(sentiment, TEXT)


def test_similar(embedder: limner.Model) -> None:
    said = json.loads(limn("similar", "-m", EMBEDDER, "--text", "It rains.", "--pair", "It pours.", "--format", "json"))
    found = limner.similar(embedder, "It rains.", "It pours.")
    assert same(found.to_dict(), said)
    assert found.cosine == pytest.approx(said["cosine"], abs=1e-6)
    assert found.a.text == "It rains." and found.b.text == "It pours."


def test_rerank(embedder: limner.Model) -> None:
    given = [part for passage in PASSAGES for part in ("--passage", passage)]
    said = json.loads(limn("rerank", "-m", EMBEDDER, "--question", QUESTION, *given, "--format", "json"))
    assert same(limner.rerank(embedder, QUESTION, PASSAGES), said)


def test_collection(embedder: limner.Model, qa: limner.Model, tmp_path: pathlib.Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for number, passage in enumerate(PASSAGES):
        (notes / f"{number}.txt").write_text(passage)
    file = tmp_path / "notes.limn"
    collection = limner.index(notes, file, embedder=embedder)
    assert collection.info["documents"] == 2
    assert collection.add(notes)["unchanged"] == 2
    said = json.loads(limn("search", "--collection", str(file), QUESTION, "--format", "json"))
    found = limner.Collection(file).search(QUESTION)
    assert [p["text"] for p in found["passages"]] == [p["text"] for p in said["passages"]] == PASSAGES[::-1]
    assert [p["score"] for p in found["passages"]] == [p["score"] for p in said["passages"]]
    said = json.loads(limn("ask", "-m", "minilm-l6-qa", "--collection", str(file), QUESTION, "--format", "json"))
    answers = collection.ask(qa, QUESTION)["answers"]
    assert [a["answer"] for a in answers] == [a["answer"] for a in said["answers"]]
    assert answers[0]["answer"] == "Anna" and same(answers[0]["explanation"], said["answers"][0]["explanation"])


def test_a_collection_that_is_missing(tmp_path: pathlib.Path) -> None:
    with pytest.raises(limner.Error):
        limner.Collection(tmp_path / "missing.limn")


def test_faithfulness(sentiment: limner.Model, texts: pathlib.Path) -> None:
    said = limn(
        "evaluate", "faithfulness", "-m", "minilm-l6-sentiment", "--data", str(texts), "--method", "gradient,occlusion",
        "--format", "json",
    )  # fmt: skip
    found = limner.evaluate.faithfulness(
        sentiment, texts.read_text().splitlines(), methods=["gradient", "occlusion"]
    )
    assert len(found.pop("texts")) == 2
    assert same(found, json.loads(said))


def test_explain_with_faithfulness(sentiment: limner.Model) -> None:
    said = json.loads(limn("explain", "-m", "minilm-l6-sentiment", "--text", TEXT, "--faithfulness"))
    assert same(sentiment.explain(TEXT, faithfulness=True).to_dict(), said)


def test_plausibility(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "rationales.csv"
    file.write_text("text,rationale\nA fine film.,2-6\nA dull film.,2-6\n")
    said = limn("evaluate", "plausibility", "-m", "minilm-l6-sentiment", "--data", str(file), "--format", "json")
    assert same(limner.evaluate.plausibility(sentiment, file), json.loads(said))


def test_sanity(sentiment: limner.Model, texts: pathlib.Path) -> None:
    said = limn("evaluate", "sanity", "-m", "minilm-l6-sentiment", "--data", str(texts), "--format", "json")
    found = limner.evaluate.sanity(sentiment, texts.read_text().splitlines())
    assert same(found.to_dict(), json.loads(said))


def test_report_and_calibrate(tmp_path: pathlib.Path) -> None:
    data = pathlib.Path(__file__).parents[1] / "data" / "shortcut"
    with open(data / "rows.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    model = limner.load(data / "planted")
    whys = model.explain([row["text"] for row in rows], method="gradient-x-input")
    found = limner.evaluate.report(
        whys, labels=[row["label"] for row in rows], columns={"source": [row["source"] for row in rows]}
    )
    folder = str(data / "planted")
    said = json.loads(limn("report", "-m", folder, "--data", str(data / "rows.csv"), "--format", "json"))
    assert same(found, said) and found["shortcuts"][0]["word"] == "zorp"
    with pytest.raises(limner.Error, match="399"):
        limner.evaluate.report(whys, labels=["positive"] * 399)
    said = json.loads(
        limn("calibrate", "-m", folder, "--data", str(data / "rows.csv"), "--measure-only", "--format", "json")
    )
    assert same(limner.evaluate.calibrate(model, data / "rows.csv"), said)


def test_drift(sentiment: limner.Model) -> None:
    why = sentiment.explain(TEXT)
    found = limner.evaluate.drift(why, why)
    assert not found["changed"] and found["spearman"] == pytest.approx(1)
