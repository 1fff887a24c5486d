// Package bench measures how far kernels and passes are from the roof of the
// machine they run on, and sets them beside other libraries: gonum in the same
// process, and whatever else implements [Peer].
//
// The roof of a workload is the time that no program can beat,
//
//	max(bytes / bandwidth, FLOP / peak) + rows · (vector mathematics of the loss a row),
//
// where bytes are those of every array that is read or written, counted once,
// bandwidth and peak are measured in the same run with kernels that do nothing
// else, and the loss is measured on a block that lies in the first-level
// cache.
//
// A peer's answer is compared with ours before it is timed. Ours and the
// peers' then run in turn, so that what the machine does happens to all.
package bench
