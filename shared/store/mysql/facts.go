package mysql

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

// newer is the rule of [media.Fact.Newer].
const newer = "(VALUES(time), VALUES(`rank`), VALUES(event_id)) > (vod_facts.time, vod_facts.`rank`, vod_facts.event_id)"

const (
	insertFacts = "INSERT INTO vod_facts (medium, facet, kind, status, value, data, duration_s, event_id, `rank`, time)\nVALUES "

	// MySQL assigns from left to right, and each condition sees what was assigned before
	// it. What they compare comes last, and the other way round: when event_id, and then
	// rank, has its new value, the rest decides as before, or has nothing to change.
	replaceFact = "\nON DUPLICATE KEY UPDATE" +
		" kind = IF(" + newer + ", VALUES(kind), kind)," +
		" status = IF(" + newer + ", VALUES(status), status)," +
		" value = IF(" + newer + ", VALUES(value), value)," +
		" data = IF(" + newer + ", VALUES(data), data)," +
		" duration_s = IF(" + newer + ", VALUES(duration_s), duration_s)," +
		" event_id = IF(" + newer + ", VALUES(event_id), event_id)," +
		" `rank` = IF(" + newer + ", VALUES(`rank`), `rank`)," +
		" time = IF(" + newer + ", VALUES(time), time)"
)

// writeFacts writes the facts that count, in the order of their keys.
func (t *tx) writeFacts(ctx context.Context, facts []media.Fact) error {
	type key struct{ medium, facet string }
	newest := make(map[key]media.Fact, len(facts))
	for _, f := range facts {
		k := key{f.Medium, f.Facet}
		if old, ok := newest[k]; !ok || f.Newer(old) {
			newest[k] = f
		}
	}
	keys := slices.SortedFunc(maps.Keys(newest), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.medium, b.medium), cmp.Compare(a.facet, b.facet))
	})
	rows := make([][]any, len(keys))
	for i, k := range keys {
		f := newest[k]
		rows[i] = []any{
			[]byte(f.Medium), []byte(f.Facet), string(f.Kind), string(f.Status), f.Value, string(f.Data),
			sqlstore.Duration(f), f.Event[:], f.Rank, timeOrNone(f.Time),
		}
	}
	return t.insert(ctx, insertFacts, "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", replaceFact, rows)
}

// checkFact returns an error if the fact is one that the database should refuse, but
// does not, or not in all versions.
func checkFact(f media.Fact) error {
	err := errors.Join(checkName("medium", f.Medium), checkName("facet", f.Facet), checkTime(f.Time))
	if err == nil && !json.Valid(f.Data) {
		err = errors.New("the data is no JSON")
	}
	return err
}
