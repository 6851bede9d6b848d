package tablestore

import (
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
)

// The column turn is what the index of deliveries that are not made sorts them by: first
// what is owed and was not tried, by when it is due; then what is owed and was tried,
// likewise; then what was given up, by when. A turn is that time, in milliseconds since
// 1970, after one of these beginnings.
const (
	turnTried  int64 = 1 << 50 // some 35,000 years
	turnParked int64 = 2 << 50
)

// owedTurn is the turn of what is due at that time.
func owedTurn(due time.Time, attempts int64) int64 {
	if attempts > 0 {
		return turnTried + due.UnixMilli()
	}
	return due.UnixMilli()
}

// isDue reports whether the turn is of what is owed and due at that time.
func isDue(turn, at int64) bool { return turn <= at || turn >= turnTried && turn <= turnTried+at }

// waiting is a delivery as it was seen, free and with this turn.
type waiting struct {
	key
	turn int64
}

func waitingOf(row columns) waiting {
	return waiting{deliveryKey(row.id("event"), row.text("sink")), row.integer("turn")}
}

// unchanged are the conditions that it is still so, and free at that time.
func (w waiting) unchanged(at int64) []condition {
	return []condition{{"turn", ots.CT_EQUAL, w.turn}, {"lease_until", ots.CT_LESS_EQUAL, at}}
}

// isFree reports whether no living lease is on the delivery in a row.
func isFree(row columns, at int64) bool { return row.integer("lease_until") <= at }

// turns is the range of the deliveries to a sink with these turns, both included; nil
// is no bound.
func turns(shard, sink string, from, to []any) span {
	return span{table: deliveryByTurn, under: []any{shard, sink}, from: from, to: to}
}
