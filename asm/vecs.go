package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A vecs is a vector of each stream of an elementwise loop. Arithmetic on it
// reads like the definition: an operation has a register of its own for its
// result, but for the fused ones, which change the first argument.
type vecs []reg.VecVirtual

func (k *kernel) vecs() vecs {
	v := make(vecs, k.streams)
	for i := range v {
		v[i] = k.vec()
	}
	return v
}

// all is c in every lane, in one register that the streams share.
func (k *kernel) all(c float64) vecs { return k.allBits(math.Float64bits(c)) }

func (k *kernel) allBits(c uint64) vecs {
	v, shared := make(vecs, k.streams), k.vec()
	k.VBROADCASTSD(k.constant(c), shared)
	for i := range v {
		v[i] = shared
	}
	return v
}

// own is c in every lane, in a register of each stream.
func (k *kernel) own(c float64) vecs {
	v := k.vecs()
	for i := range v {
		k.VBROADCASTSD(k.constant(math.Float64bits(c)), v[i])
	}
	return v
}

// constant is c in memory, once a file.
func (k *kernel) constant(c uint64) operand.Mem {
	m, ok := k.constants[c]
	if !ok {
		m = k.ConstData(fmt.Sprintf("bits%016x", c), operand.U64(c))
		k.constants[c] = m
	}
	return m
}

func (k *kernel) binary(instruction func(...operand.Op), a, b vecs) vecs {
	v := k.vecs()
	for i := range v {
		instruction(b[i], a[i], v[i])
	}
	return v
}

func (k *kernel) add(a, b vecs) vecs { return k.binary(k.VADDPD, a, b) }
func (k *kernel) sub(a, b vecs) vecs { return k.binary(k.VSUBPD, a, b) }
func (k *kernel) mul(a, b vecs) vecs { return k.binary(k.VMULPD, a, b) }
func (k *kernel) div(a, b vecs) vecs { return k.binary(k.VDIVPD, a, b) }
func (k *kernel) and(a, b vecs) vecs { return k.binary(k.VANDPD, a, b) }
func (k *kernel) or(a, b vecs) vecs  { return k.binary(k.VORPD, a, b) }

// max and min are b where the two are equal or one is NaN.
func (k *kernel) max(a, b vecs) vecs { return k.binary(k.VMAXPD, a, b) }
func (k *kernel) min(a, b vecs) vecs { return k.binary(k.VMINPD, a, b) }

// addBits and subBits are integer arithmetic on 64-bit lanes.
func (k *kernel) addBits(a, b vecs) vecs { return k.binary(k.VPADDQ, a, b) }
func (k *kernel) subBits(a, b vecs) vecs { return k.binary(k.VPSUBQ, a, b) }

func (k *kernel) left(a vecs, n uint64) vecs {
	v := k.vecs()
	for i := range v {
		k.VPSLLQ(operand.Imm(n), a[i], v[i])
	}
	return v
}

func (k *kernel) right(a vecs, n uint64) vecs {
	v := k.vecs()
	for i := range v {
		k.VPSRLQ(operand.Imm(n), a[i], v[i])
	}
	return v
}

func (k *kernel) clone(a vecs) vecs {
	v := k.vecs()
	for i := range v {
		k.VMOVAPD(a[i], v[i])
	}
	return v
}

// addProduct is sum += a·b, rounded once.
func (k *kernel) addProduct(sum, a, b vecs) {
	for i := range sum {
		k.VFMADD231PD(a[i], b[i], sum[i])
	}
}

// subProduct is sum −= a·b, rounded once.
func (k *kernel) subProduct(sum, a, b vecs) {
	for i := range sum {
		k.VFNMADD231PD(a[i], b[i], sum[i])
	}
}

// timesPlus is v = v·a + b, rounded once.
func (k *kernel) timesPlus(v, a, b vecs) {
	for i := range v {
		k.VFMADD213PD(b[i], a[i], v[i])
	}
}

// A mask is a truth value for each lane: a mask register, or with AVX2 the
// sign bit of a lane.
type mask []reg.Register

// Predicates of comparison, as VCMPPD numbers them. Not less and not greater
// are true of NaN.
const (
	equal      = 0x00
	less       = 0x11
	notLess    = 0x15
	notGreater = 0x1a
)

func (k *kernel) compare(a vecs, predicate uint64, b vecs) mask {
	m := make(mask, k.streams)
	for i := range m {
		if k.masks {
			m[i] = k.K()
		} else {
			m[i] = k.vec()
		}
		k.VCMPPD(operand.Imm(predicate), b[i], a[i], m[i])
	}
	return m
}

// negative is the sign bits of v.
func (k *kernel) negative(v vecs) mask {
	m := make(mask, k.streams)
	for i := range m {
		m[i] = v[i]
		if k.masks {
			m[i] = k.K()
			k.VPMOVQ2M(v[i], m[i])
		}
	}
	return m
}

// lanes of a span are those that it has not cut off.
func (s span) present() mask {
	if s.masks {
		return mask{s.cut.bits}
	}
	return mask{s.cut.mask}
}

// choose is yes where m is true, else no. A blend with a mask register will
// not do: avo thinks that it reads its destination, and keeps a register for it
// all the time.
func (k *kernel) choose(m mask, yes, no vecs) vecs {
	if k.masks {
		v := k.clone(no)
		for i := range v {
			k.VMOVAPD(yes[i], m[i], v[i])
		}
		return v
	}
	v := k.vecs()
	for i := range v {
		k.VBLENDVPD(m[i], yes[i], no[i], v[i])
	}
	return v
}

// polynomial is that of package ref, given x² too. It descends to the
// coefficients and joins them on the way back, which needs the fewest registers.
func (k *kernel) polynomial(c []float64, x, square vecs) vecs {
	powers, left := []vecs{x, square}, (len(c)+1)/2
	for left > 3 {
		square = k.mul(square, square)
		powers = append(powers, square)
		left = (left + 1) / 2
	}
	// term is the i-th of what is left when neighbours were joined level times.
	var term func(level, i int, owned bool) vecs
	term = func(level, i int, owned bool) vecs {
		first := i << level
		switch {
		case level > 0 && first+1<<(level-1) < len(c):
			sum := term(level-1, 2*i+1, true)
			k.timesPlus(sum, powers[level-1], term(level-1, 2*i, false))
			return sum
		case level > 0:
			return term(level-1, 2*i, owned)
		case owned:
			return k.own(c[first])
		}
		return k.all(c[first])
	}
	top := len(powers) - 1
	sum := term(top, left-1, true)
	for i := left - 2; i >= 0; i-- {
		k.timesPlus(sum, powers[top], term(top, i, false))
	}
	return sum
}
