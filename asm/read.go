package main

import "github.com/mmcloughlin/avo/operand"

// readBytes is what one turn of the loop loads.
const readBytes = 512

// read emits a loop that loads every byte and keeps nothing.
func read(k *kernel) {
	k.Function("Read")
	k.Pragma("noescape")
	k.SignatureExpr("func(x *byte, n int)")
	k.Doc("Read loads n bytes, a multiple of 512, once, in the order of their addresses.")
	k.Attributes(noSplit)
	x, n := k.argument("x"), k.argument("n")
	k.Label("turn")
	for offset := 0; offset < readBytes; offset += k.vector {
		k.VMOVUPD(at(x, offset), k.vec())
	}
	k.ADDQ(imm(readBytes), x)
	k.SUBQ(imm(readBytes), n)
	k.JNZ(operand.LabelRef("turn"))
	k.finish()
}
