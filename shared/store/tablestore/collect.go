package tablestore

import (
	"context"
	"slices"
	"sync"
)

// defaultLimit is how many rows a list returns that asks for no number.
const defaultLimit = 50

// searchPage is how many rows are asked for at once when only some of them are wanted.
const searchPage = 1000

// collect returns rows of several ranges: of each the first, up to limit, that keep
// is true for. Limit 0 and no keep mean all. It calls
// keep for one row at a time.
func (s *Store) collect(
	ctx context.Context, names []string, limit int, of func(name string) span, keep func(columns) bool,
) ([]columns, error) {
	var mu sync.Mutex
	var all []columns
	var failed error
	inParallel(len(names), func(i int) {
		sp := of(names[i])
		switch {
		case sp.page > 0:
		case keep == nil:
			sp.page = limit
		default:
			sp.page = searchPage
		}
		var rows []columns
		for row, err := range s.scan(ctx, sp) {
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = err
				return
			}
			if keep == nil || kept(&mu, keep, row) {
				rows = append(rows, row)
			}
			if limit > 0 && len(rows) == limit {
				break
			}
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, rows...)
	})
	return all, failed
}

func kept(mu *sync.Mutex, keep func(columns) bool, row columns) bool {
	mu.Lock()
	defer mu.Unlock()
	return keep(row)
}

// first sorts rows and returns the first of them.
func first(rows []columns, limit int, compare func(a, b columns) int) []columns {
	slices.SortFunc(rows, compare)
	return rows[:min(len(rows), limit)]
}

// in reports whether a list is empty or has the value.
func in[T ~string](list []T, value string) bool {
	return len(list) == 0 || slices.Contains(list, T(value))
}
