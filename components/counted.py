"""A text field that counts while one types, as X counts: a link is 23, an emoji 2, most other characters 1.

A field without a limit counts characters. With a fold it also shows how the text begins where a network cuts it.

It is a small React component of its own, since the count must not wait for the server. The server counts again when the text is saved.
"""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

# The ranges and weights of the public twitter-text specification, configuration version 3; a link needs "https://" here to be seen as one.
_CODE: Final = r"""
const countedLength = (text) => {
  let links = 0, length = 0;
  const rest = text.normalize("NFC").replace(/https?:\/\/[^\s<>"”]*[^\s<>"”’.,;:!?)\]…]/gi, () => { links += 1; return ""; });
  const light = (c) => c <= 4351 || (c >= 8192 && c <= 8205) || (c >= 8208 && c <= 8223) || (c >= 8242 && c <= 8247);
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(rest)) {
    const emoji = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{Regional_Indicator}{2}/u.test(segment);
    length += emoji ? 2 : [...segment].reduce((sum, c) => sum + (light(c.codePointAt(0)) ? 1 : 2), 0);
  }
  return length + 23 * links;
};
function CountedText({ name, label, start, limit, fold, focus, testid, fieldClass, countClass, children }) {
  const [text, setText] = useState(start);
  const length = limit === 280 || !limit ? countedLength(text) : [...text].length, over = limit > 0 && length > limit;
  const seen = fold && [...text].length > fold ? [...text].slice(0, fold).join("").trimEnd() : "";
  return jsx("div", {},
    jsx("textarea", {
      name, rows: 2, dir: "auto", defaultValue: start, className: fieldClass, "aria-label": label, "aria-describedby": `${name}-count`,
      "aria-invalid": over || undefined, "data-testid": testid, autoFocus: focus,
      onInput: (event) => setText(event.target.value),
    }),
    jsx("div", { className: countClass },
      jsx("span", { id: `${name}-count`, "data-testid": `${testid}-count`,
        className: "tabular text-xs " + (over ? "font-medium text-bad-fg" : "text-ink-3") },
        !limit ? `${length} characters` : over ? `${length} of ${limit}, ${length - limit} too many` : `${length} of ${limit}`),
      children),
    seen && jsx("p", {
      className: "border-t border-dashed border-line-strong px-3.5 py-2 text-xs text-ink-3 break-words", "data-testid": `${testid}-fold` },
      jsx("span", { className: "font-medium text-ink-2" }, "On phones it begins: "), seen, "…see more"));
}
"""


class CountedText(rx.Component):
    """The field with its counter; children stand beside the counter."""

    tag = "CountedText"

    name: rx.Var[str]
    label: rx.Var[str]
    start: rx.Var[str]
    limit: rx.Var[int]
    fold: rx.Var[int]
    focus: rx.Var[bool]
    testid: rx.Var[str]
    field_class: rx.Var[str]
    count_class: rx.Var[str]

    def add_imports(self) -> dict[str, Any]:
        return {"react": "useState"}

    def add_custom_code(self) -> list[str]:
        return [_CODE]


counted_text = CountedText.create
