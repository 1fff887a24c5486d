# Many fits at once; bench/groups.go, targets.go, rolling.go and folds.go say what of.


def groups_of(a):
    """Groups of rows with a column of ones, and their targets."""
    p = a.X.shape[1]
    size = max(50, 10 * p)
    count = len(a.y) // size
    X = np.ones((count, size, p + 1), a.X.dtype)
    X[:, :, 1:] = a.X[:count * size].reshape(count, size, p)
    return X, a.y[:count * size].reshape(count, size)


def numpy_groups(piece):
    def way(a):
        X, y = groups_of(a)
        count, size, width = X.shape

        def some(X, y):
            G = X.transpose(0, 2, 1) @ X
            beta = np.linalg.solve(G, X.transpose(0, 2, 1) @ y[:, :, None])
            residual = y[:, :, None] - X @ beta
            variance = (residual * residual).sum(axis=(1, 2)) / (size - width)
            np.sqrt(variance[:, None] * np.diagonal(np.linalg.inv(G), axis1=1, axis2=2))
            return beta[:, :, 0]

        return lambda: vector(np.concatenate([some(X[i:i + piece], y[i:i + piece]) for i in range(0, count, piece)]))

    return way


def numpy_logistic_groups(a):
    X, y = groups_of(a)
    count, piece = len(X), 256

    def some(X, y):
        beta = np.zeros((len(X), X.shape[2]), X.dtype)
        for _ in range(50):
            mu = 1 / (1 + np.exp(-(X @ beta[:, :, None])[:, :, 0]))
            H = X.transpose(0, 2, 1) @ ((mu * (1 - mu))[:, :, None] * X)
            g = (X.transpose(0, 2, 1) @ (y - mu)[:, :, None])
            step = np.linalg.solve(H, g)
            beta += step[:, :, 0]
            if np.abs(step).max() < 1e-3:  # the next one would be a millionth
                break
        np.sqrt(np.diagonal(np.linalg.inv(H), axis1=1, axis2=2))
        return beta

    return lambda: vector(np.concatenate([some(X[i:i + piece], y[i:i + piece]) for i in range(0, count, piece)]))


def numpy_targets(a):
    def run():
        mean, y = a.X.mean(axis=0), a.responses.mean(axis=0)
        centered = a.X - mean
        beta = np.linalg.solve(centered.T @ centered, centered.T @ a.responses - np.outer(centered.sum(axis=0), y))
        return vector(np.concatenate([(y - mean @ beta)[None], beta]).T)

    return run


def numpy_rolling(a):
    size = max(250, 10 * a.X.shape[1])

    def run():
        x = np.hstack([np.ones((len(a.y), 1), a.X.dtype), a.X])
        sums = np.cumsum(x[:, :, None] * np.hstack([x, a.y[:, None]])[:, None, :], axis=0, dtype=np.float64)
        windows = sums[size - 1:].copy()
        windows[1:] -= sums[:-size]
        return vector(np.linalg.solve(windows[:, :, :-1], windows[:, :, -1:])[:, :, 0])

    return run


FOLDS, PENALTIES = 10, np.logspace(-4, 4, 100)


def folds_of(n):
    """The bounds of folds of consecutive rows, row i in fold i·FOLDS div n."""
    return [-(-k * n // FOLDS) for k in range(FOLDS + 1)]


def numpy_folds(a):
    bounds = folds_of(len(a.y))

    def run():
        moments = []
        for lo, hi in zip(bounds, bounds[1:]):
            z = np.hstack([a.X[lo:hi], a.y[lo:hi, None], np.ones((hi - lo, 1), a.X.dtype)]).astype(np.float64, copy=False)
            moments.append(z.T @ z)
        total = sum(moments)
        error = np.zeros(len(PENALTIES))
        for test in moments:
            M = total - test
            n, s = M[-1, -1], M[:-1, -1]
            C = M[:-1, :-1] - np.outer(s, s) / n
            values, vectors = np.linalg.eigh(C[:-1, :-1])
            B = vectors @ ((vectors.T @ C[:-1, -1])[:, None] / (values[:, None] + PENALTIES))
            intercept = (s[-1] - s[:-1] @ B) / n
            e = np.vstack([-B, np.ones(len(PENALTIES)), -intercept])  # y − Xb − α
            error += np.einsum("ik,ij,jk->k", e, test, e, optimize=True)
        return vector(error / len(a.y))

    return run


def numpy_batches():
    return {
        ("groups", "batched solve"): numpy_groups(1 << 30),
        ("groups", "batched solve, in pieces"): numpy_groups(256),
        ("groups-binomial", "batched Newton, in pieces"): numpy_logistic_groups,
        ("targets", "normal equations"): numpy_targets,
        ("rolling", "sums and batched solve"): numpy_rolling,
        ("folds", "Gram and eigh of each fold"): numpy_folds,
    }


def sklearn_batches():
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

    def loop(make):
        def way(a):
            X, y = groups_of(a)
            X = X[:, :, 1:].copy()

            def run():
                beta = np.empty((len(X), X.shape[2] + 1))
                for i in range(len(X)):
                    model = make().fit(X[i], y[i])
                    beta[i, 0], beta[i, 1:] = np.ravel(model.intercept_)[0], np.ravel(model.coef_)
                return vector(beta)

            return run

        return way

    def targets(make):
        def way(a):
            def run():
                model = make().fit(a.X, a.responses)
                return vector(np.hstack([np.reshape(model.intercept_, (-1, 1)), model.coef_]))

            return run

        return way

    def folds(a):
        bounds = folds_of(len(a.y))

        def run():
            error = np.zeros(len(PENALTIES))
            for lo, hi in zip(bounds, bounds[1:]):
                X, y = np.delete(a.X, slice(lo, hi), axis=0), np.delete(a.y, slice(lo, hi))
                for k, penalty in enumerate(PENALTIES):
                    model = Ridge(alpha=penalty, solver="cholesky").fit(X, y)
                    error[k] += ((a.y[lo:hi] - model.predict(a.X[lo:hi])) ** 2).sum()
            return vector(error / len(a.y))

        return run

    return {
        ("groups", "LinearRegression in a loop"): loop(LinearRegression),
        ("groups-binomial", "LogisticRegression in a loop"): loop(lambda: LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-6)),
        ("targets", "Ridge, cholesky"): targets(lambda: Ridge(alpha=0, solver="cholesky")),
        ("targets", "LinearRegression"): targets(LinearRegression),
        ("folds", "Ridge in a loop"): folds,
    }


def statsmodels_batches():
    import statsmodels.api as sm
    from statsmodels.regression.rolling import RollingOLS

    def loop(fit):
        def way(a):
            X, y = groups_of(a)

            def run():
                beta = np.empty(X.shape[::2])
                for i in range(len(X)):
                    model = fit(y[i], X[i])
                    beta[i] = model.params
                    model.bse
                return vector(beta)

            return run

        return way

    def rolling(a):
        size = max(250, 10 * a.X.shape[1])

        def run():
            fit = RollingOLS(a.y, sm.add_constant(a.X, has_constant="add"), window=size).fit(params_only=True)
            return vector(fit.params[size - 1:])

        return run

    return {
        ("groups", "OLS in a loop"): loop(lambda y, x: sm.OLS(y, x).fit()),
        ("groups-binomial", "Logit in a loop"): loop(lambda y, x: sm.Logit(y, x).fit(method="newton", disp=0)),
        ("rolling", "RollingOLS"): rolling,
    }


def polars_batches():
    import polars as pl
    import polars_ols  # noqa: F401, it registers least_squares

    def coefficients(frame, names):
        got = frame.unnest("c")
        first = [name for name in ("const", "intercept") if name in got.columns]
        return got.select(first + names).to_numpy()

    def groups(fit):
        def way(a):
            size = max(50, 10 * a.X.shape[1])
            count = len(a.y) // size
            frame, names = polars_frame(a, key=np.arange(len(a.y)) // size, w=a.d)
            frame = frame.head(count * size).cast({name: pl.Float64 for name in ["y", "w"] + names})  # it has no groups of float32
            by_group = fit(pl.col("y").least_squares, [pl.col(name) for name in names], dict(mode="coefficients", null_policy="ignore"))

            def run():
                got = frame.group_by("key", maintain_order=True).agg(by_group.alias("c"))
                if got.schema["c"] == pl.List:
                    got = got.explode("c")
                return vector(coefficients(got.select("c"), names))

            return run

        return way

    def windows(fit):
        def way(a):
            size = max(250, 10 * a.X.shape[1])
            frame, names = polars_frame(a)
            rows = fit(pl.col("y").least_squares, [pl.col(name) for name in names],
                       dict(mode="coefficients", add_intercept=True, null_policy="ignore"), size)

            def run():
                return vector(coefficients(frame.select(rows.alias("c")), names)[size - 1:])

            return run

        return way

    vague = dict(initial_state_covariance=1e9)  # all but no prior
    return {
        ("groups", "ols by group"): groups(lambda of, x, how: of.ols(*x, add_intercept=True, **how)),
        ("groups-ridge", "ridge by group"): groups(lambda of, x, how: of.ridge(*x, alpha=10.0, **how)),
        ("groups-weighted", "wls by group"): groups(lambda of, x, how: of.wls(*x, sample_weights=pl.col("w"), add_intercept=True, **how)),
        ("rolling", "rolling_ols"): windows(lambda of, x, how, size: of.rolling_ols(*x, window_size=size, min_periods=size, **how)),
        ("expanding", "expanding_ols"): windows(lambda of, x, how, size: of.expanding_ols(*x, **how, **vague)),
        ("recursive", "rls"): windows(lambda of, x, how, size: of.rls(*x, half_life=float(size), **how, **vague)),
    }


for name, ways in {"numpy": numpy_batches, "scikit-learn": sklearn_batches, "statsmodels": statsmodels_batches, "polars-ols": polars_batches}.items():
    WAYS[name].append(ways)
