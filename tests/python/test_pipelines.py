"""Pipelines: numbers from PyTorch's logits, by the formulas of transformers' pipelines."""

from __future__ import annotations

import json
import math
from typing import Any

import limner
import pytest
from conftest import GOLDEN, ROOT, golden

MASKED = ROOT / "tests" / "golden-mlm"


def softmax(logits: list[float]) -> list[float]:
    weights = [math.exp(logit - max(logits)) for logit in logits]
    return [weight / sum(weights) for weight in weights]


def test_text_classification() -> None:
    model, cases = golden("bert-cls")
    classify = limner.pipeline("text-classification", model=model)
    texts = [case["input"]["text"] for case in cases]
    results = classify(texts)
    every = classify(texts, top_k=None)
    for case, best, ranked in zip(cases, results, every):
        expected = softmax(case["logits"])
        assert best["label"] == model.labels[expected.index(max(expected))]
        assert best["score"] == pytest.approx(max(expected), rel=1e-4)
        assert [item["score"] for item in ranked] == pytest.approx(sorted(expected, reverse=True), rel=1e-4)
    # One text gives a list of one, as in transformers.
    assert classify(texts[0]) == model(texts[0]) and isinstance(classify(texts[0]), list)
    assert model.predict(texts[0]) == pytest.approx(results[0])


def windows_of(case: dict[str, Any]) -> tuple[list[float], list[float]]:
    """The probabilities of the context's tokens and [CLS], as the pipeline masks the others."""
    types = case["type_ids"]
    inside = [i == 0 or (types[i] == 1 and not case["special"][i]) for i in range(len(types))]
    result = []
    for name in ("start", "end"):
        kept = [logit if ok else -1e9 for logit, ok in zip(case["logits"][name], inside)]
        result.append(softmax(kept))
    return result[0], result[1]


def test_question_answering() -> None:
    model, cases = golden("bert-qa")
    answer = limner.pipeline("question-answering", model=model)
    checked = 0
    for case in cases:
        if len(case["ids"]) > 300 or not isinstance(case["logits"]["start"][0], float):
            continue
        start, end = windows_of(case)
        context = case["input"]["context"]
        tokens = [i for i in range(len(start)) if case["type_ids"][i] == 1 and not case["special"][i]]
        best = max(
            ((start[i] * end[j], i, j) for i in tokens for j in tokens if i <= j < i + 15), key=lambda span: span[0]
        )
        found = answer(question=case["input"]["question"], context=context, align_to_words=False)
        assert found["score"] == pytest.approx(best[0], rel=1e-3)
        assert (found["start"], found["end"]) == (case["offsets"][best[1]][0], case["offsets"][best[2]][1])
        assert found["answer"] == context[found["start"] : found["end"]]
        several = answer(case["input"], top_k=3, handle_impossible_answer=True)
        assert 1 <= len(several) <= 3
        scores = [one["score"] for one in several]
        assert scores == sorted(scores, reverse=True)
        null = [one for one in answer(case["input"], top_k=10**4, handle_impossible_answer=True) if not one["answer"]]
        assert null[0]["score"] == pytest.approx(start[0] * end[0], rel=1e-3)
        checked += 1
    assert checked > 0


def test_truncation_reads_the_beginning_as_transformers_does() -> None:
    model, _ = golden("bert-cls")
    cases = json.loads((ROOT / "tests/task/data/long_texts.json").read_text())["labels"]
    case = next(one for one in cases if one["model"] == "bert-cls")
    classify = limner.pipeline("text-classification", model=model, top_k=None, max_length=case["max_length"])
    expected = {"truncation": softmax(case["window_logits"][0])}
    for options in ({}, {"truncation": True}):
        found = {one["label"]: one["score"] for one in classify(case["text"], **options)}
        for label, probability in zip(model.labels, expected["truncation"]):
            assert found[label] == pytest.approx(probability, rel=1e-4)
    reading = {"max_length": case["max_length"], "stride": case["stride"], "form": "limn"}
    windows = model.predict(case["text"], **reading)
    for label, probability in zip(model.labels, case["probabilities"]):
        assert windows["prediction"]["probabilities"][label] == pytest.approx(probability, rel=1e-4)
    beginning = model.predict(case["text"], long_text="beginning", **reading)
    assert "were not read" in beginning["warnings"][0]
    whole = {one["label"]: one["score"] for one in classify(case["text"], truncation=False)}
    all_read = model.predict(case["text"], max_length=case["max_length"], form="limn")
    assert whole == pytest.approx(all_read["prediction"]["probabilities"])
    why = model.explain(case["text"], method="gradient-x-input", max_length=case["max_length"], stride=case["stride"])
    assert why.to_dict()["document"]["windows"] == case["windows"]


def test_question_answering_reads_long_contexts(qa: limner.Model) -> None:
    context = "Nothing happened here. " * 300 + "Anna came to Rome in May."
    found = limner.pipeline("question-answering", model=qa)(question="Who came to Rome?", context=context)
    assert found["answer"] == "Anna"
    assert context[found["start"] : found["end"]] == "Anna"


def test_token_classification() -> None:
    model, cases = golden("bert-token")
    tag = limner.pipeline("token-classification", model=model)
    checked = 0
    for case in cases:
        found = {entity["index"]: entity for entity in tag(case["input"]["text"], ignore_labels=[])}
        for index, logits in enumerate(case["logits"]):
            if case["special"][index]:
                continue
            expected = softmax(logits)
            assert found[index]["score"] == pytest.approx(max(expected), rel=1e-4)
            assert found[index]["entity"] == model.labels[expected.index(max(expected))]
            assert [found[index]["start"], found[index]["end"]] == case["offsets"][index]
            checked += 1
    assert checked > 5


def test_named_entities(ner: limner.Model) -> None:
    found = limner.pipeline("ner", model=ner, aggregation_strategy="first")("Ada Lovelace was born in London.")
    assert [(one["entity_group"], one["word"], one["start"], one["end"]) for one in found] == [
        ("PER", "ada lovelace", 0, 12),
        ("LOC", "london", 25, 31),
    ]


def test_fill_mask() -> None:
    fill = limner.pipeline("fill-mask", model=MASKED / "bert-mlm")
    found = fill("the [MASK] of the city", top_k=3)
    assert len(found) == 3
    assert [item["score"] for item in found] == sorted((item["score"] for item in found), reverse=True)
    assert all(item["token_str"] in item["sequence"] for item in found)
    assert len(fill("the [MASK] of the [MASK]")) == 2


def test_zero_shot_needs_a_model_for_inference(sentiment: limner.Model) -> None:
    with pytest.raises(limner.Error, match="entailment"):
        limner.pipeline("zero-shot-classification", model=sentiment)


def test_errors_name_what_is_known(sentiment: limner.Model) -> None:
    with pytest.raises(limner.Error, match="question-answering"):
        limner.pipeline("translation", model=sentiment)
    with pytest.raises(limner.Error, match="token-classification"):
        limner.pipeline("ner", model=sentiment)
    with pytest.raises(limner.Error):
        limner.load(GOLDEN / "no-such-model")
