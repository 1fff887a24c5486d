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
	sum := k.loadPart(at(dst, 0), width)
	k.multiplyPart(k.loadPart(at(x, 0), width), weight, sum, width)
	k.storePart(sum, at(dst, 0), width)
}

// loadPart is so many bytes in the low lanes of a register.
func (k *kernel) loadPart(m operand.Mem, width int) reg.VecVirtual {
	v := k.YMM()
	switch width {
	case 32:
		k.VMOVUPD(m, v)
	case 16:
		k.VMOVUPD(m, v.AsX())
	case 8:
		k.VMOVSD(m, v.AsX())
	default:
		k.VMOVSS(m, v.AsX())
	}
	return v
}

func (k *kernel) storePart(v reg.VecVirtual, m operand.Mem, width int) {
	switch width {
	case 32:
		k.VMOVUPD(v, m)
	case 16:
		k.VMOVUPD(v.AsX(), m)
	case 8:
		k.VMOVSD(v.AsX(), m)
	default:
		k.VMOVSS(v.AsX(), m)
	}
}

// multiplyPart adds the product of v and weight to sum, in lanes of so many bytes
// at least.
func (k *kernel) multiplyPart(v, weight, sum reg.VecVirtual, width int) {
	fma := k.VFMADD231PD
	if k.size == 4 {
		fma = k.VFMADD231PS
	}
	if width == 32 {
		fma(v.AsY(), weight.AsY(), sum.AsY())
	} else {
		fma(v.AsX(), weight.AsX(), sum.AsX())
	}
}
