"""Two kinds of chart as SVG: horizontal bars in groups, and lines over two logarithmic axes. Light, with no dependency."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH = 860
COLORS = ("#1f5fa8", "#d9822b", "#3a8f5c", "#b0413e", "#7a5ea8", "#6b7280", "#0f8b8d", "#c2689b", "#8c6d31", "#4b4b4b")
INK, GREY, RULE = "#1f2328", "#57606a", "#d8dee4"

Bar = tuple[str, float, str]  # name, value, what is written behind the bar
Line = Sequence[tuple[float, float]]


def _text(x: float, y: float, content: str, *, anchor: str = "start", size: int = 12, color: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{color}">{escape(content)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{RULE}"/>'


def _page(title: str, subtitle: str, height: float, shapes: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'font-family="system-ui, sans-serif" role="img" aria-label="{escape(title)}">'
    )
    paper = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>'
    titles = [_text(16, 26, title, size=16), _text(16, 44, subtitle, color=GREY)]
    return "\n".join([head, paper, *titles, *shapes, "</svg>", ""])


def _nice_step(largest: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that makes four to ten of the largest value."""
    power = 10.0 ** math.floor(math.log10(largest))
    return next(step for step in (power / 5, power / 2, power) if largest / step <= 8 or step == power)


def bars(title: str, subtitle: str, groups: Mapping[str, Sequence[Bar]]) -> str:
    """Bars from 0 on, below the name of their group. Bars of one name have one color."""
    names = list(dict.fromkeys(name for group in groups.values() for name, _, _ in group))
    left, right, thick = 300, WIDTH - 120, 18
    largest = max(value for group in groups.values() for _, value, _ in group)
    scale = (right - left) / largest
    shapes: list[str] = []
    y = 62.0
    top = y
    for group, its_bars in groups.items():
        y += 22
        shapes.append(_text(16, y - 6, group, size=13))
        for name, value, label in its_bars:
            color = COLORS[names.index(name) % len(COLORS)]
            width = max(value * scale, 1)
            shapes.append(f'<rect x="{left}" y="{y:.1f}" width="{width:.1f}" height="{thick - 4}" fill="{color}"/>')
            shapes.append(_text(left - 8, y + thick - 7, name, anchor="end", color=GREY))
            shapes.append(_text(left + width + 6, y + thick - 7, label))
            y += thick
        y += 6
    step = _nice_step(largest)
    ticks = [i * step for i in range(int(largest / step) + 1)]
    rules = [_rule(left + tick * scale, top, left + tick * scale, y) for tick in ticks]
    labels = [_text(left + tick * scale, y + 16, f"{tick:g}", anchor="middle", color=GREY) for tick in ticks]
    return _page(title, subtitle, y + 28, [*rules, *shapes, *labels])


def lines(title: str, subtitle: str, x_name: str, curves: Mapping[str, Line]) -> str:
    """Curves over logarithmic axes, each named at its right end; names that would lie on each other are moved apart."""
    left, right, top, bottom = 70, WIDTH - 230, 64, 400
    xs = [x for curve in curves.values() for x, _ in curve]
    ys = [y for curve in curves.values() for _, y in curve]
    x_from, x_to = math.log10(min(xs)), math.log10(max(xs)) if max(xs) > min(xs) else math.log10(min(xs)) + 1
    y_from, y_to = math.floor(math.log10(min(ys))), max(math.ceil(math.log10(max(ys))), math.floor(math.log10(min(ys))) + 1)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_from) / (x_to - x_from)
        up = (math.log10(y) - y_from) / (y_to - y_from)
        return left + across * (right - left), bottom - up * (bottom - top)

    shapes = []
    for power in range(math.ceil(x_from), math.floor(x_to) + 1):
        x, _ = place(10.0**power, 10.0**y_from)
        shapes += [_rule(x, top, x, bottom), _text(x, bottom + 18, _power(power), anchor="middle", color=GREY)]
    for power in range(y_from, y_to + 1):
        _, y = place(10.0**x_from, 10.0**power)
        shapes += [_rule(left, y, right, y), _text(left - 8, y + 4, _power(power), anchor="end", color=GREY)]
    shapes.append(_text((left + right) / 2, bottom + 40, x_name, anchor="middle", color=GREY))
    ends = []
    for i, (name, curve) in enumerate(curves.items()):
        color = COLORS[i % len(COLORS)]
        points = [place(x, y) for x, y in sorted(curve)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shapes.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        shapes += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in points]
        ends.append((points[-1][1], name, color))
    lowest = 0.0
    for y, name, color in sorted(ends):
        lowest = max(y + 4, lowest + 16)
        shapes.append(_text(right + 10, lowest, name, color=color))
    return _page(title, subtitle, max(bottom + 56, lowest + 16), shapes)


def _power(power: int) -> str:
    """10, 100 and so on, short."""
    for least, unit in ((9, "G"), (6, "M"), (3, "k")):
        if power >= least:
            return f"{10 ** (power - least)}{unit}"
    return f"{10.0**power:g}"
