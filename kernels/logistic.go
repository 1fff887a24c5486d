package kernels

// Logistic computes the logistic function and its logarithm, element by
// element:
//
//	mu       = σ(eta) = 1/(1 + exp(−eta))
//	nu       = σ(−eta) = 1 − mu
//	softplus = log(1 + exp(−|eta|)), so that log(1 + exp(eta)) = max(eta, 0) + softplus
//
// All slices have the same length; each destination may be eta itself. The
// results are within 3 units in the last place, however small they are: mu
// and nu lose no digits near 0, where 1 − (1 − x) would. ±Inf gives the
// limits, NaN gives NaN.
func Logistic(mu, nu, softplus, eta []float64) {
	if len(mu) != len(eta) || len(nu) != len(eta) || len(softplus) != len(eta) {
		panic("kernels: vectors of different lengths")
	}
	for lo := 0; lo < len(eta); lo += logisticStep {
		hi := min(lo+logisticStep, len(eta))
		logistic(mu[lo:hi], nu[lo:hi], softplus[lo:hi], eta[lo:hi])
	}
}

// logisticStep is how many elements a call takes: each costs as much as eight
// of a dot product.
const logisticStep = panel / 8
