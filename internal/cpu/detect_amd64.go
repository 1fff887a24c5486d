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

// zen4 is the family of AMD's processors that have AVX-512 and units of 256 bits.
const zen4 = 25

func inHalves() bool {
	return cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family == zen4
}
