package memory

// The first part has 8192 elements, the ninth and all that follow 2 Mi.
const (
	firstPart = 1 << 13
	doublings = 8
)

// A Builder collects numbers whose count is not known beforehand. They lie in
// parts, each twice as long as the one before up to some MiB, and none is moved
// until the end. The zero value is empty.
type Builder[T Float] struct {
	parts [][]T
	last  []T // room in the last of them
	n     int
}

// Len is how many numbers there are.
func (b *Builder[T]) Len() int { return b.n }

// Append adds numbers.
func (b *Builder[T]) Append(values []T) {
	b.n += len(values)
	for len(values) > 0 {
		if len(b.last) == 0 {
			b.last = Slice[T](firstPart << min(len(b.parts), doublings))
			b.parts = append(b.parts, b.last)
		}
		filled := copy(b.last, values)
		values, b.last = values[filled:], b.last[filled:]
	}
}

// Join is all numbers in one slice, as from [Slice], and leaves the builder
// empty. Each is copied once. A part goes back to the system as soon as it has
// been, so that what is in use is never much more than the numbers themselves.
func (b *Builder[T]) Join() []T {
	parts, n := b.parts, b.n
	*b = Builder[T]{}
	if len(parts) == 1 {
		return parts[0][:n:n]
	}
	all := Slice[T](n)
	rest := all
	for i, part := range parts {
		part = part[:min(len(part), len(rest))]
		Copy(rest, part)
		rest = rest[len(part):]
		release(part)
		parts[i] = nil
	}
	return all
}
