# Whole fits with an intercept. Tolerances are the loosest known to reach (f − f*)/|f*| ≤ 1e-8; an answer that does not has no time.


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


def numpy_fits():
    return {
        ("fit-gaussian", "normal equations"): numpy_normal,
        ("fit-gaussian", "lstsq"): numpy_lstsq,
        ("fit-exact", "lstsq"): numpy_lstsq,
    }


TARGETS = {
    "gaussian": lambda a: a.y, "binomial": lambda a: a.y, "poisson": lambda a: a.counts, "gamma": lambda a: a.amounts,
    "tweedie": lambda a: a.counts * a.amounts,
}


def estimator(family, make):
    """A way of scikit-learn or of its kind."""

    def way(a):
        y = TARGETS[family](a)

        def run():
            model = make().fit(a.X, y)
            return vector(np.concatenate([np.ravel(model.intercept_), np.ravel(model.coef_)]))

        return run

    return way


def sklearn_fits():
    from sklearn.linear_model import (
        GammaRegressor, LinearRegression, LogisticRegression, PoissonRegressor, Ridge, TweedieRegressor, lasso_path)

    ways = {
        ("fit-gaussian", "Ridge, cholesky"): estimator("gaussian", lambda: Ridge(alpha=0, solver="cholesky")),
        ("fit-gaussian", "LinearRegression"): estimator("gaussian", LinearRegression),
        ("fit-exact", "LinearRegression"): estimator("gaussian", LinearRegression),
    }
    for solver in "newton-cholesky", "lbfgs":
        settings = {"solver": solver, "tol": 1e-6, "max_iter": 1000}
        ways["fit-binomial", solver] = estimator("binomial", lambda s=settings: LogisticRegression(C=np.inf, **s))
        ways["fit-poisson", solver] = estimator("poisson", lambda s=settings: PoissonRegressor(alpha=0, **s))
        ways["fit-gamma", solver] = estimator("gamma", lambda s=settings: GammaRegressor(alpha=0, **s))
        ways["fit-tweedie", solver] = estimator("tweedie", lambda s=settings: TweedieRegressor(alpha=0, power=1.5, link="log", **s))

    def path(gram):
        def way(a):
            def run():
                X = np.asfortranarray(a.X - a.X.mean(axis=0))
                _, beta, _ = lasso_path(X, a.y - a.y.mean(), eps=1e-3, alphas=100, precompute=gram, tol=1e-9, max_iter=10000, copy_X=False)
                return vector(beta.T)

            return run

        return way

    ways["path", "lasso_path, Gram"], ways["path", "lasso_path"] = path(True), path(False)
    return ways


def glum_fits():
    from glum import GeneralizedLinearRegressor, TweedieDistribution

    families = {"gaussian": "normal", "binomial": "binomial", "poisson": "poisson", "gamma": "gamma", "tweedie": TweedieDistribution(1.5)}

    def fit(family, solver):
        return estimator(family, lambda: GeneralizedLinearRegressor(
            family=families[family], link="identity" if family == "gaussian" else "logit" if family == "binomial" else "log",
            alpha=0, solver=solver, gradient_tol=1e-6, max_iter=1000, copy_X=False))

    def path(a):
        def run():
            model = GeneralizedLinearRegressor(
                family="normal", l1_ratio=1, alpha_search=True, n_alphas=100, min_alpha_ratio=1e-3, gradient_tol=1e-7, max_iter=1000, copy_X=False)
            return vector(model.fit(a.X, a.y).coef_path_)

        return run

    ways = {("fit-" + family, solver): fit(family, solver)
            for family in families for solver in ["irls-ls"] + ["lbfgs"] * (family != "gaussian")}
    ways["path", "irls-cd"] = path
    return ways


def statsmodels_fits():
    import statsmodels.api as sm

    def way(family, fit):
        def way(a):
            y = TARGETS[family](a)
            return lambda: vector(fit(y, sm.add_constant(a.X, has_constant="add")).params)

        return way

    families = sm.families
    log = families.links.Log()
    ways = {
        ("fit-gaussian", "OLS, pinv"): way("gaussian", lambda y, x: sm.OLS(y, x).fit(method="pinv")),
        ("fit-gaussian", "OLS, qr"): way("gaussian", lambda y, x: sm.OLS(y, x).fit(method="qr")),
        ("fit-binomial", "Logit, newton"): way("binomial", lambda y, x: sm.Logit(y, x).fit(method="newton", disp=0)),
        ("fit-binomial", "GLM"): way("binomial", lambda y, x: sm.GLM(y, x, family=families.Binomial()).fit()),
        ("fit-poisson", "GLM"): way("poisson", lambda y, x: sm.GLM(y, x, family=families.Poisson()).fit()),
        ("fit-gamma", "GLM"): way("gamma", lambda y, x: sm.GLM(y, x, family=families.Gamma(log)).fit()),
        ("fit-tweedie", "GLM"): way("tweedie", lambda y, x: sm.GLM(y, x, family=families.Tweedie(log, var_power=1.5)).fit()),
    }
    for method in "OLS, pinv", "OLS, qr":
        ways["fit-exact", method] = ways["fit-gaussian", method]
    return ways


def polars_frame(a, **more):
    import polars as pl

    names = [f"x{j}" for j in range(a.X.shape[1])]
    columns = {name: np.ascontiguousarray(a.X[:, j]) for j, name in enumerate(names)}
    return pl.DataFrame({"y": a.y, **columns, **more}), names


def polars_fits():
    import polars as pl
    import polars_ols  # noqa: F401, it registers least_squares

    def way(method):
        def way(a):
            frame, names = polars_frame(a)
            fit = pl.col("y").least_squares.ols(
                *[pl.col(name) for name in names], mode="coefficients", add_intercept=True,
                null_policy="ignore", solve_method=method)

            def run():
                got = frame.select(fit.alias("c")).unnest("c").row(0, named=True)
                return vector(np.array([got.get("const", got.get("intercept"))] + [got[name] for name in names]))

            return run

        return way

    return {("fit-gaussian", "ols, " + method): way(method) for method in ("chol", "qr")}


for name, ways in {"numpy": numpy_fits, "scikit-learn": sklearn_fits, "glum": glum_fits, "statsmodels": statsmodels_fits, "polars-ols": polars_fits}.items():
    WAYS[name].append(ways)
