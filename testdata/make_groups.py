#!/usr/bin/env python3
"""Write groups.csv and groups.json next to this script: rows of eleven groups in no order, and what
statsmodels makes of each of them. README.md has the definitions."""

import json
import warnings
from pathlib import Path

import numpy as np
import statsmodels
import statsmodels.api as sm
from scipy.special import expit
from statsmodels.regression.rolling import RollingOLS
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

HERE = Path(__file__).resolve().parent
COLUMNS = ["x1", "x2", "x3"]
L2 = 2.5
WINDOW = 24


def make_table():
    g = np.random.Generator(np.random.PCG64(11))
    sizes = {f"shop {k}": n for k, n in enumerate([12, 15, 20, 24, 31, 40, 57, 80, 129, 150, 200])}
    key = np.repeat(list(sizes), list(sizes.values()))
    g.shuffle(key)
    n = len(key)
    kind = np.array([int(k.split()[1]) for k in key])
    x1 = (g.normal(0, 1, n) + kind).round(4)
    x2 = g.normal(250 * kind, 40).round(2)
    x3 = g.normal(1e5, 30, n).round(1)
    eta = 0.1 + 0.4 * (x1 - kind) - 0.01 * (x2 - 250 * kind) + 0.01 * (x3 - 1e5) + 0.05 * kind
    return dict(shop=key, x1=x1, x2=x2, x3=x3, w=(0.05 + g.gamma(2, 0.7, n)).round(4), price=(20 + 3 * eta + g.normal(0, 1, n)).round(4),
                bought=(g.uniform(size=n) < expit(eta)).astype(int), visits=g.poisson(np.exp(0.7 * eta)))


def described(key, fit, deviance, rows, std_errors=True):
    return dict(shop=key, rows=rows, coefficients=fit.params.tolist(), std_errors=fit.bse.tolist() if std_errors else None, deviance=float(deviance))


def fits_of(table, family, target, weights, l2):
    for key in dict.fromkeys(table["shop"].tolist()):
        of = table["shop"] == key
        X = sm.add_constant(np.column_stack([table[c][of] for c in COLUMNS]))
        y, w = table[target][of].astype(float), table["w"][of] if weights else np.ones(of.sum())
        if family == "gaussian" and l2:
            fit = sm.OLS(y, X).fit_regularized(alpha=np.array([0] + [l2] * len(COLUMNS)) / len(y), L1_wt=0)
            yield described(key, fit, ((y - X @ fit.params) ** 2).sum(), len(y), std_errors=False)
        elif family == "gaussian":
            fit = sm.WLS(y, X, weights=w).fit()
            yield described(key, fit, (w * fit.resid**2).sum(), len(y))
        else:
            # Centred columns, since x3 is far from zero; the intercept is taken back.
            mean = X[:, 1:].mean(axis=0)
            Z = X.copy()
            Z[:, 1:] -= mean
            model = sm.GLM(y, Z, family=sm.families.Binomial() if family == "binomial" else sm.families.Poisson(), freq_weights=w)
            try:
                fit = model.fit(tol=1e-15, maxiter=200, tol_criterion="params")
            except PerfectSeparationWarning:
                yield dict(shop=key, rows=len(y), separated=True)
                continue
            back = np.eye(len(COLUMNS) + 1)
            back[0, 1:] = -mean
            yield dict(shop=key, rows=len(y), coefficients=(back @ fit.params).tolist(),
                       std_errors=np.sqrt(np.diag(back @ fit.cov_params() @ back.T)).tolist(), deviance=float(fit.deviance))


def main():
    warnings.simplefilter("error", PerfectSeparationWarning)
    table = make_table()
    with open(HERE / "groups.csv", "w", encoding="ascii", newline="\n") as f:
        print(*table, sep=",", file=f)
        for row in zip(*(c.tolist() for c in table.values()), strict=True):
            print(*row, sep=",", file=f)
    cases = []
    for family, target in ("gaussian", "price"), ("binomial", "bought"), ("poisson", "visits"):
        for weights in "", "w":
            cases.append(dict(family=family, target=target, weights=weights, l2=0.0, fits=list(fits_of(table, family, target, weights, 0))))
    cases.append(dict(family="gaussian", target="price", weights="", l2=L2, fits=list(fits_of(table, "gaussian", "price", "", L2))))

    X = sm.add_constant(np.column_stack([table[c] for c in COLUMNS]))
    X[:, 1:] -= X[:, 1:].mean(axis=0)  # slopes are the same
    rolled = RollingOLS(table["price"], X, window=WINDOW).fit()
    ends = list(range(WINDOW - 1, len(X), 12))
    windows = dict(target="price", size=WINDOW, last=ends, slopes=rolled.params[ends, 1:].tolist(), std_errors=rolled.bse[ends, 1:].tolist())
    made = f"statsmodels {statsmodels.__version__}, numpy {np.__version__}"
    with open(HERE / "groups.json", "w", encoding="ascii", newline="\n") as f:
        for case in cases:
            case["fits"] = "".join(f"\n   {json.dumps(fit)}," for fit in case["fits"])
        print(f'{{"generator": {json.dumps(made)},\n "columns": {json.dumps(COLUMNS)},\n "cases": [', file=f)
        for i, case in enumerate(cases):
            fits = case.pop("fits")[:-1]
            print(f'  {json.dumps(case)[:-1]}, "fits": [{fits}]}}{"," * (i + 1 < len(cases))}', file=f)
        print(f' ],\n "windows": {json.dumps(windows)}}}', file=f)


if __name__ == "__main__":
    main()
