// Package bench measures how far kernels and passes are from the roof of the
// machine they run on, beside gonum in the same process.
//
// The roof of a workload is the time that no program can beat,
//
//	max(bytes / bandwidth, FLOP / peak) + rows · (vector mathematics of the loss a row),
//
// where bytes are those of every array that is read or written, counted once,
// bandwidth and peak are measured in the same run with kernels that do nothing
// else, and the loss is measured on a block that lies in the first-level
// cache.
package bench
