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
		last := c.pop()
		c.Merge(last.sum, n.sum)
		n = node[M]{n.level + 1, last.sum}
	}
	c.nodes = append(c.nodes, n)
}

// pop takes the last node away, and leaves nothing of it to the collector.
func (c *Counter[M]) pop() node[M] {
	end := len(c.nodes) - 1
	last := c.nodes[end]
	c.nodes[end] = node[M]{}
	c.nodes = c.nodes[:end]
	return last
}

// Total ends the sequence: what is left is added from the smallest node up.
// ok is false if nothing was pushed. The counter is empty afterwards.
func (c *Counter[M]) Total() (total M, ok bool) {
	if len(c.nodes) == 0 {
		return total, false
	}
	total = c.pop().sum
	for len(c.nodes) > 0 {
		into := c.pop().sum
		c.Merge(into, total)
		total = into
	}
	return total, true
}

// move empties the counter into nodes, whose room is used again.
func (c *Counter[M]) move(nodes []node[M]) []node[M] {
	nodes = append(nodes[:0], c.nodes...)
	c.empty()
	return nodes
}

func (c *Counter[M]) empty() {
	clear(c.nodes)
	c.nodes = c.nodes[:0]
}
