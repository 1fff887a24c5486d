#!/usr/bin/env python3
"""Write wdbc.csv and longley.csv next to this script.

Both tables are copied, number by number and as text, out of installed Python packages: the breast
cancer table out of scikit-learn, Longley's out of statsmodels. Neither package is imported, only
looked up, so the standard library does the work.
"""

import csv
import importlib.util
from pathlib import Path

HERE = Path(__file__).resolve().parent

WDBC_FEATURES = [
    "radius", "texture", "perimeter", "area", "smoothness",
    "compactness", "concavity", "concave_points", "symmetry", "fractal_dimension",
]

LONGLEY_COLUMNS = [  # (name here, name in statsmodels), in the order of NIST's certified coefficients
    ("deflator", "GNPDEFL"), ("gnp", "GNP"), ("unemployed", "UNEMP"), ("armed_forces", "ARMED"),
    ("population", "POP"), ("year", "YEAR"), ("employed", "TOTEMP"),
]


def packaged(package, *parts):
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise SystemExit(f"make_data.py: the Python package {package} is not installed")
    return Path(spec.submodule_search_locations[0]).joinpath(*parts)


def read(path):
    with open(path, newline="", encoding="ascii") as f:
        return list(csv.reader(f))


def write(name, rows):
    with open(HERE / name, "w", newline="", encoding="ascii") as f:
        csv.writer(f, lineterminator="\n").writerows(rows)


def wdbc():
    head, *rows = read(packaged("sklearn", "datasets", "data", "breast_cancer.csv"))
    assert head == ["569", "30", "malignant", "benign"], head
    assert len(rows) == 569 and all(len(r) == 31 for r in rows)
    flip = {"0": "1", "1": "0"}  # scikit-learn's 0 is malignant
    names = [f + s for s in ("_mean", "_se", "_worst") for f in WDBC_FEATURES] + ["malignant"]
    out = [names] + [r[:-1] + [flip[r[-1]]] for r in rows]
    assert sum(r[-1] == "1" for r in out[1:]) == 212
    write("wdbc.csv", out)


def longley():
    head, *rows = read(packaged("statsmodels", "datasets", "longley", "longley.csv"))
    assert len(rows) == 16
    at = [head.index(source) for _, source in LONGLEY_COLUMNS]
    write("longley.csv", [[name for name, _ in LONGLEY_COLUMNS]] + [[r[j] for j in at] for r in rows])


if __name__ == "__main__":
    wdbc()
    longley()
