// Package nearest finds the names that somebody may have meant.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// most is how many names are offered at most.
const most = 3

// Names returns up to three of the names that are like name, the likest first:
// those that take few changes of letters to get to, or that begin with it or
// contain it. Case does not matter.
func Names(name string, names []string) []string {
	type candidate struct {
		name string
		cost int
	}
	wrong := strings.ToLower(name)
	if wrong == "" {
		return nil
	}
	var found []candidate
	for _, n := range names {
		right := strings.ToLower(n)
		cost := distance(wrong, right)
		// One change in three letters is a typo, more is another word.
		switch limit := max(1, len(wrong)/3); {
		case cost <= limit:
		case strings.HasPrefix(right, wrong):
			cost = limit + 1
		case len(wrong) > 2 && strings.Contains(right, wrong):
			cost = limit + 2
		default:
			continue
		}
		found = append(found, candidate{n, cost})
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.cost, b.cost) })
	var out []string
	for _, c := range found[:min(most, len(found))] {
		out = append(out, c.name)
	}
	return out
}

// Hint returns what to append to a message about a wrong name: "; did you mean
// a or b?", or nothing.
func Hint(name string, names []string) string {
	like := Names(name, names)
	switch len(like) {
	case 0:
		return ""
	case 1:
		return "; did you mean " + like[0] + "?"
	default:
		last := len(like) - 1
		return "; did you mean " + strings.Join(like[:last], ", ") + " or " + like[last] + "?"
	}
}

// distance returns how many letters have to be inserted, removed or replaced to
// get from a to b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
