package kerneltest

import (
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
)

func TestNewMatrixIsZeroAndItsOwn(t *testing.T) {
	for _, shape := range [][2]int{{0, 0}, {0, 3}, {3, 0}, {1, 1}, {7, 5}, {1000, 700}} {
		m := kernels.NewMatrix[float32](shape[0], shape[1])
		if m.Rows != shape[0] || m.Cols != shape[1] || m.Stride != shape[1] || len(m.Data) != shape[0]*shape[1] || cap(m.Data) != len(m.Data) || !m.Valid() {
			t.Errorf("%v: %d×%d with stride %d and %d elements", shape, m.Rows, m.Cols, m.Stride, len(m.Data))
		}
		for i, v := range m.Data {
			if v != 0 {
				t.Fatalf("%v: element %d is %v", shape, i, v)
			}
		}
	}
}
