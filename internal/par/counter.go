package par

// A Counter adds up a sequence in a binary tree over its global index, as a
// binary counter carries: the shape of the tree depends on nothing but how
// many elements there are. So elements may be added up anywhere in aligned
// runs of a power of two, and the result has the same bits.
type Counter[M any] struct {
	// Merge adds the later from to into, which becomes the sum.
	Merge func(into, from M)

	nodes []node[M] // levels strictly falling
}

// A node is the sum of 2^level consecutive elements.
type node[M any] struct {
	level int
	sum   M
}

// Push adds the next element.
func (c *Counter[M]) Push(m M) { c.push(node[M]{0, m}) }

func (c *Counter[M]) push(n node[M]) {
	for len(c.nodes) > 0 && c.nodes[len(c.nodes)-1].level == n.level {
		last := c.nodes[len(c.nodes)-1]
		c.Merge(last.sum, n.sum)
		n = node[M]{n.level + 1, last.sum}
		c.nodes = c.nodes[:len(c.nodes)-1]
	}
	c.nodes = append(c.nodes, n)
}

// Total ends the sequence: what is left is added from the smallest node up.
// ok is false if nothing was pushed. The counter is empty afterwards.
func (c *Counter[M]) Total() (total M, ok bool) {
	if len(c.nodes) == 0 {
		return total, false
	}
	total = c.nodes[len(c.nodes)-1].sum
	for i := len(c.nodes) - 2; i >= 0; i-- {
		c.Merge(c.nodes[i].sum, total)
		total = c.nodes[i].sum
	}
	c.nodes = c.nodes[:0]
	return total, true
}

// take empties the counter and returns its nodes.
func (c *Counter[M]) take() []node[M] {
	nodes := c.nodes
	c.nodes = nil
	return nodes
}
