"""What the command does can be done from Python, with equal results."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sysconfig
from typing import Any

import limner
import pytest
from conftest import ROOT

LIMN = str(pathlib.Path(sysconfig.get_path("scripts"), "limn"))
TEXT = "A gorgeous, witty film."
QUESTION, CONTEXT = "Who came?", "Anna came to Rome."


def limn(*arguments: str) -> str:
    return subprocess.run([LIMN, *arguments], check=True, capture_output=True, text=True).stdout


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal but for the time that they took."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            name in ("seconds", "passes_seconds", "milliseconds") or same(one[name], other[name]) for name in one
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


OPTIONS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--method", "integrated-gradients", "--steps", "20"], {"method": "integrated-gradients", "steps": 20}),
    (["--method", "lime", "--samples", "30", "--seed", "4"], {"method": limner.Lime(samples=30, seed=4)}),
    (["--preset", "lit-ig"], {"method": limner.preset("lit-ig")}),
    (["--method", "occlusion", "--unit", "token", "--masking", "unk"], {"method": limner.Occlusion(masking="unk"), "unit": "token"}),
    (["--target", "negative", "--contrast", "positive", "--raw"], {"target": "negative", "contrast": "positive", "raw": True}),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "options"), OPTIONS)
def test_explain(sentiment: limner.Model, arguments: list[str], options: dict[str, Any]) -> None:
    said = json.loads(limn("explain", "-m", "minilm-l6-sentiment", "--text", TEXT, *arguments))
    assert same(sentiment.explain(TEXT, **options).to_dict(), said)


def test_explain_question(qa: limner.Model) -> None:
    said = json.loads(limn("explain", "-m", "minilm-l6-qa", "--question", QUESTION, "--context", CONTEXT))
    assert same(qa.explain(question=QUESTION, context=CONTEXT).to_dict(), said)


def test_predict(qa: limner.Model) -> None:
    said = json.loads(limn("predict", "-m", "minilm-l6-qa", "--question", QUESTION, "--context", CONTEXT, "--top", "3"))
    assert same(qa.predict(question=QUESTION, context=CONTEXT, form="limn", top=3), said)


def test_tokenize(ner: limner.Model) -> None:
    said = json.loads(limn("tokenize", "-m", "minilm-l6-ner", "--text", "Macedonia"))
    assert same(ner.tokenize("Macedonia"), said)


def test_compare(sentiment: limner.Model) -> None:
    said = limn("compare", "-m", "minilm-l6-sentiment", "--method", "gradient,occlusion", "--text", TEXT)
    table = limner.compare(sentiment, TEXT, methods=["gradient", "occlusion"])
    assert same(table.inputs, [json.loads(line) for line in said.splitlines()])


def test_attacks(sentiment: limner.Model) -> None:
    said = json.loads(limn("attack", "hotflip", "-m", "minilm-l6-sentiment", "--text", "A dull film.", "--max-steps", "2"))
    attack = sentiment.hotflip("A dull film.", max_steps=2)
    assert same(attack.to_dict(), said)
    said = json.loads(limn("attack", "reduce", "-m", "minilm-l6-sentiment", "--text", "A dull film."))
    assert same(sentiment.reduce_input("A dull film.").to_dict(), said)


def test_attention(ner: limner.Model) -> None:
    said = json.loads(limn("attention", "-m", "minilm-l6-ner", "--text", "Pella"))
    assert same(ner.attention("Pella").to_dict(), said)


def test_heatmap() -> None:
    folder = str(ROOT / "tests" / "golden-mlm" / "bert-mlm")
    said = json.loads(limn("heatmap", "-m", folder, "--text", "the city"))
    assert same(limner.load(folder).heatmap("the city").to_dict(), said)


def test_evaluate(ner: limner.Model, sentiment: limner.Model, qa: limner.Model, tmp_path: pathlib.Path) -> None:
    tagged = tmp_path / "tagged.conll"
    tagged.write_text("Alexander B-PER\nwas O\nborn O\nin O\nPella B-LOC\n. O\n\nRome B-ORG\n")
    labelled = tmp_path / "labelled.tsv"
    labelled.write_text("text\tlabel\nA fine film.\tpositive\nA dull film.\tpositive\n")
    squad = tmp_path / "squad.json"
    question = {"id": "1", "question": "Who came?", "answers": [{"text": "Anna", "answer_start": 0}]}
    paragraph = {"context": "Anna came to Rome.", "qas": [question]}
    squad.write_text(json.dumps({"version": "1.1", "data": [{"title": "t", "paragraphs": [paragraph]}]}))
    for name, model, kind, file in [
        ("minilm-l6-ner", ner, "tokens", tagged),
        ("minilm-l6-sentiment", sentiment, "classification", labelled),
        ("minilm-l6-qa", qa, "squad", squad),
    ]:
        arguments = ["--limit", "5"] if kind == "squad" else []
        said = json.loads(limn("evaluate", kind, "-m", name, "--data", str(file), "--format", "json", *arguments))
        limit = 5 if kind == "squad" else None
        assert same(getattr(limner.evaluate, kind)(model, file, limit=limit), said)


def test_models() -> None:
    said = json.loads(limn("models", "--format", "json"))
    assert len(said) >= 4
    assert limner.models() == {model["name"]: model["folder"] for model in said}
    shown = json.loads(limn("models", "minilm-l6-ner", "--format", "json"))
    model = limner.load("minilm-l6-ner")
    assert same({**model.info, "folder": model.folder}, shown)


def test_the_program_is_hardened_and_complete() -> None:
    assert "limn 0.1.0" in limn("--version")
    for command in ("explain", "serve", "show", "bench"):
        assert limn(command, "--help")
