package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// logistic emits the vector mathematics of the logistic function; every step
// is that of ref.Logistic, in its order.
func logistic(k *kernel) {
	k.Function("Logistic")
	k.Pragma("noescape")
	k.SignatureExpr("func(mu, nu, softplus, eta *float64, n int)")
	k.Doc("Logistic computes mu = σ(eta), nu = σ(−eta) and softplus = log(1 + exp(−|eta|)).")
	k.Attributes(noSplit)
	mu, nu, softplus, eta, n := k.argument("mu"), k.argument("nu"), k.argument("softplus"), k.argument("eta"), k.argument("n")
	lanes := k.lanes()
	vectors := func(step func(load func(reg.VecVirtual), store func(reg.VecVirtual, reg.Register))) {
		k.SUBQ(imm(lanes), n)
		k.JL(operand.LabelRef("rest"))
		k.Label("vector")
		step(
			func(v reg.VecVirtual) { k.VMOVUPD(at(eta, 0), v) },
			func(v reg.VecVirtual, to reg.Register) { k.VMOVUPD(v, at(to, 0)) },
		)
		for _, p := range []reg.Register{mu, nu, softplus, eta} {
			k.ADDQ(imm(k.vector), p)
		}
		k.SUBQ(imm(lanes), n)
		k.JGE(operand.LabelRef("vector"))
		k.Label("rest")
		k.ADDQ(imm(lanes), n)
		k.JZ(operand.LabelRef("done"))
		t := k.tail(n, 0)
		step(
			func(v reg.VecVirtual) { k.load64Tail(at(eta, 0), t, v) },
			func(v reg.VecVirtual, to reg.Register) { k.store64Tail(v, t, at(to, 0)) },
		)
		k.Label("done")
		k.finish()
	}
	vectors(func(load func(reg.VecVirtual), store func(reg.VecVirtual, reg.Register)) {
		x := k.vec()
		load(x)
		e := k.expOfMinusAbs(x)
		one, t, q := k.splat(1), k.vec(), k.vec()
		k.VADDPD(one, e, t)
		k.VDIVPD(t, e, q) // q = σ(−|x|)
		store(k.log1p(e), softplus)
		k.VSUBPD(q, one, t) // t = σ(|x|)
		m, w := k.vec(), k.vec()
		if k.masks {
			negative := k.K()
			k.VPMOVQ2M(x, negative)
			k.VBLENDMPD(q, t, negative, m)
			k.VBLENDMPD(t, q, negative, w)
		} else {
			k.VBLENDVPD(x, q, t, m)
			k.VBLENDVPD(x, t, q, w)
		}
		store(m, mu)
		store(w, nu)
	})
}

// splat is a vector with c in every lane.
func (k *kernel) splat(c float64) reg.VecVirtual {
	v := k.vec()
	k.VBROADCASTSD(k.constant(c), v)
	return v
}

// constant is c in memory, once a file.
func (k *kernel) constant(c float64) operand.Mem {
	m, ok := k.constants[c]
	if !ok {
		m = k.ConstData(fmt.Sprintf("float%016x", math.Float64bits(c)), operand.F64(c))
		k.constants[c] = m
	}
	return m
}

// integers is a vector with n in every lane, from a constant of that name.
func (k *kernel) integers(name string, n uint64) reg.VecVirtual {
	v, m := k.vec(), k.integer[name]
	if m.Symbol.Name == "" {
		m = k.ConstData(name, operand.U64(n))
		k.integer[name] = m
	}
	k.VPBROADCASTQ(m, v)
	return v
}

// horner evaluates Σ c[i]·x^i.
func (k *kernel) horner(c []float64, x reg.VecVirtual) reg.VecVirtual {
	sum := k.splat(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		next := k.splat(c[i])
		k.VFMADD231PD(sum, x, next)
		sum = next
	}
	return sum
}

// expOfMinusAbs is exp(−|x|).
func (k *kernel) expOfMinusAbs(x reg.VecVirtual) reg.VecVirtual {
	y, nf := k.vec(), k.vec()
	sign := k.integers("sign", 1<<63)
	if k.masks {
		k.VPORQ(sign, x, y)
	} else {
		k.VORPD(sign, x, y)
	}
	k.VMAXPD(y, k.splat(ref.ExpLowest), y) // a NaN in y stays
	k.VMULPD(k.splat(ref.Log2E), y, nf)
	if k.masks {
		k.VRNDSCALEPD(operand.Imm(0), nf, nf)
	} else {
		k.VROUNDPD(operand.Imm(0), nf, nf)
	}
	r := y
	k.VFNMADD231PD(k.splat(ref.Ln2High), nf, r)
	k.VFNMADD231PD(k.splat(ref.Ln2Low), nf, r)
	q := k.horner(ref.ExpCoefficients[:], r)
	square, p := k.vec(), k.splat(1)
	k.VMULPD(r, r, square)
	k.VFMADD231PD(square, q, r)
	k.VADDPD(r, p, p)
	// 2^n in two factors, each of them normal: the second product rounds once.
	for _, factor := range k.twoPowers(nf) {
		k.VMULPD(factor, p, p)
	}
	return p
}

// twoPowers is 2^(n>>1) and 2^(n−n>>1) for integers n in the lanes of nf.
func (k *kernel) twoPowers(nf reg.VecVirtual) []reg.VecVirtual {
	n, first := k.half(k.vec()), k.half(k.vec())
	if k.vector == 64 {
		k.VCVTPD2DQ(nf, n)
	} else {
		k.VCVTPD2DQY(nf, n)
	}
	k.VPSRAD(operand.Imm(1), n, first)
	k.VPSUBD(first, n, n)
	bias := k.integers("bias", 1023)
	factors := []reg.VecVirtual{k.vec(), k.vec()}
	for i, exponent := range []reg.Register{first, n} {
		k.VPMOVSXDQ(exponent, factors[i])
		k.VPADDQ(bias, factors[i], factors[i])
		k.VPSLLQ(operand.Imm(52), factors[i], factors[i])
	}
	return factors
}

// log1p is log(1 + e) for e in [0, 1], as 2·atanh(e/(2+e)).
func (k *kernel) log1p(e reg.VecVirtual) reg.VecVirtual {
	s, z := k.vec(), k.vec()
	k.VADDPD(k.splat(2), e, z)
	k.VDIVPD(z, e, s)
	k.VMULPD(s, s, z)
	p := k.horner(ref.AtanhCoefficients[:], z)
	double := k.vec()
	k.VADDPD(s, s, double)
	k.VMULPD(double, z, z)
	k.VFMADD231PD(p, z, double)
	return double
}
