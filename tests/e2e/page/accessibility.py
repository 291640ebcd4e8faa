"""A few of the checks that tools like axe make, run inside a page, shadow roots included."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

# Everything visible, through open shadow roots.
_VISIBLE = """
const all = (root) => [...root.querySelectorAll("*")]
  .flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
const visible = all(document).filter((e) => e.checkVisibility({checkOpacity: true,
  checkVisibilityCSS: true}) && !e.closest("[aria-hidden=true]"));
"""

# While something moves into its place its size is measured with a rounding error.
_AT_REST = """() => {
  %s
  const moving = all(document).flatMap((e) => e.getAnimations())
    .filter((a) => Number.isFinite(a.effect.getComputedTiming().endTime));
  return Promise.allSettled(moving.map((a) => a.finished)).then(() => null);
}"""

_SMALL_TARGETS = """() => {
  %s
  const targets = visible.filter((e) => e.matches("button, a[href], input, select, textarea"));
  const box = (e) => (e.closest("label") ?? e).getBoundingClientRect();
  return targets.filter((e) => box(e).width < 44 || box(e).height < 44).map((e) => e.outerHTML);
}"""

# WCAG 2.2, success criterion 1.4.3: 4.5 to 1 for every text, large or not.
_LOW_CONTRAST = """() => {
  %s
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [s, t, u]) => [r * a + s * (1 - a), g * a + t * (1 - a),
    b * a + u * (1 - a), 1];
  const parent = (e) => e.assignedSlot ?? e.parentElement ?? e.getRootNode().host ?? null;
  const ground = (e) => {
    if (e === null) return [255, 255, 255, 1];
    const color = rgba(getComputedStyle(e).backgroundColor);
    return color[3] === 1 ? color : over(color, ground(parent(e)));
  };
  const light = (color) => color.slice(0, 3)
    .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  for (const e of visible) {
    const texts = [...e.childNodes].filter((n) => n.nodeType === 3 && n.data.trim() !== "");
    if (texts.length === 0 || e.closest("style, script, [disabled], .unseen")) continue;
    const [back, front] = [ground(e), rgba(getComputedStyle(e).color)];
    const [a, b] = [light(over(front, back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${texts[0].data.trim().slice(0, 40)}`);
  }
  return found;
}"""


async def unnamed_controls(page: Page) -> list[Any]:
    """Roles of controls in the browser's own accessibility tree that have no name."""
    session = await page.context.new_cdp_session(page)
    tree = await session.send("Accessibility.getFullAXTree")
    await session.detach()
    roles = {"button", "link", "textbox", "checkbox", "switch", "tab", "dialog", "tabpanel"}
    found = []
    for node in tree["nodes"]:
        role = node.get("role", {}).get("value")
        if not node["ignored"] and role in roles and not node.get("name", {}).get("value"):
            found.append(role)
    return found


async def small_targets(page: Page) -> list[str]:
    """What is to be touched and is under 44 px either way; a label counts with its input."""
    await page.evaluate(_AT_REST % _VISIBLE)
    found: list[str] = await page.evaluate(_SMALL_TARGETS % _VISIBLE)
    return found


async def low_contrast(page: Page) -> list[str]:
    """Texts under 4.5 to 1 against the colors behind them."""
    found: list[str] = await page.evaluate(_LOW_CONTRAST % _VISIBLE)
    return found


async def wider_than_screen(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    return int(
        await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )


async def check(page: Page) -> None:
    """All of the above at once."""
    assert await unnamed_controls(page) == []
    assert await small_targets(page) == []
    assert await low_contrast(page) == []
    assert await wider_than_screen(page) == 0
