package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// A rowLoss is what a kernel of one read does between the dot products of a group
// of rows and the update with them.
type rowLoss struct {
	lanes   int // of its sums, for every panel of rows
	vectors int // of columns up to which the gradient stays in registers
	kept    int // and up to which eight rows do, where there are 32

	// early is nil or takes a vector of dot products as far as it comes while the
	// group before waits for late: it leaves what that needs where s.early says.
	// A chain from one end to the other would be longer than the machine can see.
	early func(s *onePass, eta reg.VecVirtual, from int)

	// late takes the rest: it puts what the update multiplies with into the frame,
	// and adds to the sums. It has dot products where there is no early, else what
	// that left where s.late says. from is where the vector begins among the bytes of
	// a group.
	late func(s *onePass, label string, eta reg.VecVirtual, from int)
}

// A onePass is dot products, a loss and its gradient from one read of the rows, for
// whole groups of them. Dots and Update of a strip of rows leave the memory idle
// while they find their rows in cache; here a group of eight rows is done with
// before all that was asked for has come.
type onePass struct {
	*kernel
	loss rowLoss

	g, sums, x, n, p, stride, shift, beta, y, w reg.Register
	d                                           reg.Register // second derivatives, which not every loss has
	ahead, step                                 reg.Register // what to ask for next, and how many bytes a row
	alpha                                       operand.Mem
	frame                                       reg.Register // 256 bytes aligned: see the slots
	early, late                                 reg.Register // the relay's halves for the group under way, and for the one before
}

// What lies in the frame, in words: two groups between early and late, what the
// update multiplies with, what has no register, and what has none where registers
// are few: beta and shift, or vectors of a group's dot products.
const (
	slotRelay   = 0
	relayBytes  = 128
	slotFactors = 2 * relayBytes / 8
	slotCounts  = slotFactors + ref.UpdateRows
	slotRoom    = slotCounts + 2*ref.UpdateRows
)

const (
	slotLeft   = slotCounts + iota // rows that early has not had
	slotLag                        // groups that it is yet to be ahead of late
	slotGroups                     // of the panel, that late has not had
	slotN
	slotSums
	slotY
	slotW
	slotD
	slotAgain // where the update is
	slotEarly
	slotLate
)

func (s *onePass) slot(i int) operand.Mem { return at(s.frame, 8*i) }

// fetchFurther is how many bytes ahead a kernel of one read asks for memory, into the
// second-level cache: the first one has few requests under way, and what an update
// finds there should stay.
const fetchFurther = 2 * fetchAhead

// oneReadFrame is the bytes of that, with twice as much as there is of columns, and
// what is lost to begin where it does.
const oneReadFrame = 2*relayBytes + 8*slotRoom + 64*ref.UpdateRows

// begin loads the arguments, which have one name in all kernels of one read.
func (s *onePass) begin() {
	s.g, s.sums, s.x, s.n, s.p = s.argument("dst"), s.argument("sums"), s.argument("x"), s.argument("n"), s.argument("p")
	s.stride, s.shift, s.beta = s.argument("stride"), s.argument("shift"), s.argument("beta")
	s.y, s.w, s.ahead, s.step = s.argument("y"), s.argument("w"), s.argument("ahead"), s.argument("step")
	alpha, err := s.Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	s.alpha = alpha.Addr
	s.frame = s.GP64()
	s.LEAQ(s.AllocLocal(oneReadFrame), s.frame)
	s.ADDQ(imm(2*relayBytes-1), s.frame)
	s.ANDQ(imm(-2*relayBytes), s.frame)
	s.bytes(s.stride, s.size)
	s.TESTQ(s.ahead, s.ahead)
	s.JNZ(operand.LabelRef("told"))
	s.LEAQ(at(s.x, fetchFurther), s.ahead)
	s.MOVQ(s.stride, s.step)
	s.Label("told")
}

// oneReadColumns is up to how many columns the gradient stays in registers.
func (s *onePass) oneReadColumns() int { return s.loss.vectors * s.lanes() }

// emit is the rest of the function.
func (s *onePass) emit() {
	s.TESTQ(s.shift, s.shift)
	s.JNZ(operand.LabelRef("centered"))
	s.widths("plain", false)
	s.Label("centered")
	s.widths("centered", true)
}

// widths is a loop for every number of octets.
func (s *onePass) widths(label string, centered bool) {
	most := s.oneReadColumns() / 8
	for octets := 1; octets <= most; octets++ {
		more := fmt.Sprintf("%s_more_than%d", label, octets)
		s.CMPQ(s.p, imm(8*octets))
		s.JG(operand.LabelRef(more))
		if octets == most {
			s.strideOfTrouble(label)
		}
		s.octets(fmt.Sprintf("%s%d", label, octets), octets, centered)
		s.Label(more)
	}
	s.wide(label+"_wide", centered)
}

// troubled is the bytes of rows that come from memory at half its speed or less where eight
// of them are read by instructions of their own, each every 2048 bytes: a loop over rows reads
// them at full speed. On Zen 5 they were alone in that, 240 and 272 bytes were not; on Zen 4
// they did well where nobody asked for them.
const troubled = 256

// troubles says that there is code for such rows.
func (s *onePass) troubles() bool { return s.masks && s.size == 8 && s.oneReadColumns()*8 >= troubled }

// strideOfTrouble takes such rows in a loop, unless the caller has told what to ask for: it
// has asked for these.
func (s *onePass) strideOfTrouble(label string) {
	if !s.troubles() {
		return
	}
	s.CMPQ(s.p, imm(troubled/8))
	s.JNE(operand.LabelRef(label + "_well"))
	asked := s.GP64()
	s.LEAQ(at(s.x, fetchFurther), asked)
	s.CMPQ(asked, s.ahead)
	s.JE(operand.LabelRef(label + "_wide"))
	s.Label(label + "_well")
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

// groupsOfPanel is how many groups of rows a panel has.
const groupsOfPanel = ref.PanelRows / ref.UpdateRows

// prepareRelay sets what counts groups.
func (s *onePass) prepareRelay() {
	s.MOVQ(operand.I32(groupsOfPanel), s.slot(slotGroups))
	if s.loss.early == nil {
		return
	}
	s.MOVQ(s.n, s.slot(slotLeft))
	s.MOVQ(operand.I32(1), s.slot(slotLag))
	s.early, s.late = s.GP64(), s.GP64()
	s.LEAQ(s.slot(slotRelay), s.early)
	s.MOVQ(s.early, s.late)
}

// dotted takes a vector of dot products as far as it goes at once.
func (s *onePass) dotted(label string, eta reg.VecVirtual, from int) {
	if s.loss.early != nil {
		s.loss.early(s, eta, from)
	} else {
		s.loss.late(s, fmt.Sprintf("%s_%d", label, from), eta, from)
	}
}

// endEarly ends the early part of a group; after that of the first one it goes on
// with the next. What follows is the late part of the group before.
func (s *onePass) endEarly(label string, early operand.Op) {
	s.XORQ(operand.U32(relayBytes), early)
	s.SUBQ(imm(ref.UpdateRows), s.slot(slotLeft))
	s.JZ(operand.LabelRef(label + "_late"))
	s.DECQ(s.slot(slotLag))
	s.JZ(operand.LabelRef(label))
	s.Label(label + "_late")
}

// lateParts is the late part of all vectors of a group.
func (s *onePass) lateParts(label string) {
	for from := 0; from < ref.UpdateRows; from += s.lanes() {
		s.loss.late(s, fmt.Sprintf("%s_%d", label, from), nil, 8*from)
	}
}

// continueRelay goes on to the next group, or to the last one that has not had its
// late part.
func (s *onePass) continueRelay(label string) {
	if s.loss.early != nil {
		s.CMPQ(s.slot(slotLeft), imm(0))
		s.JZ(operand.LabelRef(label + "_late"))
	}
	s.JMP(operand.LabelRef(label))
}

// prepare loads what is the same for all rows.
func (s *onePass) prepare(octets int, centered bool) []column {
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
				c.beta = at(s.frame, 8*(slotRoom+c.at))
				s.VMOVUPD(beta, c.beta)
				if centered {
					c.shift = at(s.frame, 8*(slotRoom+s.oneReadColumns())+s.size*c.at)
					s.storeRow(shift, c.shift)
				}
			}
			list = append(list, c)
		}
	}
	return list
}

// loadDoubles loads a vector of float64, whatever the data's type.
func (s *onePass) loadDoubles(m operand.Mem, c column, v reg.VecVirtual) {
	if c.masked {
		s.load64Tail(m, c.mask, v)
	} else {
		s.VMOVUPD(m, v)
	}
}

// loadRow and storeRow move a vector in the data's own type.
func (s *onePass) loadRow(m operand.Mem, c column, v reg.VecVirtual) {
	if c.masked {
		s.loadRawTail(m, c.mask, v)
	} else {
		s.loadRaw(m, v)
	}
}

func (s *onePass) storeRow(v reg.VecVirtual, m operand.Op) {
	if s.size == 8 {
		s.VMOVUPD(v, m)
	} else {
		s.VMOVUPS(s.half(v), m)
	}
}

// data is a vector of a row, less shift, as float64: an operand in memory where
// it can be.
func (s *onePass) data(row reg.Register, c column, centered bool) operand.Op {
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
func (s *onePass) octets(label string, octets int, centered bool) {
	columns := s.prepare(octets, centered)
	keep := s.masks && octets*8/s.lanes() <= s.loss.kept
	lanes := s.lanes()
	row, again := s.GP64(), s.GP64()
	s.MOVQ(s.x, row)
	s.MOVQ(row, again)
	s.prepareRelay()
	s.Label(label)
	var kept [ref.UpdateRows][]operand.Op
	for from := 0; from < ref.UpdateRows; from += lanes {
		sums := make([][]reg.VecVirtual, lanes) // of each row
		for i := range sums {
			sums[i] = s.octet()
			for _, sum := range sums[i] {
				s.zero(sum)
			}
			for line := 0; line < 8*octets*s.size; line += 64 {
				s.PREFETCHT1(at(s.ahead, line))
			}
			s.ADDQ(s.step, s.ahead)
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
		s.dotted(label, s.foldRows(sums), 8*from)
	}
	if s.loss.early != nil {
		s.endEarly(label, s.early)
		s.lateParts(label)
		s.XORQ(operand.U32(relayBytes), s.late)
	}
	parts, weight := make([]reg.VecVirtual, len(columns)), s.vec()
	for i := range ref.UpdateRows {
		s.VBROADCASTSD(s.slot(slotFactors+i), weight)
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
	s.DECQ(s.slot(slotGroups))
	s.JNZ(operand.LabelRef(label + "_more"))
	s.MOVQ(operand.I32(groupsOfPanel), s.slot(slotGroups))
	s.ADDQ(imm(8*s.loss.lanes), s.sums)
	s.Label(label + "_more")
	s.continueRelay(label)
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

// multiplyAny adds a·b to sum; one of them may lie in memory.
func (s *onePass) multiplyAny(a, b operand.Op, sum reg.VecVirtual) {
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
