package bench

import (
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// Names of the types of data.
const (
	Float64 = "float64"
	Float32 = "float32"
)

// A workload is something to measure. A new one is a file like gram.go, with a
// line in workloads.
type workload struct {
	name string

	// flops is the number of operations a row of p columns needs. Beside X a
	// row has a target, of the type of the data, or a weight, in float64.
	flops            func(p int) float64
	target, weighted bool
	loss             loss.Loss // whose vector mathematics is part of the roof; nil is none
	vector, matrix   bool      // what its answer has

	// passes is how often the roof counts all of that; nil is once.
	passes func(Answer) int

	ours ours
	blas blasWork // how a peer that is a BLAS does it; the zero value is not at all

	// tolerance is how far answers of right peers may be from ours; nil is
	// that of sums over n rows. A fit has a judge instead: what the answer is
	// worth, not where it is.
	tolerance func(dtype string, ours Answer) float64
	judge     judge

	whole    bool                  // a whole fit, or many: measured on request alone
	needs    needs                 // of data beside X, y, d and β
	beside   func(p int) int       // numbers a row of those, and of results, that the roof counts too; nil is none
	fewest   func(columns int) int // rows with fewer of which there is nothing to do; nil is as many as columns
	shortest func(columns int) int // rows that a slow peer gets at least; nil is all of them where it is a whole fit
}

// workloads is everything there is to measure.
var workloads = []workload{
	gram, sandwich, grad, hvp, logistic, newton,
	fitGaussian, fitBinomial, fitPoisson, fitGamma, fitTweedie, fitExact, path, sgdGaussian, sgdBinomial,
	groups, groupsBinomial, groupsRidge, groupsWeighted, targets, rolling, expanding, recursive, folds,
}

// ours is our code for both types of data.
type ours struct {
	f64 func(*Problem[float64]) (Answer, error)
	f32 func(*Problem[float32]) (Answer, error)
}

// run does the workload once.
func run[T kernels.Float](w workload, b *Problem[T]) (Answer, error) {
	switch b := any(b).(type) {
	case *Problem[float64]:
		return w.ours.f64(b)
	default:
		return w.ours.f32(b.(*Problem[float32]))
	}
}

var (
	triangle = func(p int) float64 { return float64(p) * float64(p+1) }
	products = func(p int) float64 { return 4 * float64(p) }
)

// Workloads are the names of the kernels and passes that can be measured, and
// Fits those of whole fits.
func Workloads() []string { return names(false) }
func Fits() []string      { return names(true) }

func names(whole bool) []string {
	var names []string
	for _, w := range workloads {
		if w.whole == whole {
			names = append(names, w.name)
		}
	}
	return names
}

// bytes is how much of memory a row of p columns is, with numbers of X of a
// size.
func (w workload) bytes(p, size int) float64 {
	bytes := p * size
	if w.target {
		bytes += size
	}
	if w.weighted {
		bytes += 8
	}
	if w.beside != nil {
		bytes += w.beside(p) * size
	}
	return float64(bytes)
}

// least is how many rows are enough to try something on.
func (w workload) least(columns int) int {
	if w.shortest == nil {
		return 256
	}
	return max(256, w.shortest(columns))
}

func find(name string) (workload, bool) {
	i := slices.IndexFunc(workloads, func(w workload) bool { return w.name == name })
	if i < 0 {
		return workload{}, false
	}
	return workloads[i], true
}
