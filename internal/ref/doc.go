// Package ref defines every kernel in pure Go: its constants, the operations
// and the order of every sum. It is what runs where no assembly does, and
// what each assembly kernel must equal bit for bit.
//
// Two rules keep the bits the same on every architecture. A product outside a
// fused multiply-add is written float64(a*b), because the compiler may
// otherwise fuse it with an addition that follows. And a NaN is a NaN: its
// payload is not part of any definition.
package ref

// Float is the type of data. Everything else is float64.
type Float interface{ float32 | float64 }
