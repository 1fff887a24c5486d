package batch

import (
	"context"
	"sync"
	"sync/atomic"
)

// share calls do for every task below tasks, on several goroutines that end
// before it returns. worker is below threads; no two calls at a time have the
// same. The end of ctx stops it after the tasks at hand.
func share(ctx context.Context, threads, tasks int, do func(worker, task int)) error {
	var next atomic.Int64
	work := func(worker int) {
		for ctx.Err() == nil {
			task := int(next.Add(1)) - 1
			if task >= tasks {
				return
			}
			do(worker, task)
		}
	}
	var working sync.WaitGroup
	for worker := 1; worker < min(threads, tasks); worker++ {
		working.Go(func() { work(worker) })
	}
	work(0)
	working.Wait()
	return ctx.Err()
}
