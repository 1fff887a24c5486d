package main

// axpy emits dst[i] = fma(a, x[i], dst[i]).
func axpy(k *kernel) {
	k.Function("Axpy" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, a %[1]s, x *%[1]s, n int)"))
	k.Doc("Axpy" + k.name + " adds a·x to dst, one fused multiply-add an element.")
	k.Attributes(noSplit)
	dst, x, n := k.argument("dst"), k.argument("x"), k.argument("n")
	a := k.vec()
	k.broadcast(k.parameter("a"), a)
	k.addMultiple(dst, x, n, a)
	k.finish()
}
