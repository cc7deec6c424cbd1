"""Explanations: their numbers, offsets, inputs and errors."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import pickle
import resource
import sys
from collections.abc import Callable

import limner
import numpy as np
import pytest
from conftest import ROOT, close, golden

TEXT = "A gorgeous, witty film."
METHODS = {
    "onehot_l2": limner.Gradient(normalize="none"),
    "grad_x_input": limner.GradientXInput(),
    "grad_x_input_prob": limner.GradientXInput(explain="probability"),
    "attention_last": limner.Attention(),
    "rollout": limner.AttentionRollout(),
}


@pytest.mark.parametrize("name", ["bert-cls", "roberta-cls"])
@pytest.mark.parametrize("method", METHODS)
def test_scores_are_those_of_pytorch_and_captum(name: str, method: str) -> None:
    model, cases = golden(name)
    for case in cases:
        why = model.explain(case["input"], method=METHODS[method], target=case["target"])
        close([token.score for token in why.tokens], case["explanations"][method], 2e-4)
        close(why.token_scores, case["explanations"][method], 2e-4)


def test_integrated_gradients_has_captums_baseline_value() -> None:
    model, cases = golden("bert-cls")
    for case in cases:
        why = model.explain(case["input"], method="integrated-gradients", steps=50, target=case["target"])
        baseline, value = case["ig_values"][:2]
        assert why.value == pytest.approx(value, rel=1e-4)
        assert why.baseline_value == pytest.approx(baseline, rel=1e-4)
        assert sum(why.token_scores) == pytest.approx(value - baseline, abs=0.02 * abs(value - baseline) + 1e-3)


@pytest.mark.parametrize("text", [TEXT, "Ein schöner, witziger Film 😀 für alle!", "naïve 👩‍👩‍👧 film"])
def test_offsets_count_code_points_of_the_text(sentiment: limner.Model, text: str) -> None:
    why = sentiment.explain(text)
    assert len(why.words) > 2
    for word in why.words:
        assert text[word.begin : word.end] == word.text
    assert [word.score for word in why.words] == list(why.word_scores)


def test_a_word_shows_itself(sentiment: limner.Model) -> None:
    word = sentiment.explain(TEXT).words[1]
    assert repr(word).startswith("Word(text='gorgeous', begin=2, end=10, score=")


def test_question_context_and_answer(qa: limner.Model) -> None:
    context = "Anna came to Rome from Persia."
    why = qa.explain(question="Who came?", context=context, answer="Persia")
    assert (why.question, why.context, why.pair) == ("Who came?", context, context)
    assert why.target["start_token"] <= why.target["end_token"]
    assert context[why.words[-2].begin : why.words[-2].end] == why.words[-2].text
    several = qa.explain(question=["Who came?", "Where to?"], context=context)
    assert [one.question for one in several] == ["Who came?", "Where to?"]


def test_explain_all_has_one_explanation_for_each_entity(ner: limner.Model) -> None:
    found = ner.explain_all("Alexander was born in Pella.")
    assert [why.target["text"] for why in found] == ["Alexander", "Pella"]
    nested = ner.explain_all(["Alexander was born in Pella."] * 2)
    assert [len(whys) for whys in nested] == [2, 2]


def test_forms_of_inputs_give_equal_results(sentiment: limner.Model) -> None:
    texts = ["A fine film.", "A dull film."]
    expected = [[word.score for word in why.words] for why in sentiment.explain(texts)]
    assert len(expected) == 2
    for form in (np.array(texts), np.array(texts, dtype=object), [{"text": text} for text in texts]):
        close(np.ravel([[w.score for w in why.words] for why in sentiment.explain(form)]), np.ravel(expected), 1e-6)
    lazy = sentiment.explain(text for text in texts)
    assert not isinstance(lazy, list)
    assert [why.text for why in lazy] == texts


def test_empty_lists_are_empty_results(sentiment: limner.Model) -> None:
    assert sentiment.explain([]) == []
    assert sentiment.predict([]) == []
    assert list(sentiment.explain(iter([]))) == []


@pytest.mark.parametrize("bad", [None, b"bytes", 3, 2.5, ["nested", "three", "texts"]])
def test_a_wrong_type_is_named(sentiment: limner.Model, bad: object) -> None:
    with pytest.raises(limner.Error) as caught:
        sentiment.explain([TEXT, bad])
    assert caught.value.index == 1
    assert caught.value.found
    if bad is None or isinstance(bad, (bytes, int, float)):
        with pytest.raises(TypeError):
            sentiment.explain(bad)
        assert isinstance(caught.value, TypeError)
    results = sentiment.explain([TEXT, bad, TEXT], errors="return")
    assert [type(result) for result in results][::2] == [limner.Explanation] * 2
    assert isinstance(results[1], limner.Error)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"samples": 0, "method": "lime"}, "samples"),
        ({"samples": "many", "method": "lime"}, "samples"),
        ({"normalize": "most"}, "normalize"),
        ({"method": "gradientt"}, "method"),
        ({"preset": "nobody"}, "preset"),
        ({"stepz": 3}, "stepz"),
        ({"max_length": 100000}, "max_length"),
        ({"errors": "ignore"}, "errors"),
    ],
)
def test_a_wrong_option_is_named(sentiment: limner.Model, options: dict[str, object], field: str) -> None:
    with pytest.raises(limner.Error) as caught:
        sentiment.explain(TEXT, **options)  # type: ignore[arg-type]
    assert (caught.value.field or caught.value.thing) == field
    assert caught.value.expected


def test_questions_and_texts_do_not_mix(qa: limner.Model) -> None:
    with pytest.raises(limner.Error, match="not both"):
        qa.explain("A text", question="Who?", context="Anna.")
    with pytest.raises(limner.Error, match="context"):
        qa.explain(question="Who?")
    with pytest.raises(limner.Error, match="as many"):
        qa.explain(question=["Who?", "Where?"], context=["Anna."])
    result = qa.explain([{"question": "Who?", "context": "Anna."}, "no question"], errors="return")
    assert isinstance(result[0], limner.Explanation)
    assert isinstance(result[1], limner.Error)


def test_lone_surrogates_and_blank_texts_are_errors(sentiment: limner.Model) -> None:
    for bad in ["\ud800", "", "  "]:
        with pytest.raises(limner.Error):
            sentiment.explain(bad)


def test_methods_have_their_options_as_keyword_arguments() -> None:
    assert len(limner.methods()) == 19
    doc = limner.IntegratedGradients.__doc__
    assert doc and "steps: the exact number of points on the path" in doc
    with pytest.raises(limner.Error, match="method occlusion"):
        limner.Occlusion(steps=3)  # type: ignore[call-arg]
    assert repr(limner.Lime(samples=5)) == "Lime(samples=5)"
    assert limner.preset("lit-ig").name == "integrated-gradients"


@pytest.mark.parametrize("bad", [None, 3, b"minilm-l6-sentiment", ["minilm-l6-sentiment"], object()])
def test_a_model_of_the_wrong_type_is_named(bad: object) -> None:
    with pytest.raises(limner.Error, match="expected a folder, a name, or a model") as caught:
        limner.load(bad)
    assert isinstance(caught.value, TypeError)
    assert caught.value.found == type(bad).__name__


def test_a_model_class_that_is_not_known_is_named(tmp_path: pathlib.Path) -> None:
    for file in (ROOT / "tests" / "golden" / "bert-cls").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    config.update(model_type="gpt2", architectures=["GPT2ForSequenceClassification"])
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(limner.Error) as caught:
        limner.load(tmp_path)
    assert "gpt2" in caught.value.found.lower()
    assert "bert" in caught.value.expected and "roberta" in caught.value.expected


def test_a_tokenizer_that_does_not_fit_is_named(tmp_path: pathlib.Path) -> None:
    folder = ROOT / "tests" / "golden" / "bert-cls"
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    for name in ("tokenizer.json", "tokenizer_config.json"):  # 30,522 tokens; the model has 4,000
        (tmp_path / name).write_bytes((ROOT / "models" / "minilm-l6-sentiment" / name).read_bytes())
    model = limner.load(tmp_path)
    assert any("30522 ids" in warning and "4000 rows" in warning for warning in model.info["warnings"])
    with pytest.raises(limner.Error, match="'gorgeous'.*4000 rows"):
        model.explain(TEXT)


def test_other_values_of_the_wrong_type_are_named(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    why = sentiment.explain(TEXT)
    calls: list[Callable[[], object]] = [
        lambda: limner.evaluate.drift(why, None),  # type: ignore[arg-type]
        lambda: sentiment.explain(TEXT, like=3),  # type: ignore[arg-type]
        lambda: sentiment.explain(TEXT, method=3),  # type: ignore[arg-type]
        lambda: limner.save(None, tmp_path / "why.json"),  # type: ignore[arg-type]
        lambda: limner.compare(sentiment, None),
        lambda: limner.compare(sentiment, TEXT, methods=[limner.Lime]),  # type: ignore[list-item]
        lambda: sentiment.tokenize(None),  # type: ignore[arg-type]
        lambda: limner.pipeline("text-classification", model=sentiment)(None),
    ]
    for call in calls:
        with pytest.raises(limner.Error) as caught:
            call()
        assert isinstance(caught.value, TypeError)
        assert caught.value.found and caught.value.expected


def test_a_closed_stream_says_so(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    (tmp_path / "texts.txt").write_text("A fine film.\nA dull film.\n")
    with open(tmp_path / "texts.txt") as stream:
        assert [why.text for why in sentiment.explain(stream)] == ["A fine film.\n", "A dull film.\n"]
    with pytest.raises(ValueError, match="closed file"):
        list(sentiment.explain(stream))


def test_a_generator_takes_constant_memory(sentiment: limner.Model) -> None:
    def texts() -> object:
        for index in itertools.count():
            yield f"A film {index % 7}."

    results = sentiment.predict(texts())
    for _ in itertools.islice(results, 256):
        pass
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in itertools.islice(results, 4096):
        pass
    # A result takes 1 kB: that of all of them would be 4 MB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 3000


def test_a_generator_that_fails_passes_its_error_on(sentiment: limner.Model) -> None:
    def texts() -> object:
        yield TEXT
        raise OSError("the stream is closed")

    with pytest.raises(OSError, match="closed"):
        list(sentiment.explain(texts()))


def test_like_repeats_a_method(sentiment: limner.Model, tmp_path: os.PathLike[str]) -> None:
    first = sentiment.explain(TEXT, method="lime", samples=50, seed=3)
    file = os.path.join(tmp_path, "why.json")
    first.save(file)
    for like in (first, file):
        again = sentiment.explain(TEXT, like=like)
        assert [word.score for word in again.words] == [word.score for word in first.words]


def test_views_keep_their_owner_alive(sentiment: limner.Model) -> None:
    scores = sentiment.explain(TEXT).word_scores
    expected = [word.score for word in sentiment.explain(TEXT).words]
    for _ in range(50):
        sentiment.explain(TEXT)
    assert list(scores) == expected
    assert not scores.flags.writeable
    weights = sentiment.attention(TEXT).weights
    assert weights.shape[2] == weights.shape[3]
    assert np.allclose(weights.sum(axis=-1), 1, atol=1e-5)


def test_explanations_and_errors_can_be_pickled(sentiment: limner.Model) -> None:
    why = sentiment.explain(TEXT)
    assert pickle.loads(pickle.dumps(why)) == why
    with pytest.raises(limner.Error) as caught:
        sentiment.explain([TEXT, None])
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy), copy.index) == (type(caught.value), str(caught.value), 1)
    assert pickle.loads(pickle.dumps(sentiment)).name == sentiment.name


def test_progress_counts_to_the_end(sentiment: limner.Model) -> None:
    seen: list[tuple[int, int | None]] = []
    sentiment.explain([TEXT] * 10, method="occlusion", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (10, 10)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_python_is_new_enough() -> None:
    assert sys.version_info >= (3, 10)
