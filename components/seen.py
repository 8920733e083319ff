"""Content that is fetched when somebody looks at it: an event the first time that the element is on screen."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

_CODE: Final = """
function WhenSeen({ onSeen, className, children }) {
  const box = useRef(null);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) { watch.disconnect(); onSeen(); }
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return jsx("div", { ref: box, className }, children);
}
"""


class WhenSeen(rx.Component):
    """A box whose `on_seen` fires once, when it comes on screen; give it a `key` to make it new."""

    tag = "WhenSeen"

    on_seen: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> dict[str, Any]:
        return {"react": ["useEffect", "useRef"]}

    def add_custom_code(self) -> list[str]:
        return [_CODE]


when_seen = WhenSeen.create
