//go:build !purego

package cpu

import "github.com/klauspost/cpuid/v2"

const missing = "this CPU (or its operating system) does not support it"

// supported asks cpuid, which also checks that the operating system saves
// the wide registers (OSXSAVE and XGETBV).
func supported(l Level) bool {
	switch l {
	case AVX2:
		return cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.BMI2)
	case AVX512:
		return cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.BMI2, cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.AVX512VL)
	}
	return false
}

// zen4 and zen5 are families of AMD's processors with AVX-512.
const (
	zen4 = 25
	zen5 = 26
)

// detectUnits knows what was measured: Zen 4, and a Zen 5 of a server. Mobile Zen 5, of the
// same family, is said to have units of 256 bits. Intel's processors are known to
// shuffle on a unit that multiplies.
func detectUnits() Units {
	switch {
	case cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family == zen4:
		return Halves
	case cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family == zen5:
		return Apart
	}
	return Shared
}
