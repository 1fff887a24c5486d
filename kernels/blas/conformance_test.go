package blas_test

import (
	"testing"

	"gonum.org/v1/gonum/blas/testblas"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// TestConformance is gonum's own suite, at every level.
func TestConformance(t *testing.T) {
	var ours blas.Implementation
	suite := map[string]func(t *testing.T){
		"Dasum":  func(t *testing.T) { testblas.DasumTest(t, ours) },
		"Daxpy":  func(t *testing.T) { testblas.DaxpyTest(t, ours) },
		"Dcopy":  func(t *testing.T) { testblas.DcopyTest(t, ours) },
		"Ddot":   func(t *testing.T) { testblas.DdotTest(t, ours) },
		"Dnrm2":  func(t *testing.T) { testblas.Dnrm2Test(t, ours) },
		"Drot":   func(t *testing.T) { testblas.DrotTest(t, ours) },
		"Drotg":  func(t *testing.T) { testblas.DrotgTest(t, ours, false) },
		"Drotm":  func(t *testing.T) { testblas.DrotmTest(t, ours) },
		"Drotmg": func(t *testing.T) { testblas.DrotmgTest(t, ours) },
		"Dscal":  func(t *testing.T) { testblas.DscalTest(t, ours) },
		"Dswap":  func(t *testing.T) { testblas.DswapTest(t, ours) },
		"Idamax": func(t *testing.T) { testblas.IdamaxTest(t, ours) },
		"Dgbmv":  func(t *testing.T) { testblas.DgbmvTest(t, ours) },
		"Dgemv":  func(t *testing.T) { testblas.DgemvTest(t, ours) },
		"Dger":   func(t *testing.T) { testblas.DgerTest(t, ours) },
		"Dsbmv":  func(t *testing.T) { testblas.DsbmvTest(t, ours) },
		"Dspmv":  func(t *testing.T) { testblas.DspmvTest(t, ours) },
		"Dspr":   func(t *testing.T) { testblas.DsprTest(t, ours) },
		"Dspr2":  func(t *testing.T) { testblas.Dspr2Test(t, ours) },
		"Dsymv":  func(t *testing.T) { testblas.DsymvTest(t, ours) },
		"Dsyr":   func(t *testing.T) { testblas.DsyrTest(t, ours) },
		"Dsyr2":  func(t *testing.T) { testblas.Dsyr2Test(t, ours) },
		"Dtbmv":  func(t *testing.T) { testblas.DtbmvTest(t, ours) },
		"Dtbsv":  func(t *testing.T) { testblas.DtbsvTest(t, ours) },
		"Dtpmv":  func(t *testing.T) { testblas.DtpmvTest(t, ours) },
		"Dtpsv":  func(t *testing.T) { testblas.DtpsvTest(t, ours) },
		"Dtrmv":  func(t *testing.T) { testblas.DtrmvTest(t, ours) },
		"Dtrsv":  func(t *testing.T) { testblas.DtrsvTest(t, ours) },
		"Dtxmv":  func(t *testing.T) { testblas.DtxmvTest(t, ours) },
		"Dgemm":  func(t *testing.T) { testblas.TestDgemm(t, ours) },
		"Dsymm":  func(t *testing.T) { testblas.DsymmTest(t, ours) },
		"Dsyr2k": func(t *testing.T) { testblas.Dsyr2kTest(t, ours) },
		"Dsyrk":  func(t *testing.T) { testblas.DsyrkTest(t, ours) },
		"Dtrmm":  func(t *testing.T) { testblas.DtrmmTest(t, ours) },
		"Dtrsm":  func(t *testing.T) { testblas.DtrsmTest(t, ours) },
		"Zgemm":  func(t *testing.T) { testblas.ZgemmTest(t, ours) },
		"Zgemv":  func(t *testing.T) { testblas.ZgemvTest(t, ours) },
		"Ztrsm":  func(t *testing.T) { testblas.ZtrsmTest(t, ours) },
	}
	for _, level := range cpu.Available() {
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			for name, test := range suite {
				t.Run(name, test)
			}
		})
	}
}
