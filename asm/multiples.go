package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// addMultiple emits dst[i] = fma(weight, x[i], dst[i]) for n elements, and moves
// the pointers. What is less than a vector is taken in halves of halves: a
// masked store would keep the load waiting that soon follows it.
func (k *kernel) addMultiple(dst, x, n reg.Register, weight reg.VecVirtual) {
	k.wholeVectors(n, []reg.Register{dst, x}, 4, func(i int) {
		sum := k.vec()
		k.loadData(at(dst, i*k.vector), sum)
		if k.size == 8 {
			k.VFMADD231PD(at(x, i*k.vector), weight, sum)
			k.VMOVUPD(sum, at(dst, i*k.vector))
		} else {
			k.VFMADD231PS(at(x, i*k.vector), weight, sum)
			k.VMOVUPS(sum, at(dst, i*k.vector))
		}
	})
	for width := k.vector / 2; width >= k.size; width /= 2 {
		skip := fmt.Sprintf("below%d", width/k.size)
		k.TESTQ(operand.I32(int32(width/k.size)), n)
		k.JZ(operand.LabelRef(skip))
		k.addPart(dst, x, width, weight)
		if width > k.size {
			k.ADDQ(imm(width), dst)
			k.ADDQ(imm(width), x)
		}
		k.Label(skip)
	}
}

// addPart does so many bytes, a power of two below a vector.
func (k *kernel) addPart(dst, x reg.Register, width int, weight reg.VecVirtual) {
	sum, v := k.YMM(), k.YMM()
	switch {
	case width == 32 && k.size == 8:
		k.VMOVUPD(at(dst, 0), sum)
		k.VFMADD231PD(at(x, 0), weight.AsY(), sum)
		k.VMOVUPD(sum, at(dst, 0))
	case width == 32:
		k.VMOVUPS(at(dst, 0), sum)
		k.VFMADD231PS(at(x, 0), weight.AsY(), sum)
		k.VMOVUPS(sum, at(dst, 0))
	case width == 16 && k.size == 8:
		k.VMOVUPD(at(dst, 0), sum.AsX())
		k.VFMADD231PD(at(x, 0), weight.AsX(), sum.AsX())
		k.VMOVUPD(sum.AsX(), at(dst, 0))
	case width == 16:
		k.VMOVUPS(at(dst, 0), sum.AsX())
		k.VFMADD231PS(at(x, 0), weight.AsX(), sum.AsX())
		k.VMOVUPS(sum.AsX(), at(dst, 0))
	case width == 8 && k.size == 8:
		k.VMOVSD(at(dst, 0), sum.AsX())
		k.VFMADD231SD(at(x, 0), weight.AsX(), sum.AsX())
		k.VMOVSD(sum.AsX(), at(dst, 0))
	case width == 8: // two float32
		k.VMOVSD(at(dst, 0), sum.AsX())
		k.VMOVSD(at(x, 0), v.AsX())
		k.VFMADD231PS(v.AsX(), weight.AsX(), sum.AsX())
		k.VMOVSD(sum.AsX(), at(dst, 0))
	default:
		k.VMOVSS(at(dst, 0), sum.AsX())
		k.VFMADD231SS(at(x, 0), weight.AsX(), sum.AsX())
		k.VMOVSS(sum.AsX(), at(dst, 0))
	}
}
