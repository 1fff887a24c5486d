#!/usr/bin/env python3
"""Write the synthetic tables and references.json next to this script.

Every reference value is computed with mpmath at DIGITS decimal digits, by Newton's method on the exact
float64 values that the CSV files parse to, and rounded to float64 once, at the end. The results are then held
against NIST's certified values, statsmodels, scikit-learn and scipy; a disagreement is an AssertionError and
leaves references.json as it was. README.md has the definitions.
"""

import csv
import json
import platform
import shutil
import subprocess
import warnings
from pathlib import Path

import glum
import mpmath
import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
import sklearn
import sklearn.exceptions
import statsmodels
import statsmodels.api as sm
from mpmath import fdot, fsum, mp, mpf
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import ElasticNet, GammaRegressor, LogisticRegression, PoissonRegressor, Ridge, TweedieRegressor
from sklearn.svm import LinearSVC

HERE = Path(__file__).resolve().parent
DIGITS = 60
SETTLED = mpf(10) ** -80  # of the squared Newton decrement, relative to the objective
NOISE = mpf(10) ** -40  # what is this small next to its scale is an exact zero
INTERCEPT = "(Intercept)"


# --- Tables ----------------------------------------------------------------------------------------------------


def write_table(name, columns):
    """Columns as a dict; floats are written with repr, so they read back exactly."""
    with open(HERE / name, "w", newline="", encoding="ascii") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(columns)
        out.writerows(zip(*(c.tolist() for c in columns.values()), strict=True))


def read_table(name):
    with open(HERE / name, newline="", encoding="ascii") as f:
        head, *rows = csv.reader(f)
    return {c: np.array([float(r[j]) for r in rows]) for j, c in enumerate(head)}


def generator(seed):
    return np.random.Generator(np.random.PCG64(seed))


def make_weighted():
    g, n = generator(1), 120
    x1 = g.normal(5, 2, n).round(4)
    x2 = g.normal(-300, 40, n).round(2)
    x3 = g.normal(0.02, 0.005, n).round(7)
    x4 = g.uniform(1e4, 9e4, n).round(1)
    w = (0.05 + g.gamma(2, 0.7, n)).round(4)
    count = g.integers(1, 6, n)
    off = g.normal(0.4, 0.6, n).round(4)
    eta = off + 0.5 * (x1 - 5) - 0.015 * (x2 + 300) + 90 * (x3 - 0.02) - 1.5e-5 * (x4 - 5e4)
    y_gauss = (12 + 1.5 * eta - 0.5 * off + g.normal(0, 1.2, n)).round(5)
    y_bin = (g.uniform(size=n) < expit(eta - 0.3)).astype(int)
    assert w.min() > 0 and not np.any(w == w.round())
    write_table("weighted.csv", dict(x1=x1, x2=x2, x3=x3, x4=x4, w=w, count=count, off=off, y_gauss=y_gauss, y_bin=y_bin))


def make_years():
    g, n = generator(2), 200
    year = g.integers(1950, 2025, n)
    # float64 numbers near 1.7e18 are 256 apart.
    timestamp = 256 * ((17 * 10**17) // 256 + (g.normal(0, 1e15, n) / 256).round().astype(np.int64))
    assert np.array_equal(timestamp.astype(float).astype(np.int64), timestamp)
    x = g.normal(0, 1, n).round(5)
    z = (timestamp - 17 * 10**17) / 1e15
    y = (3 + 0.02 * (year - 1987) + 0.3 * z + 0.8 * x + g.normal(0, 0.7, n)).round(5)
    eta = -0.2 + 0.015 * (year - 1987) + 0.4 * z + 0.9 * x
    y_bin = (g.uniform(size=n) < expit(eta)).astype(int)
    write_table("years.csv", dict(year=year, timestamp_ns=timestamp, x=x, y=y, y_bin=y_bin))


def make_line():
    g, n = generator(3), 100
    x = g.uniform(0, 2, n).round(6)
    assert x.max() < 2
    write_table("line.csv", dict(x=x, y=(4 + 3 * x + g.normal(0, 0.1, n)).round(6)))


def make_tiny():
    write_table("tiny.csv", dict(a=np.array([1, 3]), b=np.array([2, 4]), y=np.array([2, 4])))


def make_claims():
    g, n = generator(4), 150
    age = g.integers(18, 85, n)
    power = g.gamma(4, 25, n).round(1)
    value = (1e3 * g.lognormal(2.5, 0.6, n)).round(2)
    w = (0.05 + g.gamma(2, 0.7, n)).round(4)
    log_exposure = g.normal(0.3, 0.8, n).round(4)
    eta = log_exposure + 0.7 - 0.025 * (age - 50) + 0.006 * (power - 100) + 2e-5 * (value - 15e3)
    claims = g.poisson(np.exp(eta))
    many = g.poisson(1e6 * np.exp(0.5 * eta))
    amount = (g.gamma(1.7, 400 * np.exp(0.6 * eta) / 1.7) + 0.01).round(2)
    total = np.array([g.gamma(1.3 * k, 250) if k else 0 for k in claims]).round(2)
    assert (claims == 0).sum() > 20 and amount.min() > 0 and (total == 0).sum() > 20
    write_table("claims.csv", dict(age=age, power=power, value=value, w=w, log_exposure=log_exposure,
                                   claims=claims, many=many, amount=amount, total=total))


# --- Cases -----------------------------------------------------------------------------------------------------


def case(name, file, target, family, columns, *, l1=0.0, l2=0.0, intercept=True, standardize=False, factors=None, weights=None, offset=None, **parameters):
    sparse = dict(l1=float(l1)) if l1 else {}
    own = dict(factors=[float(v) for v in factors]) if factors else {}
    return dict(name=name, file=file, target=target, family=family, **sparse, l2=float(l2), **own, intercept=intercept,
                standardize=standardize, weights=weights, offset=offset, **parameters, columns=columns)


def cases():
    six = ["deflator", "gnp", "unemployed", "armed_forces", "population", "year"]
    yield case("longley", "longley.csv", "employed", "gaussian", six)
    yield case("longley l2", "longley.csv", "employed", "gaussian", six, l2=10)
    yield case("longley l2 standardize", "longley.csv", "employed", "gaussian", six, l2=10, standardize=True)

    thirty = [c for c in read_table("wdbc.csv") if c != "malignant"]
    three = ["texture_mean", "smoothness_mean", "concave_points_mean"]
    wdbc = ("wdbc.csv", "malignant", "binomial")
    yield case("wdbc l2 standardize", *wdbc, thirty, l2=1, standardize=True)
    yield case("wdbc l2", *wdbc, thirty, l2=10)
    yield case("wdbc three columns", *wdbc, three)
    yield case("wdbc three columns, no intercept", *wdbc, three, intercept=False)

    four = ["x1", "x2", "x3", "x4"]
    for family, target in ("gaussian", "y_gauss"), ("binomial", "y_bin"):
        for name, options in {
            "plain": {},
            "weights": dict(weights="w"),
            "count": dict(weights="count"),
            "offset": dict(offset="off"),
            "weights, offset": dict(weights="w", offset="off"),
            "l2, weights, offset": dict(l2=2.5, weights="w", offset="off"),
            "l2 standardize, weights": dict(l2=2.5, standardize=True, weights="w"),
            "no intercept": dict(intercept=False),
            "no intercept, weights, offset": dict(intercept=False, weights="w", offset="off"),
            "subset, reordered": dict(columns=["x4", "x1", "x3"]),
        }.items():
            yield case(f"weighted {family} {name}", "weighted.csv", target, family, **{"columns": four, **options})

    for family, target in ("gaussian", "y"), ("binomial", "y_bin"):
        years = ("years.csv", target, family, ["year", "timestamp_ns", "x"])
        yield case(f"years {family}", *years)
        yield case(f"years {family} l2 standardize", *years, l2=3, standardize=True)

    three = ["age", "power", "value"]
    for family, target, power in (("poisson", "claims", None), ("poisson", "many", None), ("gamma", "amount", None),
                                  ("tweedie", "total", 1.5), ("tweedie", "total", 1.1), ("tweedie", "amount", 1.9)):
        for name, options in {
            "plain": {},
            "weights": dict(weights="w"),
            "offset": dict(offset="log_exposure"),
            "weights, offset": dict(weights="w", offset="log_exposure"),
            "l2, weights, offset": dict(l2=2.5, weights="w", offset="log_exposure"),
            "l2 standardize": dict(l2=2.5, standardize=True),
            "no intercept, weights": dict(intercept=False, weights="w"),
            "no columns, offset": dict(columns=[], offset="log_exposure"),
        }.items():
            of = family if power is None else f"{family} {power}"
            yield case(f"claims {of} {target} {name}", "claims.csv", target, family, **{"columns": three, **options, **({} if power is None else {"power": power})})

    for family, target, parameters in (("huber", "y_gauss", dict(delta=1)), ("huber", "y_gauss", dict(delta=0.125)),
                                       ("quantile", "y_gauss", dict(quantile=0.5, bandwidth=0.25)),
                                       ("quantile", "y_gauss", dict(quantile=0.9, bandwidth=0.5)), ("squared-hinge", "y_bin", {})):
        for name, options in {
            "plain": {},
            "weights, offset": dict(weights="w", offset="off"),
            "l2, weights": dict(l2=2.5, weights="w"),
            "l2 standardize, no intercept": dict(l2=2.5, standardize=True, intercept=False),
        }.items():
            of = " ".join([family, *map(str, parameters.values())])
            yield case(f"weighted {of} {name}", "weighted.csv", target, family, **{"columns": four, **options, **parameters})

    yield case("longley l1 standardize", "longley.csv", "employed", "gaussian", six, l1=200, standardize=True)
    yield case("wdbc elastic net standardize", *wdbc, thirty, l1=5, l2=1, standardize=True)
    for file, target, columns, families in (
        ("weighted.csv", "y_gauss", four, {"gaussian": {}, "huber": dict(delta=1), "quantile": dict(quantile=0.5, bandwidth=0.25)}),
        ("weighted.csv", "y_bin", four, {"binomial": {}, "squared-hinge": {}}),
        ("claims.csv", "claims", three, {"poisson": {}}),
        ("claims.csv", "amount", three, {"gamma": {}}),
        ("claims.csv", "total", three, {"tweedie": dict(power=1.5)}),
    ):
        for family, parameters in families.items():
            offset, more = ("off", 1) if file == "weighted.csv" else ("log_exposure", 5)
            for name, options in {
                "l1 standardize": dict(l1=10 * more, standardize=True),
                "l1, weights, offset": dict(l1=0.5 * more**3, weights="w", offset=offset),
                "elastic net standardize, weights, offset": dict(l1=4 * more, l2=2.5, standardize=True, weights="w", offset=offset),
                "l1 standardize, no intercept": dict(l1=6 * more, standardize=True, intercept=False),
                "l2, factors, weights, offset": dict(l2=2.5 * more, factors=[0, 4, 0.25, 1][:len(columns)], weights="w", offset=offset),
                "elastic net standardize, factors, weights": dict(l1=2 * more, l2=2.5, factors=[3, 0, 0.5, 1][:len(columns)], standardize=True, weights="w"),
            }.items():
                yield case(f"{file.removesuffix('.csv')} {family} {name}", file, target, family, columns, **options, **parameters)

    yield case("line", "line.csv", "y", "gaussian", ["x"])
    yield case("tiny", "tiny.csv", "y", "gaussian", ["a", "b"], intercept=False)


# --- Reference fits, in mpmath ---------------------------------------------------------------------------------


def exact(a):
    return [mpf(v) for v in a.tolist()]


def factorise(H):
    """Cholesky factor of H after scaling to unit diagonal, and the scale."""
    scale = [1 / mpmath.sqrt(H[j][j]) for j in range(len(H))]
    L = []
    for i, si in enumerate(scale):
        row = []
        for j in range(i + 1):
            v = H[i][j] * si * scale[j] - fdot(zip(row, L[j] if j < i else row))
            row.append(v / L[j][j] if j < i else mpmath.sqrt(v))
        L.append(row)
    return L, scale


def solve(factor, b):
    L, scale = factor
    k, x = len(L), []
    for i in range(k):
        x.append((b[i] * scale[i] - fdot(zip(L[i], x))) / L[i][i])
    for i in reversed(range(k)):
        x[i] = (x[i] - fsum(L[j][i] * x[j] for j in range(i + 1, k))) / L[i][i]
    return [v * s for v, s in zip(x, scale)]


def gaussian_row(y, eta):
    r = eta - y
    return r * r / 2, r, mpf(1)


def binomial_row(y, eta):
    e = mpmath.exp(-abs(eta))
    loss = max(eta, mpf(0)) + mpmath.log1p(e) - y * eta
    mu = 1 / (1 + e) if eta >= 0 else e / (1 + e)
    return loss, mu - y, e / (1 + e) ** 2


# Of the families with a log link: half the deviance of a row, and its two derivatives in eta.


def poisson_row(y, eta):
    mu = mpmath.exp(eta)
    return (y * (mpmath.log(y) - eta) if y else 0) - (y - mu), mu - y, mu


def gamma_row(y, eta):
    ratio = y * mpmath.exp(-eta)
    return ratio - 1 - mpmath.log(ratio), 1 - ratio, ratio


def tweedie_row(y, eta, p):
    mu = mpmath.exp(eta)
    constant = y ** (2 - p) / ((1 - p) * (2 - p)) if y else 0
    loss = constant - y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p)
    return loss, mu ** (2 - p) - y * mu ** (1 - p), (2 - p) * mu ** (2 - p) - (1 - p) * y * mu ** (1 - p)


# Losses that are no likelihood.


def huber_row(y, eta, delta):
    e = eta - y
    if abs(e) <= delta:
        return e * e / 2, e, mpf(1)
    return delta * abs(e) - delta * delta / 2, delta * mpmath.sign(e), mpf(0)


def quantile_row(y, eta, tau, h):
    u = y - eta
    q = 1 / (1 + mpmath.exp(u / h))
    return tau * u + h * mpmath.log(1 + mpmath.exp(-u / h)), q - tau, q * (1 - q) / h


def hinge_row(y, eta):
    sign = 2 * y - 1
    slack = max(1 - sign * eta, mpf(0))
    return slack * slack, -2 * sign * slack, mpf(2 if slack else 0)


LOSSES = ("huber", "quantile", "squared-hinge")


def row_of(c):
    if c["family"] == "huber":
        return lambda y, eta: huber_row(y, eta, mpf(c["delta"]))
    if c["family"] == "quantile":
        return lambda y, eta: quantile_row(y, eta, mpf(c["quantile"]), mpf(c["bandwidth"]))
    if c["family"] == "squared-hinge":
        return hinge_row
    if c["family"] == "tweedie":
        return lambda y, eta: tweedie_row(y, eta, mpf(c["power"]))
    return {"gaussian": gaussian_row, "binomial": binomial_row, "poisson": poisson_row, "gamma": gamma_row}[c["family"]]


def variance_power(c):
    """p of the variance mu**p; for families with a dispersion that have a log link."""
    return {"gamma": mpf(2), "tweedie": mpf(c.get("power", 0))}.get(c["family"])


class Fit:
    """Newton's method on sum(w * loss) + sum(linear * beta) + 1/2 sum(penalty * beta**2), from a start or zero."""

    def __init__(self, row, X, y, w, off, penalty, start=None, linear=None):
        self.row, self.X, self.y, self.w, self.off, self.penalty = row, X, y, w, off, penalty
        self.linear = linear = linear or [mpf(0)] * len(X)
        k = len(X)
        beta = list(start or [mpf(0)] * k)
        value = self.evaluate(beta)
        for _ in range(100):
            wr = [w * r for w, r in zip(self.w, self.r)]
            wd = [w * d for w, d in zip(self.w, self.d)]
            gradient = [fdot(zip(x, wr)) + p * b + s for x, p, b, s in zip(X, penalty, beta, linear)]
            H = [[mpf(0)] * k for _ in range(k)]
            for i in range(k):
                xd = [x * d for x, d in zip(X[i], wd)]
                for j in range(i + 1):
                    H[i][j] = H[j][i] = fdot(zip(xd, X[j]))
                H[i][i] += penalty[i]
            self.factor = factorise(H)
            step = solve(self.factor, gradient)
            if fdot(zip(step, gradient)) < SETTLED * (1 + abs(value)):
                break
            scale = mpf(1)
            while True:
                trial = [b - scale * s for b, s in zip(beta, step)]
                after = self.evaluate(trial)
                if after <= value + NOISE * (1 + abs(value)):
                    break
                scale /= 2
                assert scale > mpf(2) ** -60, "no descent"
            beta, value = trial, after
        else:
            raise AssertionError("Newton's method did not settle")
        self.beta = beta

    def evaluate(self, beta):
        rows = zip(*self.X) if self.X else ((),) * len(self.y)
        self.eta = [o + fdot(zip(beta, x)) for o, x in zip(self.off, rows)]
        loss, self.r, self.d = zip(*map(self.row, self.y, self.eta))
        self.loss = fdot(zip(self.w, loss))
        return self.loss + fdot((p * b, b) for p, b in zip(self.penalty, beta)) / 2 + fdot(zip(self.linear, beta))

    def variances(self, d=None):
        """The diagonal of the inverse Hessian, with second derivatives d if they are given."""
        k = len(self.beta)
        if d is not None:
            wd = [w * v for w, v in zip(self.w, d)]
            self.factor = factorise([[fdot((a * v, b) for a, v, b in zip(x, wd, z)) for z in self.X] for x in self.X])
        return [solve(self.factor, [mpf(i == j) for i in range(k)])[j] for j in range(k)]


class SparseFit:
    """A Fit with sum(lines * abs(beta)) on top, by fits on faces: those of the columns whose signs are given."""

    def __init__(self, rows, X, y, w, off, penalty, lines):
        k = len(X)
        sign = [0] * k
        for _ in range(10 * k):
            face = [j for j in range(k) if sign[j] or not lines[j]]
            start = None
            for row in rows:
                fit = Fit(row, [X[j] for j in face], y, w, off, [penalty[j] for j in face], start, [sign[j] * lines[j] for j in face])
                start = fit.beta
            wrong = [j for j, b in zip(face, fit.beta) if b * sign[j] < 0]
            if wrong:
                for j in wrong:
                    sign[j] = 0
                continue
            at = dict(zip(face, fit.beta))
            wr = [v * r for v, r in zip(w, fit.r)]
            gradient = [fdot(zip(x, wr)) for x in X]
            excess, j = max((abs(gradient[j]) / lines[j] if j not in face else mpf(0), j) for j in range(k))
            if excess <= 1:
                break
            sign[j] = -1 if gradient[j] > 0 else 1
        else:
            raise AssertionError("no face is that of the minimum")
        # The conditions of a minimum, with room to spare.
        assert excess < 1 - NOISE and all(b * sign[j] > 0 for j, b in at.items() if lines[j])
        self.beta = [at.get(j, mpf(0)) for j in range(k)]
        self.loss, self.eta = fit.loss, fit.eta


def factors_of(c):
    return np.array(c.get("factors", [1.0] * len(c["columns"])))


def number(v):
    return None if v is None else float(v)


def reference(c, table):
    family, gaussian, penalised = c["family"], c["family"] == "gaussian", c["l2"] > 0 or "l1" in c
    power = variance_power(c)
    y = exact(table[c["target"]])
    n = len(y)
    w = exact(table[c["weights"]]) if c["weights"] else [mpf(1)] * n
    off = exact(table[c["offset"]]) if c["offset"] else [mpf(0)] * n
    X = [exact(table[name]) for name in c["columns"]]
    total = fsum(w)
    sd = []
    for x in X:
        mean = fdot(zip(w, x)) / total
        sd.append(mpmath.sqrt(fsum(wi * (v - mean) ** 2 for wi, v in zip(w, x)) / total))
    factors = [mpf(f) for f in factors_of(c)]
    penalty = [c["l2"] * f * (s * s if c["standardize"] else mpf(1)) for f, s in zip(factors, sd)]
    lines = [c.get("l1", 0) * f * (s if c["standardize"] else mpf(1)) for f, s in zip(factors, sd)]
    names = list(c["columns"])
    one = [[mpf(1)] * n] if c["intercept"] else []
    if c["intercept"]:
        names, sd, penalty, lines = [INTERCEPT] + names, [mpf(1)] + sd, [mpf(0)] + penalty, [mpf(0)] + lines

    zeros = [mpf(0)] * len(one)
    start = null_start = None
    rows = [row_of(c)]
    if family in ("huber", "quantile"):  # there is next to no curvature at zero
        width = "delta" if family == "huber" else "bandwidth"
        start = Fit(gaussian_row, one + X, y, w, off, penalty).beta
        null_start = Fit(gaussian_row, one, y, w, off, zeros).beta
        rows = [gaussian_row] + [row_of(c | {width: factor * c[width]}) for factor in (16, 4, 2)] + rows
        for wide in rows[1:-1]:
            start = Fit(wide, one + X, y, w, off, penalty, start).beta
            null_start = Fit(wide, one, y, w, off, zeros, null_start).beta
    if "l1" in c:
        fit = SparseFit(rows, one + X, y, w, off, penalty, lines)
    else:
        fit = Fit(row_of(c), one + X, y, w, off, penalty, start)
    null = Fit(row_of(c), one, y, w, off, zeros, null_start)
    assert gaussian or max(map(abs, fit.eta)) < 100, "separated?"

    # A perfect fit is exact: what is left of it in the last digits is not a result.
    largest = max([abs(b * s) for b, s in zip(fit.beta, sd)])
    beta = [mpf(0) if abs(b * s) < NOISE * largest else b for b, s in zip(fit.beta, sd)]
    deviance = 2 * fit.loss
    if gaussian and deviance < NOISE * fdot(zip(w, (v * v for v in y))):
        deviance = mpf(0)

    k = len(names)
    df = n - k
    se, ll, aic, bic = [None] * k, None, None, None
    dispersion = mpf(1)
    parameters = k
    if gaussian:
        parameters = k + 1
        if df > 0:
            dispersion = deviance / df
            ll = (fsum(map(mpmath.log, w)) - n * (mpmath.log(2 * mp.pi) + 1 - mpmath.log(n) + mpmath.log(deviance))) / 2
    elif family in LOSSES:
        dispersion = None
    elif family == "binomial":
        ll = -fit.loss
    elif family == "poisson":
        ll = fsum(wi * (v * e - mpmath.exp(e) - mpmath.loggamma(v + 1)) for wi, v, e in zip(w, y, fit.eta))
    else:  # Pearson's dispersion, and the expected second derivatives
        mu = [mpmath.exp(e) for e in fit.eta]
        dispersion = fsum(wi * (v - m) ** 2 / m**power for wi, v, m in zip(w, y, mu)) / df
        if family == "gamma":  # at the dispersion that R takes
            parameters, shape = k + 1, total / deviance
            ll = fsum(wi * ((shape - 1) * mpmath.log(v) - shape * v / m + shape * mpmath.log(shape / m) - mpmath.loggamma(shape))
                      for wi, v, m in zip(w, y, mu))
    if df > 0 and not penalised and dispersion is not None:
        expected = [mpmath.exp(e * (2 - power)) for e in fit.eta] if power else None
        se = [mpmath.sqrt(v * dispersion) for v in fit.variances(expected)]
    if ll is not None and not penalised:
        aic = -2 * ll + 2 * parameters
        bic = -2 * ll + parameters * mpmath.log(n)

    coefficients = [dict(name=m, estimate=number(b), std_error=number(s)) for m, b, s in zip(names, beta, se)]
    return dict(coefficients=coefficients, deviance=number(deviance), null_deviance=number(2 * null.loss),
                log_likelihood=number(ll), aic=number(aic), bic=number(bic), df_residual=df)


# --- Checks against others -------------------------------------------------------------------------------------


def near(got, want, relative, absolute=0.0):
    np.testing.assert_allclose(got, want, rtol=relative, atol=absolute)


class Peer:
    """The case in float64, on centred and scaled columns, where peers keep their digits."""

    def __init__(self, c, table):
        self.y = table[c["target"]]
        n = len(self.y)
        self.w = table[c["weights"]] if c["weights"] else np.ones(n)
        self.off = table[c["offset"]] if c["offset"] else np.zeros(n)
        self.X = np.column_stack([table[name] for name in c["columns"]] or [np.empty((n, 0))])
        centre = np.average(self.X, axis=0, weights=self.w)
        self.sd = np.sqrt(np.average((self.X - centre) ** 2, axis=0, weights=self.w))
        self.Z = (self.X - centre * c["intercept"]) / self.sd
        self.T = np.diag(1 / self.sd)  # from coefficients of Z to coefficients of X
        if c["intercept"]:
            self.Z = np.column_stack([np.ones(n), self.Z])
            self.T = np.block([[np.ones((1, 1)), -(centre / self.sd)[None, :]], [np.zeros((len(centre), 1)), self.T]])


def columns_of(r):
    return (np.array([v["estimate"] for v in r["coefficients"]]),
            np.array([v["std_error"] for v in r["coefficients"]], dtype=float))


def family_of(c):
    log = sm.families.links.Log()
    return {
        "gaussian": sm.families.Gaussian, "binomial": sm.families.Binomial, "poisson": sm.families.Poisson,
        "gamma": lambda: sm.families.Gamma(log), "tweedie": lambda: sm.families.Tweedie(log, var_power=c["power"]),
    }[c["family"]]()


def check_null(c, r, p):
    if c["family"] in LOSSES:
        def loss(a):
            return 2 * (p.w @ loss_parts(c, p.y, p.off + a)[0])

        null = loss(0)
        if c["intercept"]:
            null = scipy.optimize.minimize_scalar(loss, bracket=(p.y.min(), p.y.max()), tol=1e-12).fun
        near(null, r["null_deviance"], 1e-10)
        return
    family = family_of(c)
    if c["intercept"]:
        only = sm.GLM(p.y, np.ones(len(p.y)), family=family, offset=p.off, var_weights=p.w)
        null = only.fit(tol=1e-12, tol_criterion="params", maxiter=1000).deviance
    else:
        null = family.deviance(p.y, family.link.inverse(p.off), var_weights=p.w)
    near(null, r["null_deviance"], 1e-10)
    assert r["df_residual"] == p.Z.shape[0] - p.Z.shape[1]


def check_statsmodels(c, r, table):
    p = Peer(c, table)
    m = sm.GLM(p.y, p.Z, family=family_of(c), offset=p.off, var_weights=p.w)
    res = m.fit(tol=1e-12, tol_criterion="params", maxiter=1000)
    assert res.converged
    estimate, se = columns_of(r)
    near((p.T @ res.params - estimate) / se, 0, 0, 1e-8)
    near(np.sqrt(np.diag(p.T @ res.cov_params() @ p.T.T)), se, 1e-8)
    near(res.deviance, r["deviance"], 1e-10)
    assert res.df_resid == r["df_residual"]
    if c["family"] == "gaussian":
        llf = sm.WLS(p.y - p.off, p.Z, weights=p.w).fit().llf
        k = len(estimate) + 1
    elif c["family"] == "gamma":  # at R's dispersion; R's weights multiply log densities
        llf = family_of(c).loglike(p.y, res.mu, freq_weights=p.w, scale=res.deviance / p.w.sum())
        k = len(estimate) + 1
    else:
        llf = res.llf
        k = len(estimate)
    if c["family"] == "tweedie":
        assert r["log_likelihood"] is None and r["aic"] is None and r["bic"] is None
        check_null(c, r, p)
        return "statsmodels"
    near(llf, r["log_likelihood"], 1e-10)
    near(-2 * llf + 2 * k, r["aic"], 1e-10)
    near(-2 * llf + k * np.log(len(p.y)), r["bic"], 1e-10)
    check_null(c, r, p)
    return "statsmodels"


def loss_parts(c, y, eta):
    """The losses that are no likelihood, with their derivatives, in other words than above."""
    if c["family"] == "huber":
        loss, e = scipy.special.huber(c["delta"], eta - y), eta - y
        return loss, np.clip(e, -c["delta"], c["delta"]), (np.abs(e) <= c["delta"]).astype(float)
    if c["family"] == "quantile":
        u, tau, h = y - eta, c["quantile"], c["bandwidth"]
        return tau * u + h * np.logaddexp(0, -u / h), expit(-u / h) - tau, expit(u / h) * expit(-u / h) / h
    sign = 2 * y - 1
    slack = np.maximum(1 - sign * eta, 0)
    return slack**2, -2 * sign * slack, 2.0 * (slack > 0)


def check_scipy(c, r, table):
    p = Peer(c, table)
    k = p.Z.shape[1]
    penalty = np.zeros(k)
    penalty[k - len(p.sd):] = c["l2"] * factors_of(c) * (1 if c["standardize"] else p.sd**-2)

    def parts(b):
        eta = p.off + p.Z @ b
        if c["family"] == "gaussian":
            return (eta - p.y) ** 2 / 2, eta - p.y, np.ones_like(eta)
        if c["family"] in LOSSES:
            return loss_parts(c, p.y, eta)
        if c["family"] != "binomial":
            mu, power = np.exp(eta), {"poisson": 1, "gamma": 2}.get(c["family"], c.get("power"))
            return family_of(c).resid_dev(p.y, mu) ** 2 / 2, mu ** (2 - power) - p.y * mu ** (1 - power), (2 - power) * mu ** (2 - power) + (power - 1) * p.y * mu ** (1 - power)
        mu = expit(eta)
        return np.logaddexp(0, eta) - p.y * eta, mu - p.y, mu * (1 - mu)

    res = minimize(lambda b: p.w @ parts(b)[0] + penalty @ b**2 / 2, np.zeros(k), method="trust-exact",
                   jac=lambda b: p.Z.T @ (p.w * parts(b)[1]) + penalty * b,
                   hess=lambda b: p.Z.T @ (p.Z * (p.w * parts(b)[2])[:, None]) + np.diag(penalty),
                   options=dict(gtol=1e-9 * np.sqrt(p.w @ p.y**2), maxiter=1000))
    # Whether it says success or that rounding stopped it, the comparison decides.
    estimate, _ = columns_of(r)
    gamma = np.linalg.solve(p.T, estimate)
    near(res.x, gamma, 0, 1e-6 * np.abs(gamma).max())
    deviance = 2 * (p.w @ parts(res.x)[0])
    n = len(p.y)
    if c["family"] == "gaussian":
        # The likelihood of rows with variance sigma**2/w, at the sigma that maximises it.
        ll = scipy.stats.norm.logpdf(p.y, p.off + p.Z @ res.x, np.sqrt(deviance / n / p.w)).sum()
    else:
        mu = None if c["family"] in LOSSES else np.exp(p.off + p.Z @ res.x)
        ll = {
            "binomial": lambda: -deviance / 2,
            "poisson": lambda: p.w @ scipy.stats.poisson.logpmf(p.y, mu),
            "gamma": lambda: p.w @ scipy.stats.gamma.logpdf(p.y, p.w.sum() / deviance, scale=mu * deviance / p.w.sum()),
        }.get(c["family"], lambda: None)()
    near(deviance, r["deviance"], 1e-6)
    if ll is None:
        assert r["log_likelihood"] is None
    else:
        near(ll, r["log_likelihood"], 1e-6)
    check_null(c, r, p)
    return "scipy"


def check_sklearn(c, r, table):
    p = Peer(c, table)
    estimate, _ = columns_of(r)
    scale = p.sd if c["standardize"] else np.ones_like(p.sd)
    y = p.y
    options = dict(fit_intercept=c["intercept"], solver="newton-cholesky", tol=1e-10 * max(1, np.abs(y).mean()))
    alpha = c["l2"] / p.w.sum()
    if c["family"] == "gaussian":
        model, y = Ridge(alpha=c["l2"], fit_intercept=c["intercept"], solver="svd"), p.y - p.off
    elif c["family"] == "squared-hinge":
        model = LinearSVC(C=1 / c["l2"], loss="squared_hinge", dual=False, fit_intercept=False, tol=1e-10, max_iter=10000)
    elif c["family"] == "binomial":
        model = LogisticRegression(C=1 / c["l2"], **options)
    elif c["family"] == "poisson":
        model = PoissonRegressor(alpha=alpha, **options)
    elif c["family"] == "gamma":
        model = GammaRegressor(alpha=alpha, **options)
    else:
        model = TweedieRegressor(power=c["power"], link="log", alpha=alpha, **options)
    assert c["family"] == "gaussian" or not c["offset"]
    model.fit(p.X / scale, y, sample_weight=p.w)
    slopes = estimate[-len(scale):]
    got = np.ravel(model.coef_) / scale
    near(got * p.sd, slopes * p.sd, 0, 1e-6 * np.abs(slopes * p.sd).max())
    if c["intercept"]:
        near(model.intercept_, estimate[0], 1e-6)
    return "scikit-learn"


def check_glum(c, r, table):
    """An L1 penalty of the families that glum has."""
    p = Peer(c, table)
    estimate, _ = columns_of(r)
    scale = p.sd if c["standardize"] else np.ones_like(p.sd)
    family = {"tweedie": glum.TweedieDistribution(c.get("power", 1.5))}.get(c["family"], c["family"])
    both = c["l1"] + c["l2"]
    model = glum.GeneralizedLinearRegressor(
        family=family, link="auto" if c["family"] in ("gaussian", "binomial") else "log", alpha=both / p.w.sum(), l1_ratio=c["l1"] / both, P1=factors_of(c), P2=factors_of(c),
        fit_intercept=c["intercept"], solver="irls-cd", gradient_tol=1e-12, max_iter=1000)
    with warnings.catch_warnings():  # it says so of a single iteration, which is right for gaussian; the comparison decides
        warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
        model.fit(p.X / scale, p.y, sample_weight=p.w, offset=p.off)
    slopes = estimate[-len(scale):]
    near(model.coef_ / scale * p.sd, slopes * p.sd, 0, 1e-6 * np.abs(slopes * p.sd).max())
    if c["intercept"]:
        near(model.intercept_, estimate[0], 1e-6)
    return "glum"


def check_sparse_sklearn(c, r, table):
    """Lasso, ElasticNet and, without an offset, LogisticRegression."""
    p = Peer(c, table)
    estimate, _ = columns_of(r)
    scale = p.sd if c["standardize"] else np.ones_like(p.sd)
    both = c["l1"] + c["l2"]
    if c["family"] == "gaussian":
        model, y = ElasticNet(alpha=both / p.w.sum(), l1_ratio=c["l1"] / both, fit_intercept=c["intercept"], tol=1e-14, max_iter=10**6), p.y - p.off
    else:
        model, y = LogisticRegression(C=1 / both, l1_ratio=c["l1"] / both, solver="saga", fit_intercept=c["intercept"], tol=1e-10, max_iter=10**6), p.y
    # saga does not mind where columns are if there is an intercept, but is slow unless they are near zero.
    centre = np.average(p.X, axis=0, weights=p.w) * c["intercept"]
    model.fit((p.X - centre) / scale, y, sample_weight=p.w)
    slopes = estimate[-len(scale):]
    near(np.ravel(model.coef_) / scale * p.sd, slopes * p.sd, 0, 1e-6 * np.abs(slopes * p.sd).max())
    return "scikit-learn"


def check_split(c, r, table):
    """An L1 penalty as a bound: beta is a difference of two numbers that are not negative."""
    p = Peer(c, table)
    estimate, _ = columns_of(r)
    Z = p.Z[:, c["intercept"]:]
    unit = p.sd**-1 if not c["standardize"] else np.ones_like(p.sd)
    k = len(unit)

    def value(b):
        beta = b[:k] - b[k:2 * k]
        loss, slope, _ = loss_parts(c, p.y, p.off + Z @ beta + (b[-1] if c["intercept"] else 0))
        squares, lines = c["l2"] * factors_of(c) * unit**2, c["l1"] * factors_of(c) * unit
        g = Z.T @ (p.w * slope) + squares * beta
        return (p.w @ loss + lines @ (b[:k] + b[k:2 * k]) + squares @ beta**2 / 2,
                np.concatenate([g + lines, lines - g, [(p.w * slope).sum()] if c["intercept"] else []]))

    bounds = [(0, None)] * 2 * k + [(None, None)] * c["intercept"]
    res = minimize(value, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds,
                   options=dict(maxiter=10**5, maxfun=10**6, ftol=1e-16, gtol=1e-10, maxcor=30))
    near(value(res.x)[0], r["deviance"] / 2 + penalty_of(c, estimate[-k:], p), 1e-12)
    slopes = estimate[-k:] * p.sd
    near(res.x[:k] - res.x[k:2 * k], slopes, 0, 1e-5 * max(np.abs(slopes).max(), 1e-3))
    return "scipy"


def penalty_of(c, slopes, p):
    scale = p.sd if c["standardize"] else np.ones_like(p.sd)
    return c["l1"] * factors_of(c) @ np.abs(slopes * scale) + c["l2"] * factors_of(c) @ (slopes * scale) ** 2 / 2


R_SCRIPT = """
t <- read.csv(file("stdin"))
family <- if (FAMILY == "poisson") poisson(log) else Gamma(log)
m <- NULL
for (i in 1:9)  # it stops where the deviance does not change any more; estimates still do
  m <- glm(y ~ 0 + . - y - w - off, family, t, weights = w, offset = off, epsilon = 1e-15, maxit = 100, start = coef(m))
cat(format(c(coef(m), summary(m)$coefficients[, 2], deviance(m), logLik(m), AIC(m), BIC(m)), digits = 17), sep = "\\n")
"""


def check_r(c, r, table):
    """R's glm on centred and scaled columns, which it would not keep its digits without."""
    p = Peer(c, table)
    k = p.Z.shape[1]
    rows = np.column_stack([p.Z, p.y, p.w, p.off])
    head = ",".join([f"z{j}" for j in range(k)] + ["y", "w", "off"])
    text = head + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist())
    out = subprocess.run(["Rscript", "-e", f'FAMILY <- "{c["family"]}"\n' + R_SCRIPT], input=text, capture_output=True, text=True, check=True)
    got = np.array([float(v) for v in out.stdout.split()])
    estimate, se = columns_of(r)
    near((p.T @ got[:k] - estimate) / se, 0, 0, 1e-8)
    near(got[k + c["intercept"]:2 * k] / p.sd, se[c["intercept"]:], 1e-8)
    near(got[2 * k:], [r["deviance"], r["log_likelihood"], r["aic"], r["bic"]], 1e-8)
    return "R"


NIST_LONGLEY = dict(  # https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml
    estimate=[-3482258.63459582, 15.0618722713733, -0.358191792925910e-01, -2.02022980381683,
              -1.03322686717359, -0.511041056535807e-01, 1829.15146461355],
    std_error=[890420.383607373, 84.9149257747669, 0.334910077722432e-01, 0.488399681651699,
               0.214274163161675, 0.226073200069370, 455.478499142212],
    deviance=836424.055505915,
    residual_sd=304.854073561965,
)


def check_nist(r):
    estimate, se = columns_of(r)
    near(estimate, NIST_LONGLEY["estimate"], 1e-14)
    near(se, NIST_LONGLEY["std_error"], 1e-14)
    near(r["deviance"], NIST_LONGLEY["deviance"], 1e-14)
    near(np.sqrt(r["deviance"] / r["df_residual"]), NIST_LONGLEY["residual_sd"], 1e-14)
    return "NIST"


def check(c, r, table):
    if "l1" in c:
        zeros = [v["estimate"] == 0 for v in r["coefficients"]]
        assert all(v["std_error"] is None for v in r["coefficients"]) and not all(zeros)
        if c["family"] in LOSSES:
            yield check_split(c, r, table)
            return
        yield check_glum(c, r, table)
        if "factors" not in c and (c["family"] == "gaussian" or c["family"] == "binomial" and not c["offset"]):
            yield check_sparse_sklearn(c, r, table)
        return
    if c["family"] in ("poisson", "gamma") and not c["l2"] and shutil.which("Rscript"):
        yield check_r(c, r, table)
    if c["l2"] > 0 or c["family"] in LOSSES:
        yield check_scipy(c, r, table)
        if c["family"] in LOSSES:
            if c["family"] == "squared-hinge" and not c["intercept"] and not c["offset"] and c["l2"] > 0:
                yield check_sklearn(c, r, table)
            return
        if "factors" not in c and (c["family"] == "gaussian" or not c["offset"]):
            yield check_sklearn(c, r, table)
    elif r["df_residual"] > 0:
        yield check_statsmodels(c, r, table)
    if c["name"] == "longley":
        yield check_nist(r)
    estimate, _ = columns_of(r)
    if c["name"] == "line":
        near(estimate, [4, 3], 0, 0.1)
        yield "the line's own coefficients"
    if c["name"] == "tiny":
        assert estimate.tolist() == [0, 1] and r["deviance"] == 0
        yield "the exact solution"


def main():
    warnings.simplefilter("error")  # a peer that complains is no check
    mp.dps = DIGITS
    make_weighted()
    make_years()
    make_line()
    make_tiny()
    make_claims()
    out, tables = [], {}
    for c in cases():
        table = tables.setdefault(c["file"], read_table(c["file"]))
        r = reference(c, table)
        agreed = list(check(c, r, table))
        assert agreed
        print(f"{c['name']}: agrees with {', '.join(agreed)}", flush=True)
        out.append(c | r)
    assert len({c["name"] for c in out}) == len(out)
    versions = dict(Python=platform.python_version(), mpmath=mpmath.__version__, numpy=np.__version__,
                    scipy=scipy.__version__, statsmodels=statsmodels.__version__)
    versions["scikit-learn"] = sklearn.__version__
    versions["glum"] = glum.__version__
    document = {
        "generator": f"mpmath at {DIGITS} digits; " + ", ".join(f"{k} {v}" for k, v in versions.items()),
        "command": "python3 testdata/make_references.py",
        "cases": out,
    }
    (HERE / "references.json").write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
