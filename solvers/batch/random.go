package batch

import "math/bits"

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

// below is a random number below n from 64 random bits, each as likely as any
// other to n parts in 2⁶⁴.
func below(random uint64, n int) int {
	high, _ := bits.Mul64(random, uint64(n))
	return int(high)
}

// poissonSteps are the chances that a Poisson variable of mean 1 is at most 0,
// 1, …, in 2⁶⁴ parts, rounded: Σ exp(−1)/k!. What is beyond the last has a
// chance below 2⁻⁶⁴.
var poissonSteps = func() (steps []uint64) {
	// exp(−1)·2⁶⁴ in two words: 0x5e2d58d8b3bcdf1a and what comes behind it.
	high, low := uint64(0x5e2d58d8b3bcdf1a), uint64(0xbadec7829054f90d)
	var sumHigh, sumLow uint64
	for k := uint64(1); high|low != 0; k++ {
		var carry uint64
		sumLow, carry = bits.Add64(sumLow, low, 0)
		sumHigh, carry = bits.Add64(sumHigh, high, carry)
		if carry != 0 {
			break
		}
		steps = append(steps, sumHigh)
		rest := high % k
		high /= k
		low, _ = bits.Div64(rest, low, k)
	}
	return steps
}()

// poissonCount is a Poisson variable of mean 1 from 64 random bits.
func poissonCount(random uint64) float64 {
	for k, step := range poissonSteps {
		if random < step {
			return float64(k)
		}
	}
	return float64(len(poissonSteps))
}
