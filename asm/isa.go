package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An isa is one column of the generator: a target instruction set and the
// register budget that its kernels are shaped by.
type isa struct {
	pkg        string // the folder under internal/
	vector     int    // bytes of a vector register
	tileRows   int    // rows of the output tile that a tile kernel holds in registers
	masks      bool   // the instruction set has mask registers
	tileTurn   int    // rows of two panels that a turn of a tile's loop takes
	narrowTurn int    // and of one that a turn of a sweep of narrow takes
}

// isas is the ISA table: every family is generated once for each entry.
var isas = []isa{
	{pkg: "avx2", vector: 32, tileRows: 4, tileTurn: 4, narrowTurn: 4},
	{pkg: "avx512", vector: 64, tileRows: 8, masks: true, tileTurn: 2, narrowTurn: 1},
}

// An element is the type of the data that a kernel reads.
type element struct {
	name string // as it ends a function's name
	size int    // bytes
	typ  string // Go type
}

var (
	float64s = element{name: "64", size: 8, typ: "float64"}
	float32s = element{name: "32", size: 4, typ: "float32"}
)

// A kernel emits one function for one ISA and one element type. Its methods
// are the vocabulary of the families: what differs between instruction sets
// is hidden here, and only here.
type kernel struct {
	*build.Context
	isa
	element
	*pool
	streams int // vectors that an elementwise loop takes at a time
}

// A pool is the constants of a file.
type pool struct {
	tables    map[int]operand.Mem    // of masks, by the size of their lanes
	constants map[uint64]operand.Mem // by their bits
	masksOf   map[string]operand.Mem // lanes that are known when code is generated
}

func newPool() *pool {
	return &pool{map[int]operand.Mem{}, map[uint64]operand.Mem{}, map[string]operand.Mem{}}
}

// lanes is how many float64 a vector register holds.
func (k *kernel) lanes() int { return k.vector / 8 }

// vec is a fresh vector register.
func (k *kernel) vec() reg.VecVirtual {
	if k.vector == 64 {
		return k.ZMM()
	}
	return k.YMM()
}

// registers is how many vector registers there are.
func (k *kernel) registers() int {
	if k.masks {
		return 32
	}
	return 16
}

// half is the lower half of v: where as many float32 live as v has float64.
func (k *kernel) half(v reg.VecVirtual) reg.Register {
	if k.vector == 64 {
		return v.AsY()
	}
	return v.AsX()
}

// octet is as many fresh registers as hold eight float64.
func (k *kernel) octet() []reg.VecVirtual {
	vs := make([]reg.VecVirtual, 8/k.lanes())
	for i := range vs {
		vs[i] = k.vec()
	}
	return vs
}

// zero clears a register. avo knows that this instruction does not depend on
// what the register held; it does not of VPXORQ.
func (k *kernel) zero(v reg.VecVirtual) { k.VXORPD(v, v, v) }

// signature is the Go signature of a function whose element type is filled in.
func (k *kernel) signature(format string) string {
	return fmt.Sprintf(format, k.typ)
}

// pointer loads a pointer or integer argument into a register.
func (k *kernel) argument(name string) reg.GPVirtual {
	return k.Load(k.Param(name), k.GP64()).(reg.GPVirtual)
}

// bytes turns a stride counted in elements of the given size into bytes.
func (k *kernel) bytes(stride reg.Register, size int) {
	shift := map[int]uint64{4: 2, 8: 3}[size]
	k.SHLQ(operand.Imm(shift), stride)
}

// imm is an immediate operand of integer arithmetic.
func imm(n int) operand.Op {
	if -128 <= n && n < 128 {
		return operand.I8(int8(n))
	}
	return operand.I32(int32(n))
}

func at(base reg.Register, disp int) operand.Mem {
	return operand.Mem{Base: base, Disp: disp}
}

// finish ends a function. VZEROUPPER spares the SSE code that follows the
// transition penalty.
func (k *kernel) finish() {
	k.VZEROUPPER()
	k.RET()
}

const noSplit = attr.NOSPLIT

// A tail masks the first rem lanes of one vector.
type tail struct {
	bits         reg.Register   // AVX-512
	mask, narrow reg.VecVirtual // AVX2: for 64-bit and for 32-bit lanes
}

// tail prepares the mask that keeps lanes [0, rem-skip) of a vector of
// float64 lanes; rem is a register with a value in 0 … 8.
func (k *kernel) tail(rem reg.Register, skip int) tail {
	if k.masks {
		return tail{bits: k.bitmask(rem)}
	}
	t := tail{mask: k.YMM()}
	k.VMOVUPD(k.window(rem, 8, skip), t.mask)
	if k.size == 4 {
		t.narrow = k.XMM()
		k.VMOVUPS(k.window(rem, 4, skip), t.narrow)
	}
	return t
}

// bitmask is a mask register with the lowest rem bits set.
func (k *kernel) bitmask(rem reg.Register) reg.Register {
	ones, m := k.GP64(), k.K()
	k.MOVQ(operand.I32(-1), ones)
	k.BZHIQ(rem, ones, ones)
	k.KMOVW(ones.As32(), m)
	return m
}

// window points into a table of eight lanes of zeros, eight of ones and eight
// of zeros, so that exactly the first rem-skip lanes loaded from there are ones.
func (k *kernel) window(rem reg.Register, size, skip int) operand.Mem {
	offset := k.GP64()
	k.MOVQ(rem, offset)
	k.NEGQ(offset)
	return operand.Mem{Base: k.maskTable(size), Index: offset, Scale: uint8(size), Disp: (16 + skip) * size}
}

// maskTable loads the address of the table that window describes.
func (k *kernel) maskTable(size int) reg.Register {
	table, ok := k.tables[size]
	if !ok {
		table = k.StaticGlobal(fmt.Sprintf("masks%d", size))
		k.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 24 {
			ones := uint64(0)
			if i/8 == 1 {
				ones = ^uint64(0)
			}
			if size == 8 {
				k.AppendDatum(operand.U64(ones))
			} else {
				k.AppendDatum(operand.U32(ones))
			}
		}
		k.tables[size] = table
	}
	address := k.GP64()
	k.LEAQ(table, address)
	return address
}

// load reads a vector of data as float64.
func (k *kernel) load(m operand.Mem, v reg.VecVirtual) {
	if k.size == 8 {
		k.VMOVUPD(m, v)
	} else {
		k.VCVTPS2PD(m, v)
	}
}

func (k *kernel) loadTail(m operand.Mem, t tail, v reg.VecVirtual) {
	switch {
	case k.masks && k.size == 8:
		k.VMOVUPD_Z(m, t.bits, v)
	case k.masks:
		k.VCVTPS2PD_Z(m, t.bits, v)
	case k.size == 8:
		k.VMASKMOVPD(m, t.mask, v)
	default:
		k.VMASKMOVPS(m, t.narrow, v.AsX())
		k.VCVTPS2PD(v.AsX(), v)
	}
}

// loadRaw reads a vector of data in its own type, into half a register if
// that is float32. It is the form in which a shift is subtracted.
func (k *kernel) loadRaw(m operand.Mem, v reg.VecVirtual) {
	if k.size == 8 {
		k.VMOVUPD(m, v)
	} else {
		k.VMOVUPS(m, k.half(v))
	}
}

func (k *kernel) loadRawTail(m operand.Mem, t tail, v reg.VecVirtual) {
	switch {
	case k.masks && k.size == 8:
		k.VMOVUPD_Z(m, t.bits, v)
	case k.masks:
		k.VMOVUPS_Z(m, t.bits, k.half(v))
	case k.size == 8:
		k.VMASKMOVPD(m, t.mask, v)
	default:
		k.VMASKMOVPS(m, t.narrow, k.half(v))
	}
}

// center turns raw data x into float64(x - c), c raw too.
func (k *kernel) center(c operand.Op, x reg.VecVirtual) {
	if k.size == 8 {
		k.VSUBPD(c, x, x)
	} else {
		k.VSUBPS(c, k.half(x), k.half(x))
		k.VCVTPS2PD(k.half(x), x)
	}
}

// raw is v as an operand in the data's own type.
func (k *kernel) raw(v reg.VecVirtual) operand.Op {
	if k.size == 8 {
		return v
	}
	return k.half(v)
}

// load64Tail and store64Tail move float64 lanes whatever the data's type.
func (k *kernel) load64Tail(m operand.Mem, t tail, v reg.VecVirtual) {
	if k.masks {
		k.VMOVUPD_Z(m, t.bits, v)
	} else {
		k.VMASKMOVPD(m, t.mask, v)
	}
}

func (k *kernel) store64Tail(v reg.VecVirtual, t tail, m operand.Mem) {
	if k.masks {
		k.VMOVUPD(v, t.bits, m)
	} else {
		k.VMASKMOVPD(v, t.mask, m)
	}
}

// reduce adds the eight lanes of an octet as the definition has it: lane j
// with j+4, then j with j+2, then j with j+1. The sum is the lowest lane of
// the register that is returned; the octet is consumed.
func (k *kernel) reduce(octet []reg.VecVirtual) reg.Register {
	sum, other := octet[0], k.YMM()
	if k.vector == 64 {
		k.VEXTRACTF64X4(operand.Imm(1), sum, other)
		k.VADDPD(other, sum.AsY(), sum.AsY())
	} else {
		k.VADDPD(octet[1], sum, sum)
	}
	k.VEXTRACTF128(operand.Imm(1), sum.AsY(), other.AsX())
	k.VADDPD(other.AsX(), sum.AsX(), sum.AsX())
	k.VPERMILPD(operand.Imm(1), sum.AsX(), other.AsX())
	k.VADDSD(other.AsX(), sum.AsX(), sum.AsX())
	return sum.AsX()
}
