"""Embeddings, collections and the quality of explanations: the same from Python as from the command."""

from __future__ import annotations

import csv
import json
import pathlib

import limner
import numpy as np
import pytest
from conftest import ROOT
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
    whys = model.explain([row["text"] for row in rows], method="integrated-gradients")
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
    assert (found["drift"], found["gained"], found["lost"]) == (pytest.approx(0), [], [])


def test_drift_is_the_rank_correlation_of_the_words(sentiment: limner.Model) -> None:
    one, other = (sentiment.explain(TEXT, method=method) for method in ("gradient-x-input", "occlusion"))
    found = limner.evaluate.drift(one, other)
    # Spearman's rho without ties: 1 - 6 sum(d^2) / (n^3 - n); Kendall's tau: (concordant - discordant) / pairs.
    a, b = np.array(one.word_scores), np.array(other.word_scores)
    n = len(a)
    assert n == len(set(a)) == len(set(b)) == 6
    differences = a.argsort().argsort() - b.argsort().argsort()
    assert found["spearman"] == pytest.approx(1 - 6 * (differences**2).sum() / (n**3 - n))
    signs = [np.sign(a[i] - a[j]) * np.sign(b[i] - b[j]) for i in range(n) for j in range(i)]
    assert found["kendall"] == pytest.approx(sum(signs) / len(signs))
    assert found["drift"] == pytest.approx(1 - found["spearman"])
    strongest = [{why.words[i].text for i in abs(scores).argsort()[-5:]} for why, scores in ((one, a), (other, b))]
    assert (set(found["gained"]), set(found["lost"])) == (strongest[1] - strongest[0], strongest[0] - strongest[1])


def test_drift_equals_that_of_the_command(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    saved, moved = tmp_path / "saved.jsonl", tmp_path / "moved.jsonl"
    folder = ROOT / "tests" / "golden" / "bert-cls"
    saved.write_text(limn("explain", "-m", "minilm-l6-sentiment", "--text", TEXT))
    limn("compare", "-m", str(folder), "--baseline", str(saved), "-o", str(moved))
    said = [json.loads(line) for line in moved.read_text().splitlines()]
    found = limner.evaluate.drift(sentiment.explain(TEXT), limner.load(folder).explain(TEXT, like=saved))
    assert len(said) == 1 and found["changed"]
    assert same({"row": said[0]["row"], **found}, said[0])


def test_ask_is_measured(embedder: limner.Model, qa: limner.Model, tmp_path: pathlib.Path) -> None:
    contexts = ["Anna came to Rome from Persia.", "The library of Pella was built in 1912 by Leo Marsh."]
    asked = [("Who came to Rome?", "Anna"), ("Who built the library?", "Leo Marsh"), ("Who built the library?", "Anna")]
    answers = [{"text": text, "answer_start": contexts[index > 0].find(text)} for index, (_, text) in enumerate(asked)]
    answers[2]["answer_start"] = 0  # a wrong one, which the reader must not find
    questions = [{"id": str(i), "question": q, "answers": [a]} for i, ((q, _), a) in enumerate(zip(asked, answers))]
    paragraphs = [{"context": contexts[0], "qas": questions[:1]}, {"context": contexts[1], "qas": questions[1:]}]
    squad = tmp_path / "squad.json"
    squad.write_text(json.dumps({"version": "1.1", "data": [{"title": "t", "paragraphs": paragraphs}]}))
    file = tmp_path / "notes.limn"
    collection = limner.index(squad, file, embedder=embedder)
    arguments = ["--collection", str(file), "--data", str(squad), "--format", "json"]
    found = limner.evaluate.ask(collection, squad, reader=qa, retriever="bm25")
    assert same(found, json.loads(limn("evaluate", "ask", *arguments, "--reader", "minilm-l6-qa", "--retriever", "bm25")))
    assert found["questions"] == 3 and found["recall"]["1"] == 100 and found["mrr"] == 100
    assert found["em"] == pytest.approx(200 / 3) and found["f1"] == pytest.approx(200 / 3)
    passages = limner.evaluate.ask(collection, squad, limit=1)
    assert same(passages, json.loads(limn("evaluate", "ask", *arguments, "--limit", "1")))
    assert (passages["questions"], passages["em"], passages["f1"]) == (1, None, None)
    given = ["--reader", "minilm-l6-qa", "--read", "1", "--feedback", "1", "--filter", "title=t"]
    found = limner.evaluate.ask(collection, squad, reader=qa, read=1, feedback=1, filters={"title": "t"})
    assert same(found, json.loads(limn("evaluate", "ask", *arguments, *given)))
    with pytest.raises(limner.Error, match="retriever"):
        limner.evaluate.ask(collection, squad, retriever="google")
    with pytest.raises(limner.Error):
        limner.evaluate.ask(collection, tmp_path / "missing.json")


def test_compare_of_two_models_and_their_names(tmp_path: pathlib.Path) -> None:
    names = {"new": "minilm-l6-qa", "old": "minilm-l6-squad1"}
    inputs = [(QUESTION, PASSAGES[1]), {"question": QUESTION, "context": "It rains."}]
    table = limner.compare(names, inputs, methods=["gradient", limner.Occlusion(masking="mask")])
    assert len(table.inputs) == 2
    for given, row in zip(inputs, table.inputs):
        assert [model["model"] for model in row["models"]] == list(names)
        cells = [(name, method) for name in names.values() for method in ("gradient", limner.Occlusion(masking="mask"))]
        assert len(row["explanations"]) == 4 and len(row["correlations"]) == 6
        for (name, method), cell in zip(cells, row["explanations"]):
            alone = limner.load(name).explain([given], method=method)[0]
            assert [word["score"] for word in cell["words"]] == pytest.approx(list(alone.word_scores), abs=1e-5)
    for name in ("table.json", "table.csv", "table.html", "table.txt"):
        table.save(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 0
    with pytest.raises(limner.Error, match="one task"):
        limner.compare(["minilm-l6-qa", "minilm-l6-sentiment"], inputs)
    with pytest.raises(limner.Error, match="at least one model"):
        limner.compare([], inputs)
