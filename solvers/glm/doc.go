// Package glm fits generalised linear models to Go slices: least squares and
// logistic regression, with weights, an offset, an intercept and an L2
// penalty. A fit minimises
//
//	Σ wᵢ ℓ(ηᵢ, yᵢ) + λ/2 ‖β‖²,  ηᵢ = α + offsetᵢ + xᵢᵀβ
//
// with ℓ = ½(y − η)² (gaussian) or ℓ = log(1 + exp(η)) − yη (binomial). The
// intercept α is never penalised. λ is the alpha of scikit-learn's Ridge and
// 1/C of its LogisticRegression.
//
// Least squares whose columns are nearly collinear are fitted in double-double,
// so that all digits hold; see [Precision].
//
// X is never copied or changed. The same data give the same coefficients, to
// the last bit, on any instruction set and any number of threads.
package glm
