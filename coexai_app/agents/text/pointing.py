"""Words inside a sentence that stand for something named elsewhere, and clauses that are half a sentence: what makes a heading, a title or
a lone sentence say too little.

`coherence` judges how a sentence opens; this is about the rest of it.
"""

from __future__ import annotations

import re

# A sentence about "it" or "them" says little on its own, wherever the word stands.
POINTING = re.compile(
    r"\b(?:it|its|it['’]s|they|them|their|he|she|him|her|his|this|that|these|those|es|ihn|ihm|dies|das ist|dabei|davon|damit|dafür|lo|ello|"
    r"eso|esto|ça|cela|celui-ci|leur)\b",
    re.IGNORECASE,
)
# Half a sentence: its main clause comes after the comma.
SUBORDINATE = re.compile(
    r"(?:if|when|whenever|as|because|although|though|while|since|after|before|until|once|unless|where|als|wenn|weil|obwohl|nachdem|bevor|"
    r"während|da|seit|sobald|falls|cuando|si|aunque|como|mientras|porque|quand|lorsque|comme|bien que|parce que|se|quando|poiché|mentre|"
    r"embora|enquanto|toen|terwijl|omdat|hoewel)\b",
    re.IGNORECASE,
)
