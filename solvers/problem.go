package solvers

import "context"

// A Problem is a function f: R^Dim → R to be minimised. Methods ask for more
// than this; see [Gradienter], [Hessianer] and what follows them.
//
// An evaluation must neither keep nor change x, and overwrites all it is asked
// for, whatever was there. A point where f is undefined is no error but a value
// that is not finite; methods that search back off from it. An error ends the
// run.
type Problem interface {
	Dim() int
}

// A Gradienter computes the value and the gradient together. g has length Dim.
type Gradienter interface {
	Problem
	Gradient(ctx context.Context, x, g []float64) (f float64, err error)
}

// A Hessianer computes value, gradient and Hessian together. h is Dim×Dim
// row-major; its upper triangle, the diagonal included, is set.
type Hessianer interface {
	Gradienter
	Hessian(ctx context.Context, x, g, h []float64) (f float64, err error)
}

// A HessianVectorer multiplies the Hessian at x with a vector, dst = H(x)·v,
// which takes far less than a Hessian where there are many variables. All have
// length Dim; dst is neither x nor v.
type HessianVectorer interface {
	Gradienter
	HessianVector(ctx context.Context, dst, x, v []float64) error
}

// A Diagonaler computes the diagonal of the Hessian alone, which scales the
// variables for methods that know gradients only. dst has length Dim.
type Diagonaler interface {
	Problem
	HessianDiagonal(ctx context.Context, dst, x []float64) error
}

// A BlockDiagonaler computes blocks on the diagonal of the Hessian. dst gets
// the diagonal entries of leading variables, see [Leader], then one block after
// the other of size consecutive variables, the last one perhaps of fewer, each
// size×size row-major with the upper triangle set.
type BlockDiagonaler interface {
	Problem
	HessianBlocks(ctx context.Context, dst []float64, size int, x []float64) error
}

// An Expecter is a sum of negative log-likelihoods, or another function of which
// an expected Hessian is known. h is Dim×Dim row-major; its upper triangle is
// set.
type Expecter interface {
	Problem
	ExpectedHessian(ctx context.Context, x, h []float64) error
}

// A FiniteSum is a sum of many terms, and perhaps of a rest that is part of none,
// such as a penalty. Stochastic methods take steps from few terms at a time.
type FiniteSum interface {
	Gradienter
	// Terms is the number of terms.
	Terms() int
	// Sample estimates value and gradient without bias from a batch of terms:
	// their sum, times Terms over the length of the batch, plus the rest. An
	// empty batch is the rest alone. g has length Dim.
	Sample(ctx context.Context, b Batch, x, g []float64) (f float64, err error)
}

// A ChangeSum is a FiniteSum that estimates from one read of a batch how its
// gradient has changed: g gets what Sample estimates at x, less what it estimates at
// since. Without this, batches are sampled at both.
type ChangeSum interface {
	FiniteSum
	SampleChange(ctx context.Context, b Batch, x, since, g []float64) error
}

// A HessianSum is a FiniteSum that estimates Hessians too. h is as in
// [Hessianer].
type HessianSum interface {
	FiniteSum
	SampleHessian(ctx context.Context, b Batch, x, g, h []float64) (f float64, err error)
}

// A Batch is some terms of a [FiniteSum]: those that Index lists, or where it is
// nil those from From up to, and without, To. It must not be kept or changed.
type Batch struct {
	From, To int
	Index    []int
	// Next are terms that are likely to come next, for who wants to fetch them
	// from memory meanwhile. With an Index only; nil if nobody knows.
	Next []int
}

// Len is the number of terms of the batch.
func (b Batch) Len() int {
	if b.Index != nil {
		return len(b.Index)
	}
	return b.To - b.From
}

// At is the term at a position in the batch.
func (b Batch) At(i int) int {
	if b.Index != nil {
		return b.Index[i]
	}
	return b.From + i
}

// A Leader has variables, 0 or 1 of them in front of the others, that stand for
// an intercept: they are eliminated first, and rank and condition are those of
// the others beside them. A problem without this has none.
type Leader interface {
	Lead() int
}

// A Quadratic tells whether f is exactly quadratic, so that its Hessian is the
// same everywhere and one Newton step is the answer.
type Quadratic interface {
	Quadratic() bool
}

// An Approximate problem returns Hessians that are summed in less than double
// precision. HessianTolerance is the share of a diagonal entry that may be
// rounding and counts as zero where rank is judged. A problem without this has
// a tolerance that fits sums in float64.
type Approximate interface {
	HessianTolerance() float64
}

// A Threaded problem says how many goroutines at most are to work on a
// factorisation of its Hessian. A problem without this leaves it to
// runtime.GOMAXPROCS(0).
type Threaded interface {
	Threads() int
}

// threadsOf is the limit of a problem, 0 if it has none.
func threadsOf(p Problem) int {
	if t, ok := p.(Threaded); ok {
		return t.Threads()
	}
	return 0
}

// A Stopper knows better than any method when to stop. It is asked once for
// every iterate, the start included, when the method goes on or has converged;
// any status but Running ends the run with it and with the reason.
type Stopper interface {
	Stop(it *Iterate) (status Status, reason string)
}
