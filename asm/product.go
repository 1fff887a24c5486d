package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What products of panels are made of: vectors in the data's own type, and
// their ends as float64.

func (k *kernel) loadData(m operand.Mem, v reg.VecVirtual) {
	if k.size == 8 {
		k.VMOVUPD(m, v)
	} else {
		k.VMOVUPS(m, v)
	}
}

func (k *kernel) storeData(v reg.VecVirtual, m operand.Mem) {
	if k.size == 8 {
		k.VMOVUPD(v, m)
	} else {
		k.VMOVUPS(v, m)
	}
}

func (k *kernel) broadcast(m operand.Mem, v reg.VecVirtual) {
	if k.size == 8 {
		k.VBROADCASTSD(m, v)
	} else {
		k.VBROADCASTSS(m, v)
	}
}

func (k *kernel) multiply(right operand.Op, left, acc reg.VecVirtual) {
	if k.size == 8 {
		k.VFMADD231PD(right, left, acc)
	} else {
		k.VFMADD231PS(right, left, acc)
	}
}

func (k *kernel) multiplyBroadcast(m operand.Mem, right, acc reg.VecVirtual) {
	if k.size == 8 {
		k.VFMADD231PD_BCST(m, right, acc)
	} else {
		k.VFMADD231PS_BCST(m, right, acc)
	}
}

// widen is v as vectors of float64.
func (k *kernel) widen(v reg.VecVirtual) []reg.VecVirtual {
	if k.size == 8 {
		return []reg.VecVirtual{v}
	}
	high := k.vec()
	upper := k.half(high)
	switch {
	case k.vector == 64:
		k.VEXTRACTF32X8(operand.Imm(1), v, upper)
	case k.masks:
		k.VEXTRACTF32X4(operand.Imm(1), v, upper)
	default:
		k.VEXTRACTF128(operand.Imm(1), v, upper)
	}
	k.VCVTPS2PD(k.half(v), v)
	k.VCVTPS2PD(upper, high)
	return []reg.VecVirtual{v, high}
}

// broadcastScale puts a weight, a float64 in memory, into all lanes of v,
// rounded to the data's type.
func (k *kernel) broadcastScale(m operand.Mem, v reg.VecVirtual) {
	if k.size == 8 {
		k.VBROADCASTSD(m, v)
		return
	}
	k.zero(v)
	k.VCVTSD2SS(m, v.AsX(), v.AsX())
	k.VBROADCASTSS(v.AsX(), v)
}

// weigh multiplies data by a weight from broadcastScale.
func (k *kernel) weigh(weight, v reg.VecVirtual) {
	if k.size == 8 {
		k.VMULPD(weight, v, v)
	} else {
		k.VMULPS(weight, v, v)
	}
}
