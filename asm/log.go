package main

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

func logFamily(k *kernel) {
	k.unary("Log", "Log computes dst = log(x).", k.pair(), k.log)
	k.unary("Log1p", "Log1p computes dst = log(1 + x).", k.pair(), k.log1p)
}

func (k *kernel) log(x vecs) vecs {
	tiny := k.compare(x, less, k.all(ref.LogLowest))
	exponent, m := k.split(k.choose(tiny, k.mul(x, k.all(ref.LogScale)), x))
	n := k.sub(exponent, k.choose(tiny, k.all(ref.LogScaled), k.all(ref.LogBias)))
	return k.ends(x, k.all(0), k.logSum(n, k.sub(m, k.all(1)), nil))
}

func (k *kernel) log1p(x vecs) vecs {
	one := k.all(1)
	u := k.add(one, x)
	lost := k.sub(k.min(x, one), k.sub(u, k.max(x, one)))
	exponent, m := k.split(u)
	n, f := k.sub(exponent, k.all(ref.LogBias)), k.sub(m, one)
	lost = k.mul(lost, k.left(k.subBits(k.allBits(ref.LogInteger+2047), exponent), 52))
	zero := k.all(0)
	same := k.compare(n, equal, zero)
	lost, f = k.choose(same, zero, lost), k.choose(same, x, f)
	return k.ends(x, k.all(-1), k.or(k.logSum(n, f, lost), k.sign(x)))
}

// ends is v but at the ends of a logarithm's range: −Inf where x is lowest,
// NaN below, and x itself where that is +Inf or NaN.
func (k *kernel) ends(x, lowest, v vecs) vecs {
	v = k.choose(k.compare(x, equal, lowest), k.all(math.Inf(-1)), v)
	v = k.choose(k.compare(x, less, lowest), k.all(math.NaN()), v)
	return k.choose(k.compare(x, notLess, k.all(math.Inf(1))), x, v)
}

// split is ref's.
func (k *kernel) split(x vecs) (exponent, m vecs) {
	bits := k.addBits(x, k.allBits(ref.LogCarry))
	exponent = k.or(k.right(bits, 52), k.allBits(ref.LogInteger))
	return exponent, k.addBits(k.and(bits, k.allBits(ref.LogMask)), k.allBits(ref.LogRoot))
}

// logSum is ref's; a nil twice is zero.
func (k *kernel) logSum(n, f, twice vecs) vecs {
	s := k.div(f, k.add(k.all(2), f))
	z := k.mul(s, s)
	half := k.mul(k.mul(k.all(0.5), f), f)
	p := k.polynomial(ref.LogCoefficients[:], z, k.mul(z, z))
	k.timesPlus(p, z, half)
	high := k.all(ref.Ln2High)
	sum := k.clone(f)
	k.addProduct(sum, n, high)
	lost := k.clone(sum)
	k.subProduct(lost, n, high)
	tail := k.sub(f, lost)
	k.addProduct(tail, n, k.all(ref.Ln2Low))
	if twice != nil {
		k.addProduct(tail, twice, k.add(k.sub(z, s), k.all(0.5)))
	}
	tail = k.sub(tail, half)
	k.addProduct(tail, s, p)
	return k.add(sum, tail)
}
