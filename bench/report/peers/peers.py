"""A peer that is a Python package: it reads requests, a JSON object a line, and answers likewise.

    python -c ... versions    prints which packages there are
    python -c ... PACKAGE     serves
"""
import importlib.metadata
import json
import os
import sys
import time

PACKAGES = ["numpy", "scikit-learn", "glum", "statsmodels", "polars-ols"]


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
    """The first rows of X, y, d and beta."""

    def __init__(self, case, file):
        n, p, dtype = case["n"], case["p"], np.dtype(case["dtype"])
        with open(file, "rb") as f:  # into arrays of numpy's own, in huge pages where it can
            self.X = np.fromfile(f, dtype, n * p).reshape(n, p)
            self.y = np.fromfile(f, dtype, n)
            self.d = np.fromfile(f, np.float64, n).astype(dtype)
            self.beta = np.fromfile(f, np.float64, p).astype(dtype)

    def first(self, n):
        rows = Data.__new__(Data)
        rows.X, rows.y, rows.d, rows.beta = self.X[:n], self.y[:n], self.d[:n], self.beta
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


def numpy_normal(a):
    def run():
        mean, y = a.X.mean(axis=0), a.y.mean()
        centered = a.X - mean
        beta = np.linalg.solve(centered.T @ centered, centered.T @ (a.y - y))
        return vector(np.concatenate([[y - mean @ beta], beta]))

    return run


def numpy_lstsq(a):
    def run():
        ones = np.ones((len(a.y), 1), a.X.dtype)
        return vector(np.linalg.lstsq(np.hstack([ones, a.X]), a.y, rcond=None)[0])

    return run


def numpy_ways():
    return {
        ("gram", "X.T @ X"): numpy_gram,
        ("sandwich", "X.T @ (d X)"): numpy_sandwich,
        ("grad", "two products"): numpy_grad,
        ("hvp", "two products"): numpy_hvp,
        ("logistic", "two products"): numpy_logistic,
        ("newton", "three products"): numpy_newton,
        ("fit-gaussian", "normal equations"): numpy_normal,
        ("fit-gaussian", "lstsq"): numpy_lstsq,
    }


def estimator(make):
    """A way of scikit-learn or of its kind."""

    def way(a):
        def run():
            model = make(len(a.y)).fit(a.X, a.y)
            return vector(np.concatenate([np.ravel(model.intercept_), np.ravel(model.coef_)]))

        return run

    return way


def sklearn_ways():
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

    def logistic(solver):
        return estimator(lambda n: LogisticRegression(C=np.inf, solver=solver, tol=1e-6, max_iter=1000))

    return {
        ("fit-gaussian", "Ridge, cholesky"): estimator(lambda n: Ridge(alpha=0, solver="cholesky")),
        ("fit-gaussian", "LinearRegression"): estimator(lambda n: LinearRegression()),
        ("fit-binomial", "newton-cholesky"): logistic("newton-cholesky"),
        ("fit-binomial", "lbfgs"): logistic("lbfgs"),
    }


def glum_ways():
    import tabmat
    from glum import GeneralizedLinearRegressor

    def sandwich(a):
        x = tabmat.DenseMatrix(a.X)
        return lambda: matrix(x.sandwich(a.d))

    def fit(family, solver):
        return estimator(lambda n: GeneralizedLinearRegressor(
            family=family, alpha=0, solver=solver, gradient_tol=1e-6, max_iter=1000, copy_X=False))

    return {
        ("sandwich", "tabmat"): sandwich,
        ("fit-gaussian", "irls-ls"): fit("normal", "irls-ls"),
        ("fit-binomial", "irls-ls"): fit("binomial", "irls-ls"),
        ("fit-binomial", "lbfgs"): fit("binomial", "lbfgs"),
    }


def statsmodels_ways():
    import statsmodels.api as sm

    def way(fit):
        return lambda a: lambda: vector(fit(a.y, sm.add_constant(a.X, has_constant="add")).params)

    return {
        ("fit-gaussian", "OLS, pinv"): way(lambda y, x: sm.OLS(y, x).fit(method="pinv")),
        ("fit-gaussian", "OLS, qr"): way(lambda y, x: sm.OLS(y, x).fit(method="qr")),
        ("fit-binomial", "Logit, newton"): way(lambda y, x: sm.Logit(y, x).fit(method="newton", disp=0)),
        ("fit-binomial", "GLM"): way(lambda y, x: sm.GLM(y, x, family=sm.families.Binomial()).fit()),
    }


def polars_ways():
    import polars as pl
    import polars_ols  # noqa: F401, it registers least_squares

    def way(method):
        def way(a):
            names = [f"x{j}" for j in range(a.X.shape[1])]
            frame = pl.DataFrame({"y": a.y, **{name: np.ascontiguousarray(a.X[:, j]) for j, name in enumerate(names)}})
            fit = pl.col("y").least_squares.ols(
                *[pl.col(name) for name in names], mode="coefficients", add_intercept=True,
                null_policy="ignore", solve_method=method)

            def run():
                got = frame.select(fit.alias("c")).unnest("c").row(0, named=True)
                return vector(np.array([got.get("const", got.get("intercept"))] + [got[name] for name in names]))

            return run

        return way

    return {("fit-gaussian", "ols, " + method): way(method) for method in ("chol", "qr")}


WAYS = {
    "numpy": numpy_ways, "scikit-learn": sklearn_ways, "glum": glum_ways, "statsmodels": statsmodels_ways,
    "polars-ols": polars_ways,
}


def answer(text):
    answers.write(json.dumps(text) + "\n")
    answers.flush()


def main():
    ways = WAYS[package]()
    answer({"version": version(package)})
    data, prepared, key, result = None, None, None, None
    for line in sys.stdin:
        q = json.loads(line)
        case = q["case"]
        try:
            if q["do"] == "load":
                data = prepared = key = result = None
                data = Data(case, q["file"])
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


main()
