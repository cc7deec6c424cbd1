"""The interactive viewer in notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import _limner
from ._explanation import Explanation, _listed

_MODULE = """
export default {
  render({ model, el }) {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.setAttribute("title", "limn");
    frame.style.cssText = "width:100%;border:0;height:" + model.get("height") + "px";
    const show = () => { frame.srcdoc = model.get("page"); };
    model.on("change:page", show);
    show();
    el.append(frame);
  },
};
"""


def widget(explanations: Explanation | Iterable[Explanation], height: int = 480) -> Any:
    """Returns a widget (anywidget) with limn's viewer and all its interaction, in a frame of its own.

    The page is that of to_html; it has no access to the notebook. Set `page` to show other explanations.
    """
    import anywidget
    import traitlets

    class Viewer(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]
        """limn's viewer."""

        _esm = _MODULE
        page = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int().tag(sync=True)

    return Viewer(page=_limner.several_to_text(_listed(explanations), "html"), height=height)
