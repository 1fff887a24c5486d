package solvers

import "context"

// AdaGrad is [SGD] whose steps are divided, variable by variable, by the root of
// the sum of all squared estimates of the gradient: a [Stochastic] with
// [SumSquares].
//
// Source: Duchi, Hazan and Singer, Adaptive subgradient methods (2011).
type AdaGrad struct{ Sampling }

// RMSProp is [SGD] whose steps are divided by the root of a mean of squared
// estimates, of which those of long ago are forgotten: a [Stochastic] with
// [MeanSquares].
//
// Source: Tieleman and Hinton, lecture 6.5 of Neural networks for machine
// learning (2012).
type RMSProp struct {
	Decay float64 // as in MeanSquares
	Sampling
}

// Name returns "adagrad".
func (AdaGrad) Name() string { return "adagrad" }

// Name returns "rmsprop".
func (RMSProp) Name() string { return "rmsprop" }

// With implements [Sampler].
func (m AdaGrad) With(s Sampling) Method { m.Sampling = s; return m }

// With implements [Sampler].
func (m RMSProp) With(s Sampling) Method { m.Sampling = s; return m }

// Start is that of [Stochastic].
func (m AdaGrad) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return Stochastic{Label: m.Name(), Chain: []Update{SumSquares{}}, Sampling: m.Sampling}.Start(ctx, p, it)
}

// Start is that of [Stochastic].
func (m RMSProp) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return Stochastic{Label: m.Name(), Chain: []Update{MeanSquares{m.Decay}}, Sampling: m.Sampling}.Start(ctx, p, it)
}
