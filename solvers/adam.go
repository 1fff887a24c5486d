package solvers

import "context"

// Adam is [SGD] along a mean of the last estimates of the gradient, divided by
// the root of a mean of their squares: a [Stochastic] with [Moments].
//
// Source: Kingma and Ba, Adam: a method for stochastic optimization (2015).
type Adam struct {
	Moments Moments
	Sampling
}

// AdamW is [Adam] with [WeightDecay].
//
// Source: Loshchilov and Hutter, Decoupled weight decay regularization (2019).
type AdamW struct {
	Moments     Moments
	WeightDecay WeightDecay
	Sampling
}

// Name returns "adam".
func (Adam) Name() string { return "adam" }

// Name returns "adamw".
func (AdamW) Name() string { return "adamw" }

// With implements [Sampler].
func (m Adam) With(s Sampling) Method { m.Sampling = s; return m }

// With implements [Sampler].
func (m AdamW) With(s Sampling) Method { m.Sampling = s; return m }

// Start is that of [Stochastic].
func (m Adam) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return Stochastic{Label: m.Name(), Chain: []Update{m.Moments}, Sampling: m.Sampling}.Start(ctx, p, it)
}

// Start is that of [Stochastic].
func (m AdamW) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return Stochastic{Label: m.Name(), Chain: []Update{m.Moments, m.WeightDecay}, Sampling: m.Sampling}.Start(ctx, p, it)
}
