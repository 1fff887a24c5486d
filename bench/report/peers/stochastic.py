# Stochastic fits to equal accuracy, as bench/sgd.go has it: columns are standardised, a first step is chosen among some and
# the epochs that are needed are counted, all without the clock. What is timed is a fit of as many epochs.

GAP, STEPS, EPOCHS = 1e-3, (0.3, 0.1, 0.03, 0.01, 0.003, 0.001), (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


class Goal:
    """Standardised columns, and the loss that is near enough."""

    def __init__(self, a, binomial):
        self.mean, self.scale = a.X.mean(axis=0, dtype=np.float64), a.X.std(axis=0, dtype=np.float64)
        self.X = np.ascontiguousarray((a.X - self.mean) / self.scale, a.X.dtype)
        self.y, self.binomial = a.y, binomial
        x = np.hstack([np.ones((len(a.y), 1)), self.X])
        beta = np.zeros(x.shape[1])
        for _ in range(10 if binomial else 1):  # Newton's method, to the minimum
            mu = 1 / (1 + np.exp(-(x @ beta))) if binomial else x @ beta
            d = mu * (1 - mu) if binomial else np.ones(len(mu))
            beta += np.linalg.solve(x.T @ (d[:, None] * x), x.T @ (a.y - mu))
        none = np.zeros(len(beta))
        share = a.y.mean(dtype=np.float64)
        none[0] = np.log(share / (1 - share)) if binomial else share
        least = self.loss(beta[0], beta[1:])
        self.enough = least + GAP * (self.loss(none[0], none[1:]) - least)

    def loss(self, intercept, beta):
        eta = self.X @ np.asarray(beta, self.X.dtype) + intercept
        if self.binomial:
            return (np.logaddexp(0, eta, dtype=np.float64) - self.y * eta).sum(dtype=np.float64)
        return ((self.y - eta) ** 2).sum(dtype=np.float64) / 2

    def answer(self, intercept, beta):
        beta = np.ravel(beta) / self.scale
        return vector(np.concatenate([np.ravel(intercept) - self.mean @ beta, beta]))

    def settle(self, fit):
        """The fit(step, epochs) with the fewest epochs at the best of the steps."""
        step = min(STEPS, key=lambda step: np.nan_to_num(self.loss(*fit(step, EPOCHS[1])), nan=np.inf, posinf=np.inf))
        for epochs in EPOCHS:
            if self.loss(*fit(step, epochs)) <= self.enough:
                return lambda: self.answer(*fit(step, epochs))
        raise ValueError(f"not near the minimum after {EPOCHS[-1]} epochs with a step of {step}")


def sklearn_stochastic():
    from sklearn.linear_model import SGDClassifier, SGDRegressor

    def way(make, binomial):
        def way(a):
            goal = Goal(a, binomial)

            def fit(step, epochs):
                model = make(learning_rate="invscaling", power_t=0.25, eta0=step, max_iter=epochs)
                model.fit(goal.X, goal.y)
                return model.intercept_[0], model.coef_.ravel()

            return goal.settle(fit)

        return way

    same = {"alpha": 0, "penalty": None, "tol": None, "average": True, "random_state": 0}
    return {
        ("sgd-gaussian", "SGDRegressor"): way(lambda **more: SGDRegressor(**same, **more), False),
        ("sgd-binomial", "SGDClassifier"): way(lambda **more: SGDClassifier(loss="log_loss", **same, **more), True),
    }


def torch_stochastic():
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

    def way(most, binomial):
        def way(a):
            goal = Goal(a, binomial)
            batch = min(most, len(a.y) // 16)
            X, y = torch.from_numpy(goal.X), torch.from_numpy(np.ascontiguousarray(goal.y))
            n, p = X.shape
            loss = torch.nn.functional.binary_cross_entropy_with_logits if binomial else torch.nn.functional.mse_loss

            def fit(step, epochs):
                torch.manual_seed(0)
                model = torch.nn.Linear(p, 1, dtype=X.dtype)
                torch.nn.init.zeros_(model.weight)
                torch.nn.init.zeros_(model.bias)
                optimizer = torch.optim.SGD(model.parameters(), lr=step, momentum=0.9)
                batches = -(-n // batch)
                schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 1e-2, epochs * batches)
                for _ in range(epochs):
                    for i in torch.randperm(batches).tolist():  # rows are in no order: batches of neighbours are random ones
                        part = slice(i * batch, (i + 1) * batch)
                        optimizer.zero_grad()
                        rows = y[part]
                        (loss(model(X[part])[:, 0], rows) * (len(rows) / batch)).backward()  # the last one counts as much as it has
                        optimizer.step()
                        schedule.step()
                return model.bias.item(), model.weight.detach().numpy().ravel().astype(np.float64)

            return goal.settle(fit)

        return way

    return {(f"sgd-{family}", f"SGD, batches of {batch}"): way(batch, family == "binomial")
            for family in ("gaussian", "binomial") for batch in (256, 1024)}


for name, ways in {"scikit-learn": sklearn_stochastic, "torch": torch_stochastic}.items():
    WAYS[name].append(ways)
