// Package pass reads X once and returns moments: the loss, the gradient and,
// where it is wanted, the Hessian of a generalised linear model.
//
//	block of rows ─> η = α + offset + (X − c)β ─> loss: ℓ, r, d ─> g += (X − c)ᵀr, H += (X − c)ᵀdiag(d)(X − c)
//
// A block stays in cache for all three steps. Moments add up, so blocks are
// handled on any number of goroutines and merged in a tree over their index;
// the bits of the result depend on the data alone, not on the number of
// threads, the instruction set, or whether the rows lie in memory or come from
// a reader. Nothing but a pass touches X.
//
// A pass keeps its scratch memory. Hand back moments with [Pass.Recycle], and
// it allocates nothing after its first runs.
//
// An [Exact] pass does least squares in double-double, for columns that are
// nearly collinear.
package pass
