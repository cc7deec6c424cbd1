"""How explanations show themselves."""

from __future__ import annotations

import html.parser
import json
import pathlib
import sys

import limner
import pytest


class Reader(html.parser.HTMLParser):
    """Collects elements, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", ["A gorgeous, witty film.", "<script>alert(1)</script> & \"quotes\" 'film'"])
def test_html_has_inline_styles_and_no_script(sentiment: limner.Model, text: str) -> None:
    why = sentiment.explain(text)
    shown = why._repr_html_()
    reader = Reader()
    reader.feed(shown)
    assert reader.open == []
    assert {tag for tag, _ in reader.elements} <= {"div", "span", "b", "u"}
    assert all(set(attributes) <= {"style", "title", "dir"} for _, attributes in reader.elements)
    assert text in reader.text
    words = [attributes for tag, attributes in reader.elements if tag == "span" and "background" in (attributes["style"] or "")]
    assert len(words) >= len(why.words)
    bundle = why._repr_mimebundle_()
    assert bundle["text/html"] == shown
    assert repr(why) == bundle["text/plain"]


def test_pdf_is_drawn_by_a_program(sentiment: limner.Model, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    why = sentiment.explain("A fine film.")
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    if (pathlib.Path(sys.executable).resolve().parent / "limn-pdf").exists():
        pytest.skip("limn-pdf is installed beside Python")
    with pytest.raises(limner.Error, match="install the Debian package limn-pdf"):
        why.save(tmp_path / "why.pdf")
    assert not (tmp_path / "why.pdf").exists()
    # A program in its place gets the document, and its output is the file.
    program = folder / "limn-pdf"
    program.write_text("#!/bin/sh\nprintf %%PDF-\nexec /bin/cat\n")
    program.chmod(0o755)
    why.save(tmp_path / "why.pdf")
    document = json.loads((tmp_path / "why.pdf").read_bytes().removeprefix(b"%PDF-"))
    text = "".join(run["text"] for block in document["blocks"] if block["style"] == "text" for run in block["runs"])
    assert text == "A fine film."
    assert why.to_pdf() == (tmp_path / "why.pdf").read_bytes()


def test_every_format_can_be_saved(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    why = sentiment.explain("A fine film.")
    for name in ("why.json", "why.html", "why.svg", "why.csv", "why.txt"):
        why.save(tmp_path / name)
        limner.save([why, why], tmp_path / ("two-" + name))
        assert (tmp_path / name).stat().st_size > 0
    assert limner.read(tmp_path / "why.json") == [why]
    assert why.to_svg() == (tmp_path / "why.svg").read_text()
    with pytest.raises(limner.Error, match="json"):
        why.save(tmp_path / "why.docx")
    with pytest.raises(limner.Error):
        why.save(tmp_path / "missing" / "why.html")
