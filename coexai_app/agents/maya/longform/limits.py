"""What LinkedIn takes: one table, with where each figure is from. `rules.length` and the form read it.

LinkedIn's own help pages give no figures for articles. Published guides agree on the body (110,000 characters, some say 125,000) and not on
the headline (100 in guides of July 2023, of 2024 and of 2026, 150 in others of 2025 and 2026); the smaller figure fits either way.
"""

from __future__ import annotations

from typing import Final

# In characters; looked up on 2026-11-23.
ARTICLE_TITLE: Final = 100
ARTICLE_BODY: Final = 110_000
