"""The pieces that pages are made of: pure functions of their arguments that return a component.

Arguments may be plain values or Reflex vars. A component never reads a state; the page binds it. Everything a person can
touch carries a `data-testid`. Colours, sizes and shared looks come from `theme`; behaviour that needs no server (tabs, menus,
dialogs, the evidence pair, uploads) lives in `assets/app.js` and is wired by the data attributes that these functions set.
"""
