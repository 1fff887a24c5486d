package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// leastSquaresVectors is up to how many vectors of columns the gradient of a sum
// of squares stays in registers.
const leastSquaresVectors = 4

// keptVectors is up to how many vectors of columns eight rows stay in registers
// from the dot products to the update, where there are 32.
const keptVectors = 2

// leastSquaresFrame is residuals of a group of rows and twice as much as there is
// of columns, beta and shift, or of vectors of a group's dot products; and what
// is lost to begin on a cache line.
const leastSquaresFrame = 64 + 8*ref.UpdateRows + 64 + 64*ref.UpdateRows

// leastSquares emits ref.LeastSquares for whole groups of rows. Dots and Update of
// a strip of rows leave the memory idle while they find their rows in cache; here
// a group of eight rows is done with before all that was asked for has come.
func leastSquares(k *kernel) {
	k.Function("LeastSquares" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst, sums *float64, x *%[1]s, n, p, stride int, shift *%[1]s, beta *float64, alpha float64, y *%[1]s, w *float64)"))
	k.Doc("LeastSquares" + k.name + " adds the gradient of a sum of squares to dst, and its sums to 16 lanes for every panel of rows; n is a multiple of 8 above 0.")
	k.Attributes(noSplit)
	s := squares{
		kernel: k, g: k.argument("dst"), sums: k.argument("sums"), x: k.argument("x"), n: k.argument("n"), p: k.argument("p"),
		stride: k.argument("stride"), shift: k.argument("shift"), beta: k.argument("beta"), y: k.argument("y"), w: k.argument("w"),
	}
	alpha, err := k.Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	s.alpha = alpha.Addr
	s.frame = k.GP64()
	k.LEAQ(k.AllocLocal(leastSquaresFrame), s.frame)
	k.ADDQ(imm(63), s.frame)
	k.ANDQ(imm(-64), s.frame)
	k.bytes(s.stride, k.size)
	k.TESTQ(s.shift, s.shift)
	k.JNZ(operand.LabelRef("centered"))
	s.widths("plain", false)
	k.Label("centered")
	s.widths("centered", true)
}

// leastSquaresColumns is up to how many columns the gradient stays in registers.
func (k *kernel) leastSquaresColumns() int { return leastSquaresVectors * k.lanes() }

// A squares is LeastSquares for an instruction set and a type of data.
type squares struct {
	*kernel
	g, sums, x, n, p, stride, shift, beta, y, w reg.Register
	alpha                                       operand.Mem
	frame                                       reg.Register // residuals of a group, and what has no register
}

// widths is a loop for every number of octets.
func (s *squares) widths(label string, centered bool) {
	most := s.leastSquaresColumns() / 8
	for octets := 1; octets <= most; octets++ {
		more := fmt.Sprintf("%s_more_than%d", label, octets)
		s.CMPQ(s.p, imm(8*octets))
		s.JG(operand.LabelRef(more))
		s.octets(fmt.Sprintf("%s%d", label, octets), octets, centered)
		s.Label(more)
	}
	s.wide(label+"_wide", centered)
}

// A column is a vector of columns: what of it is the same for all rows. Where
// registers are few, all but the gradient lies in memory, padded with zeros.
type column struct {
	at          int
	masked      bool // of the last octet, which may be partial
	mask        tail
	beta, shift operand.Op
	g           reg.VecVirtual
}

// prepare loads what is the same for all rows.
func (s *squares) prepare(octets int, centered bool) []column {
	rem := s.GP64()
	s.MOVQ(s.p, rem)
	s.SUBQ(imm(8*(octets-1)), rem)
	var list []column
	masks := make([]tail, 8/s.lanes())
	for i := range masks {
		masks[i] = s.tail(rem, i*s.lanes())
	}
	for octet := range octets {
		for i, mask := range masks {
			c := column{at: 8*octet + i*s.lanes(), masked: octet == octets-1, mask: mask, g: s.vec()}
			s.loadDoubles(at(s.g, 8*c.at), c, c.g)
			beta, shift := s.vec(), s.vec()
			s.loadDoubles(at(s.beta, 8*c.at), c, beta)
			if centered {
				s.loadRow(at(s.shift, s.size*c.at), c, shift)
			}
			c.beta, c.shift = beta, s.raw(shift)
			if !s.masks {
				c.beta = at(s.frame, 8*(ref.UpdateRows+c.at))
				s.VMOVUPD(beta, c.beta)
				if centered {
					c.shift = at(s.frame, 8*(ref.UpdateRows+s.leastSquaresColumns())+s.size*c.at)
					s.storeRow(shift, c.shift)
				}
			}
			list = append(list, c)
		}
	}
	return list
}

// loadDoubles loads a vector of float64, whatever the data's type.
func (s *squares) loadDoubles(m operand.Mem, c column, v reg.VecVirtual) {
	if c.masked {
		s.load64Tail(m, c.mask, v)
	} else {
		s.VMOVUPD(m, v)
	}
}

// loadRow and storeRow move a vector in the data's own type.
func (s *squares) loadRow(m operand.Mem, c column, v reg.VecVirtual) {
	if c.masked {
		s.loadRawTail(m, c.mask, v)
	} else {
		s.loadRaw(m, v)
	}
}

func (s *squares) storeRow(v reg.VecVirtual, m operand.Op) {
	if s.size == 8 {
		s.VMOVUPD(v, m)
	} else {
		s.VMOVUPS(s.half(v), m)
	}
}

// data is a vector of a row, less shift, as float64: an operand in memory where
// it can be.
func (s *squares) data(row reg.Register, c column, centered bool) operand.Op {
	m := at(row, s.size*c.at)
	if s.size == 8 && !c.masked && !centered {
		return m
	}
	t := s.vec()
	switch {
	case centered:
		s.loadRow(m, c, t)
		s.center(c.shift, t)
	case c.masked:
		s.loadTail(m, c.mask, t)
	default:
		s.load(m, t)
	}
	return t
}

// octets takes as many columns as lie in so many octets.
func (s *squares) octets(label string, octets int, centered bool) {
	columns := s.prepare(octets, centered)
	keep := s.masks && octets <= keptVectors
	lanes := s.lanes()
	row, again, groups := s.GP64(), s.GP64(), s.GP64()
	const ofPanel = ref.PanelRows / ref.UpdateRows
	s.MOVQ(s.x, row)
	s.MOVQ(operand.I32(ofPanel), groups)
	s.Label(label)
	s.MOVQ(row, again)
	var kept [ref.UpdateRows][]operand.Op
	for from := 0; from < ref.UpdateRows; from += lanes {
		sums := make([][]reg.VecVirtual, lanes) // of each row
		for i := range sums {
			sums[i] = s.octet()
			for _, sum := range sums[i] {
				s.zero(sum)
			}
			for ahead := 0; ahead < 8*octets*s.size; ahead += 64 {
				s.fetchFurther(row, ahead)
			}
			for j, c := range columns {
				x := s.data(row, c, centered)
				if m, ok := x.(operand.Mem); ok && keep {
					t := s.vec()
					s.VMOVUPD(m, t)
					x = t
				}
				kept[from+i] = append(kept[from+i], x)
				s.multiplyAny(c.beta, x, sums[i][j%len(sums[i])])
			}
			s.ADDQ(s.stride, row)
			if !s.masks { // fewer registers hold the sums of fewer lanes
				s.VADDPD(sums[i][1], sums[i][0], sums[i][0])
			}
		}
		s.residuals(fmt.Sprintf("%s_%d", label, from), s.foldRows(sums), 8*from)
	}
	parts, weight := make([]reg.VecVirtual, len(columns)), s.vec()
	for i := range ref.UpdateRows {
		s.VBROADCASTSD(at(s.frame, 8*i), weight)
		for j, c := range columns {
			x := kept[i][j]
			if !keep {
				x = s.data(again, c, centered)
			}
			if i == 0 {
				parts[j] = s.vec()
				s.VMULPD(x, weight, parts[j])
			} else {
				s.VFMADD231PD(x, weight, parts[j])
			}
		}
		if !keep {
			s.ADDQ(s.stride, again)
		}
	}
	for j, c := range columns {
		s.VADDPD(parts[j], c.g, c.g)
	}
	s.SUBQ(imm(ref.UpdateRows), s.n)
	s.JZ(operand.LabelRef(label + "_done"))
	s.DECQ(groups)
	s.JNZ(operand.LabelRef(label))
	s.MOVQ(operand.I32(ofPanel), groups)
	s.ADDQ(imm(2*8*ref.UpdateRows), s.sums)
	s.JMP(operand.LabelRef(label))
	s.Label(label + "_done")
	for _, c := range columns {
		if c.masked {
			s.store64Tail(c.g, c.mask, at(s.g, 8*c.at))
		} else {
			s.VMOVUPD(c.g, at(s.g, 8*c.at))
		}
	}
	s.finish()
}

// fetchFurther asks for memory into the second-level cache: the first one has few
// requests under way, and what an update finds there should stay.
func (k *kernel) fetchFurther(row reg.Register, from int) {
	k.PREFETCHT1(at(row, 2*fetchAhead+from))
}

// multiplyAny adds a·b to sum; one of them may lie in memory.
func (s *squares) multiplyAny(a, b operand.Op, sum reg.VecVirtual) {
	if v, ok := b.(reg.VecVirtual); ok {
		s.VFMADD231PD(a, v, sum)
		return
	}
	if v, ok := a.(reg.VecVirtual); ok {
		s.VFMADD231PD(b, v, sum)
		return
	}
	t := s.vec()
	s.VMOVUPD(b, t)
	s.VFMADD231PD(a, t, sum)
}

// residuals makes residuals of a vector of dot products, adds them up, and puts
// them into the frame, weighted.
func (s *squares) residuals(label string, e reg.VecVirtual, from int) {
	lanes, half, weight := s.lanes(), s.vec(), s.vec()
	s.VBROADCASTSD(s.alpha, half)
	s.VADDPD(half, e, e)
	s.TESTQ(s.y, s.y)
	s.JZ(operand.LabelRef(label + "_untargeted"))
	s.load(at(s.y, 0), half)
	s.VSUBPD(half, e, e)
	s.ADDQ(imm(lanes*s.size), s.y)
	s.Label(label + "_untargeted")
	s.VBROADCASTSD(s.constant(0x3fe0000000000000), half)
	s.VMULPD(e, e, weight)
	s.VMULPD(weight, half, half)
	s.TESTQ(s.w, s.w)
	s.JZ(operand.LabelRef(label + "_unweighted"))
	s.VMOVUPD(at(s.w, 0), weight)
	s.ADDQ(imm(s.vector), s.w)
	s.VMULPD(weight, e, e)
	s.VMULPD(weight, half, half)
	s.Label(label + "_unweighted")
	s.VMOVUPD(e, at(s.frame, from))
	for i, v := range []reg.VecVirtual{e, half} {
		m := at(s.sums, 8*ref.UpdateRows*i+from)
		s.VADDPD(m, v, v)
		s.VMOVUPD(v, m)
	}
}
