"""A peer that is a Python package: it reads requests, a JSON object a line, and answers likewise.

    python -c ... versions    prints which packages there are
    python -c ... PACKAGE     serves
"""
import importlib.metadata
import json
import os
import sys
import time

PACKAGES = ["numpy", "scikit-learn", "glum", "statsmodels", "polars-ols", "torch"]


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


if sys.argv[1] == "versions":
    print(json.dumps({package: version(package) for package in PACKAGES}))
    sys.exit()

package = sys.argv[1]
answers = os.fdopen(os.dup(1), "w")  # whatever a package prints goes elsewhere
os.dup2(2, 1)

import warnings

import numpy as np

warnings.simplefilter("ignore")


class Data:
    """The first rows of X, y, d and beta, and of what some workloads have beside."""

    def __init__(self, case, file, counts, responses):
        n, p, dtype = case["n"], case["p"], np.dtype(case["dtype"])
        with open(file, "rb") as f:  # into arrays of numpy's own, in huge pages where it can
            self.X = np.fromfile(f, dtype, n * p).reshape(n, p)
            self.y = np.fromfile(f, dtype, n)
            self.d = np.fromfile(f, np.float64, n).astype(dtype)
            self.beta = np.fromfile(f, np.float64, p).astype(dtype)
            self.counts, self.amounts = np.fromfile(f, dtype, counts), np.fromfile(f, dtype, counts)
            self.responses = np.fromfile(f, dtype).reshape(-1, responses) if responses else np.empty((n, 0))  # of the first rows

    def first(self, n):
        rows = Data.__new__(Data)
        rows.X, rows.y, rows.d, rows.beta = self.X[:n], self.y[:n], self.d[:n], self.beta
        rows.counts, rows.amounts, rows.responses = self.counts[:n], self.amounts[:n], self.responses[:n]
        return rows


# A way takes data and returns what is not to be timed, a function of no arguments. That returns the answer: a
# vector, a matrix or both.


def vector(v):
    return v, None


def matrix(m):
    return None, m


def numpy_gram(a):
    return lambda: matrix(a.X.T @ a.X)


def numpy_sandwich(a):
    return lambda: matrix(a.X.T @ (a.d[:, None] * a.X))


def numpy_grad(a):
    return lambda: vector(a.X.T @ (a.X @ a.beta - a.y))


def numpy_hvp(a):
    return lambda: vector(a.X.T @ (a.d * (a.X @ a.beta)))


def numpy_logistic(a):
    return lambda: vector(a.X.T @ (1 / (1 + np.exp(-(a.X @ a.beta))) - a.y))


def numpy_newton(a):
    def run():
        mu = 1 / (1 + np.exp(-(a.X @ a.beta)))
        return a.X.T @ (mu - a.y), a.X.T @ ((mu * (1 - mu))[:, None] * a.X)

    return run


def numpy_kernels():
    return {
        ("gram", "X.T @ X"): numpy_gram,
        ("sandwich", "X.T @ (d X)"): numpy_sandwich,
        ("grad", "two products"): numpy_grad,
        ("hvp", "two products"): numpy_hvp,
        ("logistic", "two products"): numpy_logistic,
        ("newton", "three products"): numpy_newton,
    }


def glum_kernels():
    import tabmat

    def sandwich(a):
        x = tabmat.DenseMatrix(a.X)
        return lambda: matrix(x.sandwich(a.d))

    return {("sandwich", "tabmat"): sandwich}


# What a package can do, as functions that return ways; the other files add theirs.
WAYS = {"numpy": [numpy_kernels], "scikit-learn": [], "glum": [glum_kernels], "statsmodels": [], "polars-ols": [], "torch": []}


def answer(text):
    answers.write(json.dumps(text) + "\n")
    answers.flush()


def main():
    ways = {key: way for some in WAYS[package] for key, way in some().items()}
    answer({"version": version(package)})
    data, prepared, key, result = None, None, None, None
    for line in sys.stdin:
        q = json.loads(line)
        case = q["case"]
        try:
            if q["do"] == "load":
                data = prepared = key = result = None
                data = Data(case, q["file"], q.get("counts", 0), q.get("responses", 0))
                answer({})
            elif q["do"] == "drop":
                data = prepared = key = result = None
                answer({})
            elif q["do"] == "run":
                wanted = (case["kernel"], q["way"], case["n"])
                if key != wanted:
                    prepared, key = ways[wanted[:2]](data.first(case["n"])), wanted
                start = time.perf_counter()
                for _ in range(q["repeat"]):
                    result = prepared()
                answer({"seconds": time.perf_counter() - start})
            elif q["do"] == "answer":
                sizes = []
                with open(q["file"], "wb") as f:
                    for part in result:
                        part = np.empty(0) if part is None else np.ascontiguousarray(part, np.float64)
                        f.write(part.astype("<f8").tobytes())
                        sizes.append(part.size)
                answer({"vector": sizes[0], "matrix": sizes[1]})
        except Exception as e:  # the parent says it
            answer({"error": f"{type(e).__name__}: {e}"[:300]})
