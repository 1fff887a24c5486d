package blas

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallelWork is from how many multiply-adds on more than one goroutine work
// on a product: those that one core does in some tens of microseconds, several
// times what it takes to wake another.
const parallelWork = 1 << 21

// busy counts the goroutines that are inside of calls which may start others,
// and those that were started. It stays within GOMAXPROCS unless that many
// goroutines call at once, so calls that many goroutines make at the same time
// don't crowd the machine.
var busy atomic.Int64

// helpers takes leave to start up to most goroutines.
func helpers(most int) int {
	room := int64(runtime.GOMAXPROCS(0))
	for {
		now := busy.Load()
		n := min(int64(most), room-now)
		if n <= 0 {
			return 0
		}
		if busy.CompareAndSwap(now, now+n) {
			return int(n)
		}
	}
}

// share calls do for every task below tasks, in this goroutine and in others
// that end before it returns, threads of them at most. do must not panic.
func share(threads, tasks int, do func(task int)) {
	var next atomic.Int64
	work := func() {
		for {
			task := int(next.Add(1)) - 1
			if task >= tasks {
				return
			}
			do(task)
		}
	}
	busy.Add(1)
	others := helpers(min(tasks, threads) - 1)
	var working sync.WaitGroup
	working.Add(others)
	for range others {
		go func() {
			defer working.Done()
			defer busy.Add(-1)
			work()
		}()
	}
	work()
	working.Wait()
	busy.Add(-1)
}

// crew is how many goroutines may share a call that has a limit, unless it is zero.
func crew(limit int) int {
	threads := runtime.GOMAXPROCS(0)
	if limit > 0 {
		threads = min(threads, limit)
	}
	return threads
}
