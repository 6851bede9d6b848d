package tablestore

import "sync"

// atOnce is how many requests one call makes at the same time.
const atOnce = shards

// inParallel calls fn for 0 to n-1, for some at the same time, and waits.
func inParallel(n int, fn func(i int)) {
	if n == 1 {
		fn(0)
		return
	}
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, atOnce) {
		wg.Go(func() {
			for i := range next {
				fn(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
