package main

import "github.com/mmcloughlin/avo/reg"

// squared emits the squared loss: r = eta − y, value = ½r², d = 1.
func squared(k *kernel) {
	k.Function("Squared")
	k.Pragma("noescape")
	k.SignatureExpr("func(value, r, d, eta, y *float64, n int)")
	k.Doc("Squared computes r = eta − y, value = ½r² and d = 1.")
	k.Attributes(noSplit)
	value, r, d := k.argument("value"), k.argument("r"), k.argument("d")
	eta, y, n := k.argument("eta"), k.argument("y"), k.argument("n")
	k.elementwise("", n, []reg.Register{value, r, d, eta, y}, 2, func(s span) {
		e := k.sub(s.load(eta), s.load(y))
		s.store(k.mul(k.mul(e, e), k.all(0.5)), value)
		s.store(e, r)
		s.store(k.all(1), d)
	})
	k.finish()
}
