"""Charts as SVG, drawn by Vega-Lite when the page is made: no script is left in it, and its colours are those of the page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from text_processor._common.messages import needs
from text_processor._common.visible import visible

# The version of Vega-Lite whose rules the specifications follow; newer converters still have it.
VEGA_LITE = "5.20"

# What the page's style sheet gives a value, light or dark.
INK, MUTED, LINE, CARD = "var(--ink)", "var(--muted)", "var(--line)", "var(--card)"
COLORS = ("var(--a)", "var(--b)")

# A chart is as wide as a phone, and two of them stand side by side on a desk.
WIDTH, HEIGHT = 290, 210

# The names of words beside the strips, and the height of a strip.
NAMES_WIDTH, ROW_HEIGHT = 90, 20

_FONT = "system-ui, sans-serif"

_CONFIG: dict[str, Any] = {
    "aria": False,  # the page describes the chart as a whole
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12.5,
        "titleFontWeight": "normal",
        "labelOverlap": True,
        "titlePadding": 6,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "orient": "top", "title": None, "symbolStrokeWidth": 3},
}


class Curve(NamedTuple):
    """A curve of a chart."""

    name: str
    points: Sequence[tuple[float, float]]
    is_dashed: bool = False


class Axis(NamedTuple):
    """An axis of a chart."""

    title: str
    is_log: bool = False


def _channel(field: str, axis: Axis, values: Sequence[float]) -> dict[str, Any]:
    channel: dict[str, Any] = {"field": field, "type": "quantitative", "title": axis.title}
    if axis.is_log:
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        decades = [10.0**i for i in range(low, max(high, low + 1) + 1)]
        channel["scale"] = {"type": "log", "domain": [decades[0], decades[-1]], "nice": False}
        channel["axis"] = _decade_axis(decades)
    else:
        channel["axis"] = {"tickCount": 4, "format": "~s"}
    return channel


def curves(given: Sequence[Curve], x: Axis, y: Axis) -> str | None:
    """Draw curves; None where there is nothing to draw."""
    rows = [
        {"x": x_value, "y": y_value, "which": i, "dashed": curve.is_dashed}
        for i, curve in enumerate(given)
        for x_value, y_value in curve.points
    ]
    if not rows:
        return None
    return _svg(
        {
            "data": {"values": rows},
            "width": WIDTH,
            "height": HEIGHT,
            "mark": {"type": "line", "strokeWidth": 2.5, "strokeCap": "round", "interpolate": "monotone", "clip": True},
            "encoding": {
                "x": _channel("x", x, [row["x"] for row in rows]),
                "y": _channel("y", y, [row["y"] for row in rows]),
                "color": _color("which", len(given)),
                "strokeDash": {
                    "field": "dashed",
                    "type": "nominal",
                    "scale": {"domain": [False, True], "range": [[1, 0], [5, 5]]},
                    "legend": None,
                },
            },
        }
    )


def _color(field: str, n: int) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "scale": {"domain": list(range(n)), "range": list(COLORS[:n])}, "legend": None}


class Point(NamedTuple):
    """A point of a chart of words."""

    label: str
    x: float
    y: float
    side: int
    """0 or 1: by whose colour it is drawn; -1: neither."""


def words(points: Sequence[Point], x: Axis, y: Axis) -> str | None:
    """Draw words as points in a square, and name those that have room, the first ones first."""
    if not points:
        return None
    values = [value for point in points for value in (point.x, point.y)]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    decades = [10.0**i for i in range(low, high + 1)]
    side = WIDTH

    def place(value: float) -> float:
        return side * (math.log10(value) - low) / (high - low)

    scale = {"type": "log", "domain": [decades[0], decades[-1]], "nice": False}
    rows = [{"x": point.x, "y": point.y, "side": point.side} for point in points]
    labels = [
        {"x": points[i].x, "y": points[i].y, "text": visible(points[i].label, 18), "side": points[i].side, "left": is_left}
        for i, is_left in _with_room([(place(point.x), side - place(point.y), point.label) for point in points], side)
    ]
    channels = {
        "x": {"field": "x", "type": "quantitative", "title": x.title, "scale": scale, "axis": _decade_axis(decades)},
        "y": {"field": "y", "type": "quantitative", "title": y.title, "scale": scale, "axis": _decade_axis(decades)},
    }
    color = {
        "field": "side",
        "type": "nominal",
        "scale": {"domain": [0, 1, -1], "range": [*COLORS, MUTED]},
        "legend": None,
    }
    text: dict[str, Any] = {"type": "text", "fontSize": 12, "font": _FONT, "baseline": "middle"}
    return _svg(
        {
            "width": side,
            "height": side,
            "layer": [
                {
                    "data": {"values": [{"x": decades[0], "y": decades[0]}, {"x": decades[-1], "y": decades[-1]}]},
                    "mark": {"type": "line", "strokeWidth": 1, "strokeDash": [4, 4], "color": MUTED},
                    "encoding": channels,
                },
                {
                    "data": {"values": rows},
                    "mark": {"type": "circle", "size": 22, "opacity": 0.55, "clip": True},
                    "encoding": channels | {"color": color},
                },
                *(
                    {
                        "data": {"values": [row for row in labels if row["left"] is is_left]},
                        "mark": text | {"align": "right" if is_left else "left", "dx": -5 if is_left else 5},
                        "encoding": channels | {"text": {"field": "text", "type": "nominal"}, "color": color},
                    }
                    for is_left in (False, True)
                ),
            ],
        }
    )


def _decade_axis(decades: Sequence[float]) -> dict[str, Any]:
    return {"values": list(decades), "format": ",~f"}


# About the width and the height of a letter of a label, in pixels.
_LETTER, _LETTER_HEIGHT = 6.9, 13.5


def _with_room(places: Sequence[tuple[float, float, str]], side: float) -> list[tuple[int, bool]]:
    """Return which labels have room beside their point, and whether on its left, without lying on another label."""
    taken: list[tuple[float, float, float, float]] = []
    found: list[tuple[int, bool]] = []
    for i, (x, y, label) in enumerate(places):
        width = _LETTER * min(len(label), 18) + 6
        for is_left in (False, True):
            left = x - width if is_left else x
            box = (left, y - _LETTER_HEIGHT / 2, left + width, y + _LETTER_HEIGHT / 2)
            is_inside = box[0] >= 0 and box[2] <= side and box[1] >= 0 and box[3] <= side
            if is_inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                found.append((i, is_left))
                break
    return found


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def strips(rows: Mapping[str, Sequence[float]], side: int) -> str | None:
    """Draw for each word how frequent it is in each part of a corpus: the darker, the more."""
    cells: list[dict[str, Any]] = []
    for i, shares in enumerate(rows.values()):
        most = max(shares, default=0) or 1
        cells += [{"row": i, "part": part, "share": share / most} for part, share in enumerate(shares)]
    if not cells:
        return None
    # The names are data, and no labels of an axis: text of strangers must not stand in an expression.
    names = [{"row": i, "word": visible(word, 16)} for i, word in enumerate(rows)]
    row = {"field": "row", "type": "ordinal", "axis": None}
    part = {
        "field": "part",
        "type": "ordinal",
        "scale": {"paddingInner": 0},
        "axis": {"title": "beginning of the text → end", "labels": False, "ticks": False, "domain": False},
    }
    share = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1], "range": [0.06, 1]}, "legend": None}
    return _svg(
        {
            "width": WIDTH - NAMES_WIDTH,
            "height": ROW_HEIGHT * len(names),
            "layer": [
                {
                    "data": {"values": cells},
                    "mark": {"type": "rect", "color": COLORS[side], "stroke": CARD, "strokeWidth": 1},
                    "encoding": {"x": part, "y": row, "fillOpacity": share},
                },
                {
                    "data": {"values": names},
                    "mark": {"type": "text", "align": "right", "x": -6, "baseline": "middle", "fontSize": 12, "color": INK},
                    "encoding": {"y": row, "text": {"field": "word", "type": "nominal"}},
                },
            ],
        }
    )


# The first tag of what the converter draws, with its size.
_HEAD = re.compile(r'<svg[^>]*?viewBox="([^"]*)"[^>]*>')


def converter() -> Any:
    """Return the package that draws charts."""
    try:
        return import_module("vl_convert")
    except ImportError as error:
        raise ImportError(needs("report", "vl-convert-python", "report")) from error


def _svg(spec: dict[str, Any]) -> str:
    """Return a chart as an element of HTML that fits into the width that it is given."""
    drawn: str = converter().vegalite_to_svg(
        {**spec, "config": _CONFIG, "padding": 4}, vl_version=VEGA_LITE, allowed_base_urls=[]
    )
    _, box, content = _HEAD.split(drawn, maxsplit=1)
    width = float(box.split()[2])
    return f'<svg viewBox="{box}" style="max-width:{width * 1.35:.0f}px" aria-hidden="true">{content}'
