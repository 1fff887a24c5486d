package bench

import (
	"math"
	"sync/atomic"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// generic has one peak for both types: Go has no fused multiply-add of float32.
var generic = probe{
	peak64: genericPeak, peak32: genericPeak,
	flops64: 2 * ref.PeakMultiplyAdds, flops32: 2 * ref.PeakMultiplyAdds,
	read: func(x *byte, n int) { sink.Store(ref.Read(unsafe.Slice(x, n))) },
}

func genericPeak(turns int) { sink.Store(math.Float64bits(ref.Peak(turns))) }

// sink keeps results that nobody needs, so that the compiler does not leave
// their computation out.
var sink atomic.Uint64
