"""Models in memory and LoRA adapters: PyTorch's logits are the expected numbers."""

from __future__ import annotations

import pathlib
from typing import Any

import limner
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

ROOT = pathlib.Path(__file__).resolve().parents[3]
TEXT = "I love you, I like you"


def loaded(folder: pathlib.Path, kind: str = "SequenceClassification") -> tuple[Any, Any]:
    model = getattr(transformers, f"AutoModelFor{kind}").from_pretrained(folder).eval()
    return model, transformers.AutoTokenizer.from_pretrained(folder)


def logits_of(model: Any, tokenizer: Any, text: str) -> list[float]:
    with torch.no_grad():
        return [float(x) for x in model(**tokenizer(text, return_tensors="pt")).logits[0].flatten()]


def limn_logits(model: limner.Model) -> list[float]:
    return [float(x) for x in model.explain(TEXT, raw=True).logits]


@pytest.mark.parametrize("name", ["bert-cls", "roberta-cls", "distilbert-cls", "albert-cls", "deberta-v2-cls", "modernbert-cls"])
def test_logits_of_a_model_in_memory(name: str) -> None:
    model, tokenizer = loaded(ROOT / "tests" / "golden" / name)
    assert limn_logits(limner.load(model, tokenizer)) == pytest.approx(logits_of(model, tokenizer, TEXT), rel=1e-3, abs=1e-4)


def test_weights_are_not_copied() -> None:
    model, tokenizer = loaded(ROOT / "models" / "minilm-l6-sentiment")
    model = model.float()
    explained = limner.load(model, tokenizer)
    before = limn_logits(explained)
    with torch.no_grad():
        words = model.get_input_embeddings().weight
        words.copy_(words.roll(1, 0))
    # Large float32 tensors, such as these 47 MB, are read in place; those below 256 kB are copied.
    assert limn_logits(explained) == pytest.approx(logits_of(model, tokenizer, TEXT), rel=1e-3, abs=1e-4)
    assert limn_logits(explained) != pytest.approx(before, rel=1e-2)


def test_the_model_keeps_the_weights_alive() -> None:
    model, tokenizer = loaded(ROOT / "tests" / "golden" / "bert-cls")
    expected = logits_of(model, tokenizer, TEXT)
    explained = limner.load(model, tokenizer)
    del model
    junk = [torch.ones(1000) for _ in range(100)]
    assert len(junk) == 100
    assert limn_logits(explained) == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_half_precision_is_converted() -> None:
    model, tokenizer = loaded(ROOT / "tests" / "golden" / "bert-cls")
    expected = limn_logits(limner.load(model.bfloat16().float(), tokenizer))
    assert limn_logits(limner.load(model.bfloat16(), tokenizer)) == pytest.approx(expected, rel=1e-6)


def test_a_head_is_described(tmp_path: pathlib.Path) -> None:
    base, tokenizer = loaded(ROOT / "tests" / "golden" / "bert-cls")

    class MeanClassifier(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = base.bert
            self.linear = torch.nn.Linear(base.config.hidden_size, base.config.num_labels)
            self.config = base.config

        def forward(self, text: str) -> Any:
            hidden = self.bert(**tokenizer(text, return_tensors="pt")).last_hidden_state
            return self.linear(hidden.mean(dim=1))

    own = MeanClassifier().eval()
    explained = limner.load(own, tokenizer, head={"pooling": "mean", "layers": ["linear"], "prefix": "bert."})
    with torch.no_grad():
        expected = [float(x) for x in own(TEXT)[0]]
    assert limn_logits(explained) == pytest.approx(expected, rel=1e-3, abs=1e-4)
    with pytest.raises(limner.Error, match="MeanClassifier"):
        limner.load(own, tokenizer)


def test_what_does_not_fit_is_named() -> None:
    model, tokenizer = loaded(ROOT / "tests" / "golden" / "bert-cls")
    with pytest.raises(limner.Error, match="tokenizer"):
        limner.load(model)
    with pytest.raises(limner.Error, match="fast tokenizer"):
        limner.load(model, object())
    with pytest.raises(limner.Error, match="transformers"):
        limner.load(object(), tokenizer)
    config = transformers.GPT2Config(n_layer=1, n_head=1, n_embd=8, vocab_size=50)
    with pytest.raises(limner.Error, match="bert"):
        limner.load(transformers.GPT2ForSequenceClassification(config), tokenizer)
    _, other = loaded(ROOT / "tests" / "golden" / "roberta-cls")
    mixed = limner.load(model, other)
    assert mixed.info["warnings"] or mixed.explain(TEXT).tokens


def test_an_adapter_is_merged(tmp_path: pathlib.Path) -> None:
    peft = pytest.importorskip("peft")
    folder = ROOT / "tests" / "golden" / "bert-cls"
    model, tokenizer = loaded(folder)
    torch.manual_seed(0)
    adapted = peft.get_peft_model(
        model, peft.LoraConfig(task_type="SEQ_CLS", r=3, lora_alpha=7, target_modules=["query", "value", "dense"])
    ).eval()
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name or "classifier" in name:
            torch.nn.init.normal_(parameter, std=0.2)
    expected = logits_of(adapted, tokenizer, TEXT)
    adapted.save_pretrained(tmp_path)
    assert limn_logits(limner.load(tmp_path)) == pytest.approx(expected, rel=1e-3, abs=1e-4)
    assert expected != pytest.approx(limn_logits(limner.load(folder)), rel=1e-2)
    merged = adapted.merge_and_unload()
    assert limn_logits(limner.load(merged, tokenizer)) == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_pipelines_equal_those_of_transformers() -> None:
    for name, task, options in [
        ("bert-cls", "text-classification", {}),
        ("bert-cls", "text-classification", {"top_k": None}),
        ("bert-token", "token-classification", {}),
        ("bert-token", "token-classification", {"aggregation_strategy": "simple"}),
        ("bert-token", "token-classification", {"aggregation_strategy": "first"}),
        ("bert-token", "token-classification", {"aggregation_strategy": "average"}),
        ("bert-token", "token-classification", {"aggregation_strategy": "max"}),
    ]:
        folder = ROOT / "tests" / "golden" / name
        theirs = transformers.pipeline(task, model=str(folder))
        ours = limner.pipeline(task, model=folder)
        for given in ("George Washington went to Washington.", ["A fine film.", "Rome"]):
            one, other = ours(given, **options), theirs(given, **options)
            assert _rounded(one) == _rounded(other), (task, options)


@pytest.mark.parametrize(
    ("kind", "folder"), [("Bert", "models/minilm-l6-sentiment"), ("Roberta", "tests/golden/roberta-cls")]
)
@pytest.mark.parametrize("text", ["The {} of Rome.", "{} of {} unbelievableness, ok", "he said {}, don't"])
def test_fill_mask_equals_that_of_transformers(kind: str, folder: str, text: str) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(ROOT / folder)
    torch.manual_seed(0)
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=130, initializer_range=0.3,
    )  # fmt: skip
    model = getattr(transformers, f"{kind}ForMaskedLM")(config).eval()
    ours = limner.pipeline("fill-mask", model=model, tokenizer=tokenizer)
    theirs = transformers.pipeline("fill-mask", model=model, tokenizer=tokenizer)
    given = text.replace("{}", tokenizer.mask_token)
    found, expected = ours(given, top_k=100), theirs(given, top_k=100)
    if text.count("{}") == 1:
        found, expected = [found], [expected]
    assert len(found) == len(expected) == text.count("{}")
    for one, other in zip(found, expected):
        assert len(one) == 100
        assert [fill["score"] for fill in one] == pytest.approx([fill["score"] for fill in other], rel=1e-4)
        assert [_said(fill) for fill in one] == [_said(fill) for fill in other]


def _said(fill: dict[str, Any]) -> tuple[Any, ...]:
    return fill["token"], fill["token_str"], fill["sequence"]


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return float(f"{float(value):.3g}") if isinstance(value, float) or hasattr(value, "dtype") else value
