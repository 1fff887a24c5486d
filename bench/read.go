package bench

// A reader reads memory once, a multiple of a kilobyte, in calls that do not take
// long: nothing stops them.
type reader func(part []byte)

// callBytes is what a call reads at most.
const callBytes = 1 << 16

// readers are the ways to read memory; which is faster depends on the machine and
// where the memory lies.
func (p probe) readers() []reader {
	var ways []reader
	for _, read := range []func(x *byte, n int){p.read, p.readAhead} {
		if read == nil {
			continue
		}
		ways = append(ways, func(part []byte) {
			for lo := 0; lo < len(part); lo += callBytes {
				read(&part[lo], min(callBytes, len(part)-lo))
			}
		})
	}
	return ways
}

// bandwidth is that of the fastest reader: each thread reads its own part of the
// memory over and over, for a while.
func bandwidth(readers []reader, threads int, memory []byte) float64 {
	each := len(memory) / threads &^ 1023
	turns := readTurns(each)
	best := 0.0
	for _, read := range readers {
		sweep := func(thread, turns int) {
			for range turns {
				read(memory[thread*each:][:each])
			}
		}
		Together(threads, func(thread int) { sweep(thread, 1) })
		took := bestOf(5, func() {
			Together(threads, func(thread int) { sweep(thread, turns) })
		})
		best = max(best, float64(threads*turns*each)/took.Seconds())
	}
	return best
}

// readTurns is how often so many bytes are read for the clock to tell.
func readTurns(bytes int) int {
	const least = 1 << 26
	return max(1, least/bytes)
}
