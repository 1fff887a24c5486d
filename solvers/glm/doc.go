// Package glm fits generalised linear models to Go slices: least squares,
// logistic, Poisson, gamma and Tweedie regression, with weights, an offset, an
// intercept and penalties, L1 and L2. A fit minimises
//
//	Σ wᵢ ℓ(ηᵢ, yᵢ) + λ₁ ‖β‖₁ + λ/2 ‖β‖²,  ηᵢ = α + offsetᵢ + xᵢᵀβ
//
// where ℓ is half the deviance of a row: ½(y − η)² for gaussian, log(1 +
// exp(η)) − yη for binomial, and for the families with a log link those of
// [loss.Poisson], [loss.Gamma] and [loss.Tweedie]; or a loss that is no
// likelihood, [loss.Huber], [loss.Quantile] or [loss.SquaredHinge]. The intercept α is never
// penalised. λ is the alpha of scikit-learn's Ridge, 1/C of its
// LogisticRegression, and Σw times the alpha of its PoissonRegressor,
// GammaRegressor and TweedieRegressor; λ₁ is Σw times the alpha of its Lasso,
// and 1/C of a LogisticRegression with l1_ratio 1. [Options] has factors of both
// for single columns, and bounds of their coefficients. [FitPath] fits one model
// for each of many penalties.
//
// Statistics are those of R's glm. Where the link is not canonical (gamma,
// Tweedie) the fit uses the true second derivatives, and standard errors the
// expected ones, times Pearson's estimate of the dispersion. Losses that are no
// likelihood have a deviance, twice the loss, and nothing else: no dispersion,
// standard errors, AIC or BIC.
//
// Least squares whose columns are nearly collinear are fitted in double-double,
// so that all digits hold; see [Precision].
//
// A fit can be stopped, or killed, and go on: see [Checkpoints].
//
// X is never copied or changed. The same data give the same coefficients, to
// the last bit, on any instruction set and any number of threads.
package glm
