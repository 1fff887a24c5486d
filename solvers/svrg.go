package solvers

import "context"

// SVRG is [SGD] with less variance: an epoch begins with the gradient of all
// terms, and every batch estimates how it has changed since,
//
//	g = g_B(x) − g_B(x₀) + g(x₀).
//
// The noise vanishes as the run converges, so steps need not become shorter. A
// batch is evaluated twice, from one read if the sum is a [ChangeSum]. It is a
// [Stochastic] that is Reduced.
//
// Source: Johnson and Zhang, Accelerating stochastic gradient descent using
// predictive variance reduction (2013); Xiao and Zhang (2014) for composite
// problems.
type SVRG struct{ Sampling }

// Name returns "svrg".
func (SVRG) Name() string { return "svrg" }

// With implements [Sampler].
func (m SVRG) With(s Sampling) Method { m.Sampling = s; return m }

// Start is that of [Stochastic].
func (m SVRG) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return Stochastic{Label: m.Name(), Reduced: true, Sampling: m.Sampling}.Start(ctx, p, it)
}
