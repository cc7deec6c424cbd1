#!/usr/bin/env python3
"""Write the results of the systems that presets are named after, for tests/explain/preset_test.cc.

    make_preset_cases.py GOLDEN_DIR OUT.json [PRESET ...]      only these are replaced; default: all

GOLDEN_DIR holds the folders that golden.py wrote; models run in float64. Captum computes its own methods and those of systems that call it (ferret,
transformers-interpret); the lime package computes LIME. The others are implemented here in plain PyTorch, following the file that docs/presets.md
names. Random methods are run many times: their case has the mean and its standard error.

    {"model", "case", "preset", "scores"}           one score per token; "start" and "end" in place of "scores" if there are two
    {"model", "case", "preset", "scores", "errors", "draws"}   random methods: the mean over `draws` runs or draws, and its standard error
Needs: torch, transformers, captum, lime, tokenizers.
"""
import json
import math
import pathlib
import random
import sys
import warnings

import lime.lime_text
import numpy as np
import torch
from captum.attr import InputXGradient, IntegratedGradients, LayerIntegratedGradients, Lime, Saliency
from transformers import (AutoModelForQuestionAnswering, AutoModelForSequenceClassification, AutoModelForTokenClassification,
                          AutoTokenizer)

import golden

warnings.simplefilter("ignore")
FOLDERS = ["bert-cls", "bert-pair", "bert-qa", "bert-token", "bert-multilabel", "bert-single", "distilbert-cls", "distilbert-qa"]


def load(folder):
    task = folder.name.rsplit("-", 1)[1]
    auto = {"qa": AutoModelForQuestionAnswering, "token": AutoModelForTokenClassification}.get(task, AutoModelForSequenceClassification)
    model = auto.from_pretrained(folder, attn_implementation="eager").eval().double()
    return model, AutoTokenizer.from_pretrained(folder), task


def l1(x):
    return x / x.abs().sum()


def ordinary(case):
    return ~case.special.bool()


def padded(case):
    """The ids with [PAD] in place of each ordinary token."""
    return torch.where(case.special[None].bool(), case.ids, torch.full_like(case.ids, case.tok.pad_token_id))


# ---- deterministic -----------------------------------------------------------------------------------------------------

def captum(case, method, kind="logit", **more):
    e = case.embed().requires_grad_(True)
    return method(lambda x: case.value(case.out(x), kind)).attribute(e, **more)[0].sum(-1).detach()


def captum_ig(case):
    method = IntegratedGradients(lambda x: case.value(case.out(x)))
    return method.attribute(case.embed(), baselines=case.embed(padded(case)), n_steps=50)[0].sum(-1).detach()


def layer_ig(case, forward):
    case.word.weight.requires_grad_(True)
    method = LayerIntegratedGradients(forward, case.word)
    scores = method.attribute(case.ids, baselines=padded(case), n_steps=50)[0].sum(-1).detach()
    return scores / scores.norm()  # LIGAttributions.summarize


def lit_ig(case, steps=30):
    e = case.embed()[0]
    mask = ordinary(case)[:, None]
    gradients = []
    for alpha in np.linspace(0, 1, steps + 1)[:steps]:
        x = torch.where(mask, alpha * e, e)
        gradients.append(torch.where(mask, case.gradient("prob", x[None])[0], torch.zeros_like(e)))
    gradients = torch.stack(gradients)
    return l1((((gradients[:-1] + gradients[1:]) / 2).mean(0) * e).sum(-1))


def allennlp_ig(case, steps):
    e = case.embed()[0]
    mean = sum(case.gradient("loss", a / steps * e[None])[0] for a in range(steps)) / steps
    return l1((mean * e).sum(-1).abs())


def gradcam(case):
    out = case.out(case.embed().requires_grad_(True), output_hidden_states=True)
    hidden = out.hidden_states[-1]
    gradient = torch.autograd.grad(case.value(out).sum(), hidden)[0][0]
    scores = (gradient.mean(0) * hidden[0].detach()).sum(-1).clamp(min=0)
    return scores / scores.max() if scores.max() > 0 else scores


def shapley(case):
    """Exact values from all coalitions of ordinary tokens; [PAD] replaces removed ones."""
    players = ordinary(case).nonzero()[:, 0].tolist()
    n = len(players)
    ids = padded(case).repeat(2 ** n, 1)
    for mask in range(2 ** n):
        for j, token in enumerate(players):
            if mask >> j & 1:
                ids[mask, token] = case.ids[0, token]
    with torch.no_grad():
        worth = case.value(case.out(ids=ids))
    scores = torch.zeros(case.ids.shape[1], dtype=torch.double)
    for mask in range(2 ** n):
        size = bin(mask).count("1")
        for j, token in enumerate(players):
            if not mask >> j & 1:
                scores[token] += (worth[mask | 1 << j] - worth[mask]) / (n * math.comb(n - 1, size))
    return scores


def deterministic(case):
    e, g = case.embed()[0], case.gradient()[0]
    loss, prob = case.gradient("loss")[0], case.gradient("prob")[0]
    onehot = torch.stack([(case.word.weight.detach() @ v).norm() for v in g])
    simple = l1((loss * e).sum(-1).abs())
    yield "captum-saliency", captum(case, Saliency)
    yield "allennlp-simple", simple
    yield "allennlp-ig", allennlp_ig(case, 10)
    yield "inseq", l1(prob.norm(dim=-1))
    yield "ecco", l1(g.norm(dim=-1))
    yield "ecco-onehot", l1(onehot)
    yield "ecco-gxi", l1((g * e).norm(dim=-1))
    yield "gradcam", gradcam(case)
    if case.task == "cls":
        yield "koren-v-simple", simple
        yield "koren-v-ig", allennlp_ig(case, 20)
        yield "lit-grad-l2", l1(prob.norm(dim=-1))
        yield "lit-grad-dot-input", l1((prob * e).sum(-1))
        yield "lit-ig", lit_ig(case)
        yield "interpreto-saliency", (g * e).abs().mean(-1)
    if case.task != "qa":
        yield "transformers-interpret", layer_ig(case, lambda ids: case.value(case.out(ids=ids), "prob"))
        yield "ferret-gradient", l1(captum(case, Saliency))
        yield "ferret-gxi", l1(captum(case, InputXGradient))
        yield "ferret-ig", l1(captum_ig(case))
    else:
        yield "transformers-interpret", {"start": layer_ig(case, lambda ids: case.out(ids=ids).start_logits.max(1).values).tolist(),
                                         "end": layer_ig(case, lambda ids: case.out(ids=ids).end_logits.max(1).values).tolist()}
    if int(ordinary(case).sum()) <= 8:
        exact = shapley(case)
        yield "captum-shapley", exact
        yield "captum-kernel-shap", exact


# ---- random ------------------------------------------------------------------------------------------------------------

def block_output(case):
    """The input of the first layer."""
    return case.out(case.embed(), output_hidden_states=True).hidden_states[0].detach()


def block_gradient(case, kind, x):
    """dF/dx, with x in place of the output of the embedding block."""
    x = x.clone().requires_grad_(True)
    hook = case.model.base_model.embeddings.register_forward_hook(lambda module, inputs, output: x)
    value = case.value(case.out(case.embed().expand(len(x), -1, -1)), kind)
    hook.remove()
    return torch.autograd.grad(value.sum(), x)[0]


def noisy(start, gradient, sigma, draws, seed=0):
    """`draws` noisy copies of start, and the gradients there: (draws, T, C)."""
    generator, x, g = torch.Generator().manual_seed(seed), [], []
    for _ in range(0, draws, 200):
        x.append(start + sigma * torch.randn((200, *start.shape[1:]), generator=generator, dtype=torch.double))
        g.append(gradient(x[-1]))
    return torch.cat(x), torch.cat(g)


def of_batches(score, x, g, batches=20):
    """The score of all draws, and its standard error, estimated from batches."""
    parts = torch.stack([score(a, b) for a, b in zip(x.chunk(batches), g.chunk(batches))])
    return score(x, g), parts.std(0) / batches ** 0.5


def over_seeds(run, runs):
    found = torch.tensor(np.array([run(seed) for seed in range(runs)]))
    return found.mean(0), found.std(0) / runs ** 0.5


def captum_lime(case, seed):
    torch.manual_seed(seed)
    features, index = torch.zeros_like(case.ids), 0
    for i in range(case.ids.shape[1]):
        if not case.special[i]:
            features[0, i] = index
            index += 1
    with torch.no_grad():
        found = Lime(lambda ids: case.value(case.out(ids=ids))).attribute(case.ids, baselines=padded(case), feature_mask=features, n_samples=25,
                                                                          perturbations_per_eval=25)
    return torch.where(ordinary(case), found[0].double(), torch.zeros_like(found[0]).double()).numpy()


def ferret_lime(case, seed):
    """As ferret/explainers/lime.py: the text consists of ids, including special tokens; UNKWORDZ is [MASK]."""
    ids = case.ids[0].tolist()

    def probabilities(texts):
        rows = torch.tensor([[int(i) for i in t.replace("UNKWORDZ", str(case.tok.mask_token_id)).split()] for t in texts])
        with torch.no_grad():
            p = case.value(case.out(ids=rows), "prob").numpy()
        return np.stack([1 - p, p], 1)

    explainer = lime.lime_text.LimeTextExplainer(bow=False, random_state=seed)
    found = explainer.explain_instance(" ".join(map(str, ids)), probabilities, labels=[1], num_features=len(ids), num_samples=min(len(ids) ** 2, 5000))
    scores = np.array([weight for _, weight in sorted(found.local_exp[1])])
    scores[case.special.numpy() == 1] = 0
    return scores / np.abs(scores).sum()


def smooth(case):
    mean = lambda x, g: l1(g.mean(0).sum(-1).abs())
    draws, start = 2000, block_output(case)
    x, g = noisy(start, lambda x: block_gradient(case, "loss", x), 0.01 * float(start.max() - start.min()), draws)
    yield "allennlp-smooth", draws, *of_batches(mean, x, g)
    if case.task != "cls":
        return
    yield "koren-v-smooth", draws, *of_batches(mean, x, g)
    x, g = noisy(case.embed(), lambda x: case.gradient("logit", x), 0.1, draws, 1)
    reduced = lambda x, g: (x * g).abs().mean(-1)
    yield "interpreto-smoothgrad", draws, *of_batches(lambda x, g: reduced(x, g).mean(0), x, g)
    yield "interpreto-squaregrad", draws, *of_batches(lambda x, g: reduced(x, g).square().mean(0), x, g)
    yield "interpreto-vargrad", draws, *of_batches(lambda x, g: reduced(x, g).var(0), x, g)


def surrogates(case):
    yield "captum-lime", 200, *over_seeds(lambda seed: captum_lime(case, seed), 200)
    if case.task == "cls":
        yield "ferret-lime", 100, *over_seeds(lambda seed: ferret_lime(case, seed), 100)


def rounded(x):
    return [float(f"{v:.7g}") for v in x]


def main():
    folders, out, only = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    torch.set_num_threads(1)
    random.seed(0)
    rows = [row for row in json.loads(out.read_text(encoding="utf-8")) if row["preset"] not in only] if only else []
    for name in FOLDERS:
        model, tok, task = load(folders / name)
        inputs = [c["input"] for c in json.load(open(folders / name / "cases.json", encoding="utf-8"))["cases"]]
        for number, row in enumerate(inputs[:2 if name == "bert-cls" else 1]):
            case = golden.Case(model, tok, task, row)
            head = {"model": name, "case": number}
            for preset, scores in deterministic(case):
                if only and preset not in only:
                    continue
                rows.append({**head, "preset": preset, **({k: rounded(v) for k, v in scores.items()} if isinstance(scores, dict) else {"scores": rounded(scores)})})
            if name in ("bert-cls", "bert-qa") and number == 0:
                for preset, draws, scores, errors in [*smooth(case), *(surrogates(case) if name != "bert-qa" else [])]:
                    if only and preset not in only:
                        continue
                    rows.append({**head, "preset": preset, "scores": rounded(scores), "errors": [float(f"{v:.3g}") for v in errors], "draws": draws})
        print(name, len(rows), flush=True)
    with open(out, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
