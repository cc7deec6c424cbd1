"""Every command has its counterpart in Python; what the other tests do not compare with it is compared here."""

from __future__ import annotations

import csv
import json
import pathlib
import re
import subprocess
from operator import attrgetter

import limner
import pytest
from conftest import ROOT
from test_command import CONTEXT, QUESTION, TEXT, limn, same

COUNTERPARTS = {
    "explain": "Model.explain",
    "compare": "compare",
    "attack hotflip": "Model.hotflip",
    "attack reduce": "Model.reduce_input",
    "attention": "Model.attention",
    "heatmap": "Model.heatmap",
    "predict": "Model.predict",
    "embed": "embed",
    "similar": "similar",
    "rerank": "rerank",
    "index": "index",
    "search": "Collection.search",
    "ask": "Collection.ask",
    "tokenize": "Model.tokenize",
    "models pull": "load",
    "evaluate squad": "evaluate.squad",
    "evaluate classification": "evaluate.classification",
    "evaluate tokens": "evaluate.tokens",
    "evaluate faithfulness": "evaluate.faithfulness",
    "evaluate plausibility": "evaluate.plausibility",
    "evaluate sanity": "evaluate.sanity",
    "evaluate ask": "evaluate.ask",
    "show": "read",
    "summary": "evaluate.report",
    "report": "evaluate.report",
    "calibrate": "evaluate.calibrate",
}
# Programs of their own: a server, the completion of shells, and the measurement of the command itself.
NONE = {"serve", "completion", "bench"}


def commands(parent: str = "") -> list[str]:
    """The commands that help lists; those with commands of their own are named by these."""
    program = pathlib.Path(limner.__file__).parent / "bin" / "limn"  # without Python, which takes longer to start
    said = subprocess.run([program, *parent.split(), "--help"], check=True, capture_output=True, text=True).stdout
    listed = re.search(r"^(?:Commands|Subcommands):\n((?: .*\n)+)", said, re.MULTILINE)
    if not listed:
        return [parent]
    names = re.findall(r"^  (\S+)", listed[1], re.MULTILINE)
    return [command for name in names for command in commands(f"{parent} {name}".strip())]


def test_every_command_has_a_counterpart() -> None:
    assert {*commands()} == COUNTERPARTS.keys() | NONE
    for counterpart in COUNTERPARTS.values():
        assert callable(attrgetter(counterpart)(limner)) and attrgetter(counterpart)(limner).__doc__


@pytest.mark.parametrize(
    ("arguments", "method", "options"),
    [
        (["--format", "svg"], "to_svg", {}),
        (["--format", "svg", "--picture", "text"], "to_svg", {"picture": "text"}),
        (["--format", "csv"], "to_csv", {}),
        (["--format", "csv", "--table", "wide"], "to_csv", {"wide": True}),
        (["--format", "latex"], "to_latex", {}),
    ],
)
def test_formats(sentiment: limner.Model, arguments: list[str], method: str, options: dict[str, object]) -> None:
    said = limn("explain", "-m", "minilm-l6-sentiment", "--text", TEXT, *arguments)
    found = getattr(sentiment.explain(TEXT), method)(**options).replace("\r\n", "\n")
    # The elapsed time is the only difference.
    assert re.sub(r"[\d.]+ m?s\b", "", found).strip() == re.sub(r"[\d.]+ m?s\b", "", said).strip() != ""


def test_pictures_have_names(sentiment: limner.Model) -> None:
    with pytest.raises(limner.Error, match="picture"):
        sentiment.explain(TEXT).to_svg(picture="photo")  # type: ignore[arg-type]


def test_backgrounds(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    texts = ["A dull film.", "It rains."]
    (tmp_path / "texts.txt").write_text("\n".join(texts))
    said = limn(
        "explain", "-m", "minilm-l6-sentiment", "--text", TEXT, "--method", "expected-gradients", "--samples", "5",
        "--background", str(tmp_path / "texts.txt"),
    )  # fmt: skip
    found = sentiment.explain(TEXT, method="expected-gradients", samples=5, background=texts)
    assert same(found.to_dict(), json.loads(said))


def test_answers_of_another_program(qa: limner.Model, tmp_path: pathlib.Path) -> None:
    def question(name: str, *answers: str) -> dict[str, object]:
        places = [{"text": text, "answer_start": CONTEXT.find(text)} for text in answers]
        return {"id": name, "question": QUESTION, "answers": places, "is_impossible": not answers}

    data, answers, unlikely = (str(tmp_path / name) for name in ("squad.json", "answers.json", "na.json"))
    asked = [question("1", "Anna"), question("2", "Rome"), question("3")]
    paragraphs = [{"context": CONTEXT, "qas": asked}]
    pathlib.Path(data).write_text(json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": paragraphs}]}))
    pathlib.Path(answers).write_text(json.dumps({"1": "Anna", "2": "to Rome", "3": "Anna"}))
    pathlib.Path(unlikely).write_text(json.dumps({"1": 0.1, "2": 0.2, "3": 0.9}))
    arguments = ["evaluate", "squad", "--data", data, "--predictions", answers, "--format", "json"]
    found = limner.evaluate.squad_answers(data, answers)
    assert same(found, json.loads(limn(*arguments)))
    # By hand: one of three is right; "to Rome" has the precision 1/2 and the recall 1, so F1 = 2/3.
    assert found["em"] == pytest.approx(100 / 3) and found["f1"] == pytest.approx(100 * (1 + 2 / 3) / 3)
    arguments += ["--na-probabilities", unlikely, "--null-threshold", "0.5"]
    found = limner.evaluate.squad_answers(data, answers, na_probabilities=unlikely, null_threshold=0.5)
    assert same(found, json.loads(limn(*arguments)))
    assert found["em"] == pytest.approx(200 / 3) and found["f1"] == pytest.approx(100 * (2 + 2 / 3) / 3)
    with pytest.raises(limner.Error):
        limner.evaluate.squad_answers(data, tmp_path / "missing.json")


def test_columns_and_files_of_scores(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    data = tmp_path / "reviews.csv"
    data.write_text("review,stars\nA fine film.,positive\nA dull film.,positive\n")
    said = json.loads(
        limn("evaluate", "classification", "-m", "minilm-l6-sentiment", "--data", str(data), "--column",
             "text=review,label=stars", "--format", "json")
    )  # fmt: skip
    columns = {"text": "review", "label": "stars"}
    for name in ("scores.json", "scores.html", "scores.svg", "scores.txt"):
        found = limner.evaluate.classification(sentiment, data, columns=columns, output=tmp_path / name)
        assert same(found, said) and found["accuracy"] == 50
        assert (tmp_path / name).stat().st_size > 0
    assert same(json.loads((tmp_path / "scores.json").read_text()), said)
    with pytest.raises(limner.Error):
        limner.evaluate.classification(sentiment, data)


def test_what_is_fitted_is_written(tmp_path: pathlib.Path) -> None:
    data = ROOT / "tests" / "data" / "shortcut"
    said, fit = tmp_path / "said.json", tmp_path / "fit.json"
    limn("calibrate", "-m", str(data / "planted"), "--data", str(data / "rows.csv"), "-o", str(said))
    found = limner.evaluate.calibrate(limner.load(data / "planted"), data / "rows.csv", fit=fit, output=tmp_path / "fit.svg")
    assert found and json.loads(fit.read_text()) == json.loads(said.read_text())
    assert "<svg" in (tmp_path / "fit.svg").read_text()


def test_a_report_is_written(tmp_path: pathlib.Path) -> None:
    data = ROOT / "tests" / "data" / "shortcut"
    with open(data / "rows.csv", newline="") as file:
        rows = list(csv.DictReader(file))[:60]
    texts, saved = tmp_path / "rows.csv", tmp_path / "saved.jsonl"
    with open(texts, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    limn("explain", "-m", str(data / "planted"), "--input", str(texts), "-o", str(saved), "--format", "json")
    whys = limner.load(data / "planted").explain([row["text"] for row in rows])
    names = [name for name in rows[0] if name not in ("text", "label")]
    columns = {name: [row[name] for row in rows] for name in names}
    labels = [row["label"] for row in rows]
    for ending in ("csv", "html", "json"):
        limner.evaluate.report(whys, labels=labels, columns=columns, output=tmp_path / f"report.{ending}")
    assert (tmp_path / "report.csv").read_text() == limn("summary", str(saved), "--format", "csv")
    said = json.loads(limn("summary", str(saved), "--format", "json"))
    assert same(json.loads((tmp_path / "report.json").read_text()), said)
    assert "<html" in (tmp_path / "report.html").read_text()
