//go:build !linux

package bench

// plainBuffer is an ordinary buffer: only Linux is told about pages.
func plainBuffer(bytes int) (buffer []float64, free func()) { return Buffer(bytes), func() {} }
