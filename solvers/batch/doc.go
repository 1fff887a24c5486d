// Package batch fits very many small models: one of every group of rows, of
// every target of one design, of every window of rows, replicate or fold.
//
// A fit that fails has a [Status] that says so and never stops the others.
// Results are flat slices, a fit after the other; see [Fits]. Every fit is the
// work of one goroutine, so the same data give the same bits with any number of
// threads and any instruction set.
package batch
