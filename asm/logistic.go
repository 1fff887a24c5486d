package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

func logisticFamily(k *kernel) {
	k.unary("Sigmoid", "Sigmoid computes dst = 1/(1 + exp(−x)).", k.pair(), func(x vecs) vecs {
		q, small := k.sigmoids(k.expOfMinusAbs(x))
		return k.choose(k.negative(x), small, q)
	})
	k.unary("Softplus", "Softplus computes dst = log(1 + exp(x)).", k.pair(), func(x vecs) vecs {
		return k.softplus(x, k.expOfMinusAbs(x))
	})
	k.logistic()
}

// logistic emits the logistic loss with its derivatives, as ref.Logistic. The
// exponentials of some elements come first, into the frame, and then all that
// is made of them: a turn of one loop would be a chain so long that the machine
// cannot see far enough to overlap it with the next.
func (k *kernel) logistic() {
	k.Function("Logistic")
	k.Pragma("noescape")
	k.SignatureExpr("func(value, r, d, eta, y, w *float64, n int) (low, high float64)")
	k.Doc("Logistic computes the logistic loss, its derivatives and the least and the greatest margin.")
	value, r, d := k.argument("value"), k.argument("r"), k.argument("d")
	eta, y, w, n := k.argument("eta"), k.argument("y"), k.argument("w"), k.argument("n")
	const some = 128
	frame := k.AllocLocal(8 * some)
	ahead := k.GP64()
	k.MOVQ(eta, ahead)
	k.streams = k.pair()
	least, greatest := k.own(math.Inf(1)), k.own(math.Inf(-1)) // of s

	k.Label("some")
	left, e := k.GP64(), k.GP64()
	k.take(n, some, left)
	k.LEAQ(frame, e)
	k.elementwise("E", left, []reg.Register{ahead, e}, k.pair(), func(p span) {
		p.store(p.expOfMinusAbs(p.load(ahead)), e)
	})
	k.take(n, some, left)
	k.LEAQ(frame, e)
	body := func(weighted bool) func(span) {
		return func(p span) {
			sign := p.own(1)
			p.subProduct(sign, p.load(y), p.all(2))
			s := p.mul(sign, p.load(eta))
			weight, counted := vecs(nil), s
			switch {
			case weighted:
				weight = p.load(w) // 0 in lanes cut off
				counted = k.choose(k.compare(weight, notGreater, k.all(0)), k.all(math.NaN()), s)
			case p.cut != nil:
				counted = k.choose(p.present(), s, k.all(math.NaN()))
			}
			for i := range counted { // NaN leaves what there is
				k.VMINPD(least[i], counted[i], least[i])
				k.VMAXPD(greatest[i], counted[i], greatest[i])
			}
			store := func(v vecs, to reg.Register) {
				if weighted {
					v = k.mul(v, weight)
				}
				p.store(v, to)
			}
			e := p.load(e)
			q, small := k.sigmoids(e)
			high, low := k.logOfOnePlus(e)
			negative := k.negative(s)
			k.addProduct(low, s, k.choose(negative, k.all(0), k.all(1)))
			if weighted && !k.masks { // registers are too few to keep it
				weight = p.load(w)
			}
			store(k.add(high, low), value)
			store(k.mul(sign, k.choose(negative, small, q)), r)
			store(k.mul(small, q), d)
		}
	}
	k.TESTQ(w, w)
	k.JZ(operand.LabelRef("unweighted"))
	k.elementwise("W", left, []reg.Register{value, r, d, eta, y, w, e}, k.pair(), body(true))
	k.JMP(operand.LabelRef("next"))
	k.Label("unweighted")
	k.elementwise("", left, []reg.Register{value, r, d, eta, y, e}, k.pair(), body(false))
	k.Label("next")
	k.SUBQ(imm(some), n)
	k.JG(operand.LabelRef("some"))

	zero := k.XMM()
	k.VXORPD(zero, zero, zero)
	for i, v := range []reg.Register{k.fold(k.VMAXPD, greatest), k.fold(k.VMINPD, least)} {
		k.VSUBSD(v, zero, v) // a margin is −s, and a zero positive
		result, _ := k.ReturnIndex(i).Resolve()
		k.VMOVSD(v, result.Addr)
	}
	k.finish()
}

// take is the lesser of n and some.
func (k *kernel) take(n reg.Register, some int, taken reg.Register) {
	k.MOVQ(imm(some), taken)
	k.CMPQ(n, taken)
	k.CMOVQLT(n, taken)
}

// fold joins all lanes of v with an instruction for which their order does not
// matter, in the lowest lane.
func (k *kernel) fold(instruction func(...operand.Op), v vecs) reg.Register {
	first, other := v[0], k.YMM()
	for _, next := range v[1:] {
		instruction(next, first, first)
	}
	if k.vector == 64 {
		k.VEXTRACTF64X4(operand.Imm(1), first, other)
		instruction(other, first.AsY(), first.AsY())
	}
	k.VEXTRACTF128(operand.Imm(1), first.AsY(), other.AsX())
	instruction(other.AsX(), first.AsX(), first.AsX())
	k.VPERMILPD(operand.Imm(1), first.AsX(), other.AsX())
	instruction(other.AsX(), first.AsX(), first.AsX())
	return first.AsX()
}

func (k *kernel) expOfMinusAbs(x vecs) vecs { return k.exp(k.or(x, k.allBits(1<<63))) }

// sigmoids is 1/(1 + e) and e/(1 + e), as in ref.
func (k *kernel) sigmoids(e vecs) (q, small vecs) {
	one := k.all(1)
	q = k.div(one, k.add(one, e))
	rest := k.sub(one, q)
	k.subProduct(rest, q, e)
	k.timesPlus(q, rest, q)
	return q, k.mul(e, q)
}

// logOfOnePlus is log(1 + e) for e from 0 to 1, and what its rounding has lost.
func (k *kernel) logOfOnePlus(e vecs) (high, low vecs) {
	square := k.mul(e, e)
	p := k.polynomial(ref.SoftplusCoefficients[:], e, square)
	high = k.clone(e)
	k.addProduct(high, square, p)
	low = k.sub(e, high)
	k.addProduct(low, square, p)
	return high, low
}

// softplus is log(1 + exp(x)), given e = exp(−|x|).
func (k *kernel) softplus(x, e vecs) vecs {
	high, low := k.logOfOnePlus(e)
	return k.add(high, k.add(k.max(x, k.all(0)), low))
}
