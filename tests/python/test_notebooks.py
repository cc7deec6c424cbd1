"""How explanations show themselves."""

from __future__ import annotations

import html.parser
import pathlib

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


def test_every_format_can_be_saved(sentiment: limner.Model, tmp_path: pathlib.Path) -> None:
    why = sentiment.explain("A fine film.")
    for name in ("why.json", "why.html", "why.svg", "why.csv", "why.txt"):
        why.save(tmp_path / name)
        limner.save([why, why], tmp_path / ("two-" + name))
        assert (tmp_path / name).stat().st_size > 0
    assert limner.read(tmp_path / "why.json") == [why]
    assert why.to_svg() == (tmp_path / "why.svg").read_text()
    with pytest.raises(limner.Error, match="json"):
        why.save(tmp_path / "why.pdf")
    with pytest.raises(limner.Error):
        why.save(tmp_path / "missing" / "why.html")
