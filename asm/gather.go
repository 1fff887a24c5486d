package main

import "github.com/mmcloughlin/avo/operand"

// gather emits copies of n rows of x that an index lists to rows of dst. With
// every row, all lines of a row ahead are fetched, into the second-level cache:
// the machine cannot know where it lies, and many of them are to be under way.
func gather(k *kernel) {
	k.Function("Gather" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, ldd int, x *%[1]s, stride int, index, ahead *int, n, p int)"))
	k.Doc("Gather" + k.name + " copies n rows of p columns, and fetches as many that ahead lists.")
	k.Attributes(noSplit)
	dst, ldd, x, stride := k.argument("dst"), k.argument("ldd"), k.argument("x"), k.argument("stride")
	index, ahead, n, p := k.argument("index"), k.argument("ahead"), k.argument("n"), k.argument("p")
	for _, r := range []operand.Op{ldd, stride, p} {
		k.SHLQ(operand.Imm(map[int]uint64{4: 2, 8: 3}[k.size]), r)
	}
	from, fetch, to, left := k.GP64(), k.GP64(), k.GP64(), k.GP64()
	k.Label("row")
	k.MOVQ(at(index, 0), from)
	k.IMULQ(stride, from)
	k.ADDQ(x, from)
	k.MOVQ(at(ahead, 0), fetch)
	k.IMULQ(stride, fetch)
	k.ADDQ(x, fetch)
	k.MOVQ(dst, to)
	k.MOVQ(p, left)

	k.Label("line")
	k.CMPQ(left, imm(64))
	k.JL(operand.LabelRef("rest"))
	k.PREFETCHT1(at(fetch, 0))
	for offset := 0; offset < 64; offset += k.vector {
		v := k.vec()
		k.VMOVUPD(at(from, offset), v)
		k.VMOVUPD(v, at(to, offset))
	}
	for _, r := range []operand.Op{fetch, from, to} {
		k.ADDQ(imm(64), r)
	}
	k.SUBQ(imm(64), left)
	k.JMP(operand.LabelRef("line"))

	// What is left is a sum of powers of two.
	k.Label("rest")
	k.PREFETCHT1(at(fetch, 0))
	k.PREFETCHT1(operand.Mem{Base: fetch, Index: left, Scale: 1, Disp: -1})
	for size := 32; size >= k.size; size /= 2 {
		skip := map[int]string{32: "half", 16: "quarter", 8: "eighth", 4: "sixteenth"}[size]
		k.TESTQ(operand.U32(uint32(size)), left)
		k.JZ(operand.LabelRef(skip))
		switch size {
		case 32:
			v := k.YMM()
			k.VMOVUPD(at(from, 0), v)
			k.VMOVUPD(v, at(to, 0))
		case 16:
			v := k.XMM()
			k.VMOVUPD(at(from, 0), v)
			k.VMOVUPD(v, at(to, 0))
		case 8:
			v := k.GP64()
			k.MOVQ(at(from, 0), v)
			k.MOVQ(v, at(to, 0))
		case 4:
			v := k.GP32()
			k.MOVL(at(from, 0), v)
			k.MOVL(v, at(to, 0))
		}
		if size > k.size {
			k.ADDQ(imm(size), from)
			k.ADDQ(imm(size), to)
		}
		k.Label(skip)
	}
	k.ADDQ(imm(8), index)
	k.ADDQ(imm(8), ahead)
	k.ADDQ(ldd, dst)
	k.DECQ(n)
	k.JNZ(operand.LabelRef("row"))
	k.finish()
}
