package memory

// piece is how many elements are copied or cleared at a time. Nothing stops a
// goroutine inside the builtins, and a loop around them is hardly ever caught
// between two: a collector would wait for the end of the loop. A goroutine can
// stop where a function is entered, so pieces are functions that may not be
// inlined, and loops over short slices should call Copy and Clear too.
const piece = 1 << 14

// Copy is the builtin copy of numbers, for long slices and for loops. dst is at
// least as long as src.
func Copy[T Float](dst, src []T) {
	for len(src) > piece {
		copyPiece(dst, src[:piece])
		dst, src = dst[piece:], src[piece:]
	}
	copyPiece(dst, src)
}

//go:noinline
func copyPiece[T Float](dst, src []T) { copy(dst, src) }

// Clear is the builtin clear of numbers, for long slices and for loops.
func Clear[T Float](s []T) {
	for len(s) > piece {
		clearPiece(s[:piece])
		s = s[piece:]
	}
	clearPiece(s)
}

//go:noinline
func clearPiece[T Float](s []T) { clear(s) }
