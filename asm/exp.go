package main

import "github.com/seed-0327bdf7/hesse/internal/ref"

func expFamily(k *kernel) {
	k.unary("Exp", "Exp computes dst = exp(x).", k.pair(), func(x vecs) vecs {
		return k.exp(k.min(k.all(ref.ExpHighest), x))
	})
	k.unary("Expm1", "Expm1 computes dst = exp(x) − 1.", k.pair(), k.expm1)
}

// exp is ref's, for x up to ExpHighest.
func (k *kernel) exp(x vecs) vecs {
	a := k.remainder(k.max(k.all(ref.ExpLowest), x))
	one := k.all(1)
	sum := k.add(one, a.high)
	lost := k.sub(a.high, k.sub(sum, one))
	k.subProduct(lost, a.n, k.all(ref.Ln2Low))
	q := k.polynomial(ref.ExpCoefficients[:], a.r, a.square)
	k.addProduct(lost, q, a.square)
	return k.scale(k.add(sum, lost), a)
}

func (k *kernel) expm1(x vecs) vecs {
	a := k.remainder(k.max(k.all(ref.Expm1Lowest), k.min(k.all(ref.ExpHighest), x)))
	twice := k.left(k.subBits(k.allBits(ref.ExpBias+1024), a.shifted), 52)
	half := k.all(0.5)
	one := k.own(1)
	k.subProduct(one, half, twice)
	lost := k.sub(k.all(1), one)
	k.subProduct(lost, half, twice)
	sum := k.add(one, a.r)
	lost = k.add(k.sub(a.r, k.sub(sum, one)), lost)
	low := k.sub(a.high, a.r)
	k.subProduct(low, a.n, k.all(ref.Ln2Low))
	lost = k.add(low, lost)
	k.addProduct(lost, low, a.r)
	q := k.polynomial(ref.ExpCoefficients[1:], a.r, a.square)
	k.addProduct(lost, k.mul(a.r, a.square), q)
	k.addProduct(lost, half, a.square)
	return k.or(k.scale(k.add(sum, lost), a), k.sign(x))
}

// sign is the sign bit of x.
func (k *kernel) sign(x vecs) vecs { return k.and(x, k.allBits(1<<63)) }

type reduced struct{ shifted, n, high, r, square vecs }

// remainder is ref's. It changes x.
func (k *kernel) remainder(x vecs) reduced {
	shifted := k.own(ref.ExpShift)
	k.addProduct(shifted, x, k.all(ref.Log2E))
	n := k.sub(shifted, k.all(ref.ExpShift))
	high := x
	k.subProduct(high, n, k.all(ref.Ln2High))
	r := k.clone(high)
	k.subProduct(r, n, k.all(ref.Ln2Low))
	return reduced{shifted, n, high, r, k.mul(r, r)}
}

// scale is p·2^n, rounded once: with AVX2 in two factors.
func (k *kernel) scale(p vecs, a reduced) vecs {
	if k.masks {
		return k.binary(k.VSCALEFPD, p, a.n)
	}
	first := k.right(a.shifted, 1)
	second := k.subBits(a.shifted, first)
	return k.mul(k.mul(p, k.left(first, 52)), k.left(second, 52))
}
