"""What an organisation says about itself, as types that services, agents and pages share. Pure: no database, no framework.

`profile.py` is the whole, `hours.py` the opening hours, `voice.py` how the business talks, `gaps.py` what is missing and what it is for.
"""

from coexai_app.business.gaps import Gap, gaps
from coexai_app.business.hours import Hours
from coexai_app.business.profile import SECTIONS, BusinessProfile, Person, Place, Product
from coexai_app.business.voice import EmojiPolicy, HashtagPolicy, Perspective, ReadingLevel, Term, Voice

__all__ = [
    "SECTIONS",
    "BusinessProfile",
    "EmojiPolicy",
    "Gap",
    "HashtagPolicy",
    "Hours",
    "Person",
    "Perspective",
    "Place",
    "Product",
    "ReadingLevel",
    "Term",
    "Voice",
    "gaps",
]
