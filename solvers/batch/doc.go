// Package batch fits very many small models: one of every group of rows, of
// every target of one design, of every window of rows, replicate or fold.
//
// [Groups] are rows with a key: sorted, or by an index that [Order] makes.
//
// A fit that fails has a [Status] that says so and never stops the others.
// Results are flat slices, a fit after the other; see [Fits]. A fit is the work
// of one goroutine, or of passes whose sums do not depend on threads, so the
// same data give the same bits with any number of threads and any instruction
// set.
package batch
