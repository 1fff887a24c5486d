package solvers

import "math"

// A Composite is a sum F = f + h of a smooth function and a convex one that is
// not smooth but simple, such as [L1] or a [Box]. It is no [Gradienter]: methods
// for smooth problems refuse it. [Compose] makes one.
type Composite interface {
	Problem
	// Smooth is f, with all else it can compute.
	Smooth() Gradienter
	// Rough is h.
	Rough() Rough
}

// A Rough is a convex function whose proximal map is known.
type Rough interface {
	// Value is h(x), +Inf where x is not allowed.
	Value(x []float64) float64
	// Prox sets dst, which may be x, to the z that minimises
	//
	//	h(z) + Σ metric_i·(z_i − x_i)²/(2t).
	Prox(dst, x, metric []float64, t float64)
}

// Compose is the sum of a smooth problem and a rough function of its variables.
func Compose(smooth Gradienter, rough Rough) Composite { return composite{smooth, rough} }

type composite struct {
	smooth Gradienter
	rough  Rough
}

func (c composite) Dim() int           { return c.smooth.Dim() }
func (c composite) Smooth() Gradienter { return c.smooth }
func (c composite) Rough() Rough       { return c.rough }

// State implements [Resumable] for the parts.
func (c composite) State(v *State) {
	v.perhaps(c.smooth)
	v.perhaps(c.rough)
}

// L1 is h(x) = Σ w_i·|x_i|, one weight w_i ≥ 0 a variable; 0 leaves one free.
// With ½·λ·‖x‖² in the smooth part it makes an elastic net.
type L1 []float64

// Value implements [Rough].
func (w L1) Value(x []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(w[i] * math.Abs(v))
	}
	return sum
}

// Prox implements [Rough]: entries shrink by t·w_i/metric_i, as far as zero.
func (w L1) Prox(dst, x, metric []float64, t float64) {
	for i, v := range x {
		dst[i] = shrink(v, float64(t*w[i])/metric[i])
	}
}

// shrink moves v towards zero by a distance.
func shrink(v, by float64) float64 {
	switch {
	case v > by:
		return v - by
	case v < -by:
		return v + by
	case v != v:
		return v
	}
	return 0
}

// least sets dst to the least subgradient of f + h, where f has the gradient g:
// its negative is the direction of steepest descent.
func (w L1) least(dst, x, g []float64) {
	for i, v := range x {
		dst[i] = w.slope(i, v, g[i])
	}
}

// slope is an entry of least.
func (w L1) slope(i int, x, g float64) float64 {
	switch {
	case x > 0:
		return g + w[i]
	case x < 0:
		return g - w[i]
	}
	return shrink(g, w[i])
}

// single is Prox for one variable with metric/t = m.
func (w L1) single(i int, v, m float64) float64 { return shrink(v, w[i]/m) }

// inside tells whether a variable is at no kink.
func (w L1) inside(i int, x float64) bool { return x != 0 || w[i] == 0 }

// reach is how many steps a variable may go before it comes to a kink, and kink
// is where that is.
func (w L1) reach(i int, x, step float64) float64 {
	if w[i] > 0 && (x > 0 && step < 0 || x < 0 && step > 0) {
		return -x / step
	}
	return math.Inf(1)
}

func (L1) kink(int, float64) float64 { return 0 }

// free tells whether a variable has no kink at all.
func (w L1) free(i int) bool { return w[i] == 0 }

// held tells whether a variable is at a kink that steepest descent does not
// leave.
func (w L1) held(i int, x, least []float64) bool { return x[i] == 0 && least[i] == 0 && w[i] > 0 }

// align clears what leads from a kink to the side where f + h rises.
func (w L1) align(step, x, least []float64) {
	for i, v := range x {
		if v == 0 && w[i] > 0 && !(float64(step[i]*least[i]) < 0) {
			step[i] = 0
		}
	}
}

// project stops at the kinks between x and z.
func (w L1) project(z, x, least []float64) {
	for i, v := range x {
		side := v
		if v == 0 {
			side = -least[i]
		}
		if w[i] > 0 && (z[i] < 0 && side >= 0 || z[i] > 0 && side <= 0) {
			z[i] = 0
		}
	}
}

// A Box is h(x) = 0 for Lower ≤ x ≤ Upper, else +Inf: bounds, one a variable,
// which may be infinite. A nil slice is no bounds.
type Box struct {
	Lower, Upper []float64
}

// Value implements [Rough].
func (b Box) Value(x []float64) float64 {
	for i, v := range x {
		if low, high := b.at(i); !(low <= v && v <= high) {
			return math.Inf(1)
		}
	}
	return 0
}

func (b Box) at(i int) (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	if b.Lower != nil {
		low = b.Lower[i]
	}
	if b.Upper != nil {
		high = b.Upper[i]
	}
	return low, high
}

// Prox implements [Rough]: entries move to the nearest bound.
func (b Box) Prox(dst, x, _ []float64, _ float64) {
	for i, v := range x {
		low, high := b.at(i)
		dst[i] = min(max(v, low), high)
	}
}

// least is the gradient without what leads out of the box.
func (b Box) least(dst, x, g []float64) {
	for i, v := range x {
		dst[i] = b.slope(i, v, g[i])
	}
}

func (b Box) slope(i int, x, g float64) float64 {
	if low, high := b.at(i); x <= low && g > 0 || x >= high && g < 0 {
		return 0
	}
	return g
}

func (b Box) inside(i int, x float64) bool {
	low, high := b.at(i)
	return low < x && x < high
}

func (b Box) reach(i int, x, step float64) float64 {
	if step == 0 {
		return math.Inf(1)
	}
	return (b.kink(i, step) - x) / step
}

func (b Box) kink(i int, step float64) float64 {
	low, high := b.at(i)
	if step < 0 {
		return low
	}
	return high
}

func (b Box) free(i int) bool {
	low, high := b.at(i)
	return math.IsInf(low, -1) && math.IsInf(high, 1)
}

func (b Box) single(i int, v, _ float64) float64 {
	low, high := b.at(i)
	return min(max(v, low), high)
}

func (b Box) held(i int, x, least []float64) bool {
	low, high := b.at(i)
	return (x[i] <= low || x[i] >= high) && least[i] == 0
}

func (b Box) align(step, x, _ []float64) {
	for i, v := range x {
		if low, high := b.at(i); v <= low && step[i] < 0 || v >= high && step[i] > 0 {
			step[i] = 0
		}
	}
}

func (b Box) project(z, _, _ []float64) { b.Prox(z, z, nil, 0) }
