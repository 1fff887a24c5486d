// Package batch fits very many small models: one of every group of rows, of
// every target of one design, of every window of rows, replicate or fold.
//
//   - [Groups] are rows with a key: sorted, or by an index that [Order] makes;
//   - [CrossValidate] chooses a penalty: folds × penalties from one reading;
//   - [Roll] fits windows that roll or expand;
//   - [FitTargets] fits many targets on one design;
//   - [Resample] fits bootstrap replicates, [LeaveOneOut] all rows but one.
//
// A fit that fails has a [Status] that says so and never stops the others.
// Results are flat slices, a fit after the other; see [Fits]. The order of
// every sum is fixed, so the same data give the same bits with any number of
// threads and any instruction set.
package batch
