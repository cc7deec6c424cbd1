#!/usr/bin/env python3
"""Write tests/explain/data/attacks.json: results of HotFlip and input reduction, as in AllenNLP Interpret, on the models of
tests/golden, by PyTorch in float64.

    tools/make_attack_cases.py tests/golden tests/explain/data/attacks.json

One row per model, text and attack:
    model, input    the folder, and the input as in its cases.json
    attack          "hotflip" or "input-reduction"
    target          token classification: the token whose label is attacked
    toward          HotFlip: the desired label, or null for any other
    steps           in order; HotFlip: [position, new id], input reduction: position; positions are those of the original encoding
    succeeded       HotFlip: whether it reached the desired label
Rows that depend on a difference too small for float32 are left out.
Needs: torch, transformers.
"""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForQuestionAnswering, AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

BEAM = 3
IGNORED = {".", ",", ";", "!", "?"}


class TooClose(Exception):
    pass


def first(pairs):
    """The key with the largest value. Raises TooClose if the second largest is almost equal."""
    pairs = sorted(pairs, key=lambda p: -p[1])
    if len(pairs) > 1 and pairs[0][1] - pairs[1][1] < 1e-4 * max(abs(pairs[0][1]), abs(pairs[1][1])):
        raise TooClose
    return pairs[0][0]


class Model:
    def __init__(self, folder):
        self.name = folder.name
        config = json.loads((folder / "config.json").read_text())
        kind = config["architectures"][0]
        self.task = "qa" if "Question" in kind else "token" if "Token" in kind else "cls"
        auto = {"qa": AutoModelForQuestionAnswering, "token": AutoModelForTokenClassification, "cls": AutoModelForSequenceClassification}
        self.net = auto[self.task].from_pretrained(folder, attn_implementation="eager").eval().double()
        self.tok = AutoTokenizer.from_pretrained(folder)
        self.weight = self.net.get_input_embeddings().weight.detach()
        self.has_types = config["model_type"] == "bert"
        self.sigmoid = self.net.config.problem_type == "multi_label_classification" or self.net.config.num_labels == 1
        specials = set(self.tok.all_special_tokens)
        self.words = [i for i in range(len(self.tok)) if self.tok.convert_ids_to_tokens(i).isalnum()
                      and self.tok.convert_ids_to_tokens(i) not in specials]


class Attack:
    def __init__(self, model, case, position=None, toward=None):
        self.m, self.case, self.position, self.toward = model, case, position, toward
        self.ids, self.types, self.special = case["ids"], case["type_ids"], case["special"]
        question = case["ids"].index(102) if model.task == "qa" else len(self.ids)
        self.free = [i for i in range(len(self.ids)) if not self.special[i] and i < question and i != position]
        self.context = range(question + 1, len(self.ids) - 1)
        self.text_of = [0 if i <= case["ids"].index(102) else 1 for i in range(len(self.ids))]
        everything = list(range(len(self.ids)))
        with torch.no_grad():
            logits = self.logits(self.ids, everything, model.weight[torch.tensor(self.ids)])
        if model.sigmoid:
            self.label = first(list(enumerate(logits[0].tolist())))
        self.predicted = self.prediction(logits, everything)

    def logits(self, ids, origins, embeds):
        rest = {"token_type_ids": torch.tensor([[self.types[o] for o in origins]])} if self.m.has_types else {}
        out = self.m.net(inputs_embeds=embeds[None], attention_mask=torch.ones((1, len(ids)), dtype=torch.long), **rest)
        return torch.stack([out.start_logits[0], out.end_logits[0]]) if self.m.task == "qa" else out.logits[0] if self.m.task == "token" else out.logits

    def prediction(self, logits, origins):
        if self.m.task == "qa":
            start, end = logits.tolist()
            place = {o: i for i, o in enumerate(origins)}
            spans = [((a, b), start[place[a]] + end[place[b]]) for a in self.context for b in self.context if a <= b < a + 30]
            return first(spans + [((0, 0), start[0] + end[0])])
        if self.m.sigmoid:
            if abs(float(logits[0, self.label])) < 1e-4:
                raise TooClose
            return float(logits[0, self.label]) >= 0
        row = logits[origins.index(self.position)] if self.m.task == "token" else logits[0]
        return first(list(enumerate(row.tolist())))

    def loss(self, logits, origins, predicted):
        if self.m.task == "qa":
            logp = logits.log_softmax(-1)
            return -logp[0, origins.index(predicted[0])] - logp[1, origins.index(predicted[1])]
        if self.m.sigmoid:
            z = logits[0, self.label]
            return -torch.nn.functional.logsigmoid(z if predicted else -z)
        row = logits[origins.index(self.position)] if self.m.task == "token" else logits[0]
        return -row.log_softmax(-1)[predicted]

    def read(self, ids, origins):
        """The prediction, and the gradient of the loss on the original (or the desired) prediction."""
        embeds = self.m.weight[torch.tensor(ids)].requires_grad_(True)
        logits = self.logits(ids, origins, embeds)
        loss = self.loss(logits, origins, self.predicted if self.toward is None else self.toward)
        return self.prediction(logits.detach(), origins), torch.autograd.grad(loss, embeds)[0]

    def done(self, predicted):
        return predicted != self.predicted if self.toward is None else predicted == self.toward

    def hotflip(self):
        ids, origins, steps = list(self.ids), list(range(len(self.ids))), []
        predicted, g = self.read(ids, origins)
        open_ = [i for i in self.free if self.m.tok.convert_ids_to_tokens(self.ids[i]) not in IGNORED]
        while not self.done(predicted) and open_:
            place = first([(i, float(g[i] @ g[i])) for i in open_])
            open_.remove(place)
            gain = (self.m.weight - self.m.weight[ids[place]]) @ g[place] * (1 if self.toward is None else -1)
            new = first([(w, float(gain[w])) for w in self.m.words if w != ids[place]])
            ids[place] = new
            steps.append([place, new])
            predicted, g = self.read(ids, origins)
        return {"steps": steps, "succeeded": self.done(predicted)}

    def reduce(self):
        candidates, best = [(list(range(len(self.ids))), [])], []
        while candidates:
            following, found = [], False
            for origins, removed in candidates[:BEAM]:
                predicted, g = self.read([self.ids[o] for o in origins], origins)
                if predicted != self.predicted:
                    continue
                if not found:
                    best, found = removed, True
                norms = []
                for k, o in enumerate(origins):
                    others = [p for p in origins if p != o and not self.special[p] and self.text_of[p] == self.text_of[o]]
                    if o in self.free and others:
                        norms.append((k, -float(g[k].norm())))
                for _ in range(min(BEAM, len(norms))):
                    k = first(norms)
                    norms = [n for n in norms if n[0] != k]
                    following.append((origins[:k] + origins[k + 1:], removed + [origins[k]]))
            candidates = following
        return {"steps": best, "succeeded": bool(best)}


def main():
    golden, out = map(pathlib.Path, sys.argv[1:])
    rows = []
    for folder in sorted(f for f in golden.iterdir() if (f / "cases.json").exists()):
        model = Model(folder)
        for case in json.loads((folder / "cases.json").read_text())["cases"]:
            position = case["target"][0] if model.task == "token" else None
            labels = range(model.net.config.num_labels) if model.task != "qa" and not model.sigmoid else []
            for kind, toward in [("input-reduction", None), ("hotflip", None)] + [("hotflip", label) for label in labels]:
                try:
                    attack = Attack(model, case, position, toward)
                    found = attack.reduce() if kind == "input-reduction" else attack.hotflip()
                except TooClose:
                    print("too close:", folder.name, kind, toward)
                    continue
                rows.append({"model": folder.name, "input": case["input"], "attack": kind, "target": position, "toward": toward, **found})
        print(folder.name, len(rows), flush=True)
    out.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")
    print(sum(r["succeeded"] for r in rows), "of", len(rows), "succeeded")


if __name__ == "__main__":
    main()
