package batch

// draw is number counter of a stream of random 64-bit words: a function of its
// arguments alone, so that any goroutine may compute any part of a stream.
//
// It is the finaliser of SplitMix64 over a Weyl sequence: Steele, Lea & Flood,
// Fast Splittable Pseudorandom Number Generators (2014).
func draw(seed, stream, counter uint64) uint64 {
	return mix(mix(mix(seed)^stream) + golden*(counter+1))
}

const golden = 0x9e3779b97f4a7c15

func mix(z uint64) uint64 {
	z += golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
