// Package kerneltest holds every implementation of the kernels to their
// definition in internal/ref: bit for bit over small and ragged sizes,
// strides, unaligned starts and with guard pages around every argument; and
// the definition to exact arithmetic, within the bounds that package kernels
// states.
package kerneltest
