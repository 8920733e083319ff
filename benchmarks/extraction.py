"""How well the HTML reader finds the article of a page: `python benchmarks/extraction.py DATA_FOLDER`.

DATA_FOLDER holds `ground-truth.json` ({page: {"articleBody": text}}) and `html/<page>.html.gz`, as in the public article extraction
benchmark by Scrapinghub. Score: precision and recall of 4-gram shingles of words, averaged over the pages; F1 of the averages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import mean, median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coexai_app.errors import InvalidInput
from coexai_app.extract import read

_WORD = re.compile(r"\w+")
_SHINGLE = 4


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1)))


def score(truth: str, found: str) -> tuple[float, float]:
    """Precision and recall of the shingles of `found`."""
    wanted, got = shingles(truth), shingles(found)
    common = (wanted & got).total()
    return common / got.total(), common / wanted.total()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=0, help="also print this many pages with the lowest score")
    options = parser.parse_args()
    folder = options.folder / "article-extraction"
    pages = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    read(b"<html><body><p>Loads the libraries and the language model.</p></body></html>")
    results: list[tuple[float, float, float, str]] = []
    for page, truth in pages.items():
        data = gzip.decompress((folder / "html" / f"{page}.html.gz").read_bytes())
        begin = time.perf_counter()
        try:
            text = read(data, content_type="text/html").text
        except InvalidInput as error:
            print(f"{page}: {error.message}")
            text = ""
        results.append((*score(truth["articleBody"], text), time.perf_counter() - begin, page))
    precision, recall = mean(r[0] for r in results), mean(r[1] for r in results)
    print(f"{len(results)} pages  precision {precision:.4f}  recall {recall:.4f}  F1 {2 * precision * recall / (precision + recall):.4f}")
    print(f"time per page: median {median(r[2] for r in results) * 1000:.0f} ms, longest {max(r[2] for r in results) * 1000:.0f} ms")
    for p, r, _, page in sorted(results, key=lambda result: min(result[:2]))[: options.worst]:
        print(f"  precision {p:.3f}  recall {r:.3f}  {page}")


if __name__ == "__main__":
    main()
