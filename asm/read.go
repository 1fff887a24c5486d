package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
)

// read emits a loop that loads every byte and keeps nothing.
func read(k *kernel) { k.reading("Read", 0) }

// readAhead emits one that asks for every line some lines before it is loaded. The
// prefetchers of an Intel processor with AVX-512 alone bring a tenth less.
func readAhead(k *kernel) { k.reading("ReadAhead", 1536) }

// reading emits a loop that asks for lines so many bytes ahead, zero for not at all.
func (k *kernel) reading(name string, ahead int) {
	const turn, line = 512, 64
	doc := "%s loads n bytes, a multiple of %d, once, in the order of their addresses."
	if ahead > 0 {
		doc += fmt.Sprintf(" It asks for them %d bytes before.", ahead)
	}
	k.Function(name)
	k.Pragma("noescape")
	k.SignatureExpr("func(x *byte, n int)")
	k.Doc(fmt.Sprintf(doc, name, turn))
	k.Attributes(noSplit)
	x, n := k.argument("x"), k.argument("n")
	k.Label("turn")
	for offset := 0; offset < turn; offset += k.vector {
		if ahead > 0 && offset%line == 0 {
			k.PREFETCHT0(at(x, offset+ahead))
		}
		k.VMOVUPD(at(x, offset), k.vec())
	}
	k.ADDQ(imm(turn), x)
	k.SUBQ(imm(turn), n)
	k.JNZ(operand.LabelRef("turn"))
	k.finish()
}
