package solvers

import "context"

// SGD is stochastic gradient descent, with mini-batches: x ← x − t·P⁻¹·g, g
// estimated from a batch of terms. It is a [Stochastic] without a chain.
//
// Source: Robbins and Monro, A stochastic approximation method (1951); Polyak and
// Juditsky (1992) for the mean of the points.
type SGD struct{ Sampling }

// Momentum is [SGD] along a sum of the last estimates of the gradient: a
// [Stochastic] with a [Trace].
//
// Source: Polyak, Some methods of speeding up the convergence of iteration
// methods (1964).
type Momentum struct {
	Decay float64 // as in Trace
	Sampling
}

// NesterovSGD is [Momentum] that looks ahead.
//
// Source: Nesterov (1983); Sutskever, Martens, Dahl and Hinton (2013).
type NesterovSGD struct {
	Decay float64 // as in Trace
	Sampling
}

// Name returns "sgd".
func (SGD) Name() string { return "sgd" }

// Name returns "momentum".
func (Momentum) Name() string { return "momentum" }

// Name returns "nesterov-sgd".
func (NesterovSGD) Name() string { return "nesterov-sgd" }

func (m SGD) stochastic() Stochastic { return Stochastic{Label: m.Name(), Sampling: m.Sampling} }

func (m Momentum) stochastic() Stochastic {
	return Stochastic{Label: m.Name(), Chain: []Update{Trace{Decay: m.Decay}}, Sampling: m.Sampling}
}

func (m NesterovSGD) stochastic() Stochastic {
	return Stochastic{Label: m.Name(), Chain: []Update{Trace{m.Decay, true}}, Sampling: m.Sampling}
}

// With implements [Sampler].
func (m SGD) With(s Sampling) Method { m.Sampling = s; return m }

// With implements [Sampler].
func (m Momentum) With(s Sampling) Method { m.Sampling = s; return m }

// With implements [Sampler].
func (m NesterovSGD) With(s Sampling) Method { m.Sampling = s; return m }

// Start is that of [Stochastic].
func (m SGD) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return m.stochastic().Start(ctx, p, it)
}

// Start is that of [Stochastic].
func (m Momentum) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return m.stochastic().Start(ctx, p, it)
}

// Start is that of [Stochastic].
func (m NesterovSGD) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return m.stochastic().Start(ctx, p, it)
}
