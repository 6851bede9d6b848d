package tablestore

import (
	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
)

// The tables and their indexes.
const (
	schemaTable = "vod_schema"

	eventTable      = "vod_events"
	eventByReceived = "vod_events_by_received"
	eventBySubject  = "vod_events_by_subject"
	eventUnsettled  = "vod_events_unsettled"

	mediaTable     = "vod_media"
	mediaByUpdated = "vod_media_by_updated"

	deliveryTable     = "vod_deliveries"
	deliveryByTurn    = "vod_deliveries_by_turn"
	deliveryByUpdated = "vod_deliveries_by_updated"

	letterTable      = "vod_dead_letters"
	letterByReceived = "vod_dead_letters_by_received"

	sinkTable   = "vod_sinks"
	replayTable = "vod_replays"
)

// version is what vod_schema says when the tables are those below.
const version = 1

// table is a table as it is made.
type table struct {
	name string
	key  []string // its columns are text
	// texts and integers are the columns that its indexes use.
	texts, integers []string
	indexes         []index
}

// index is a local secondary index: a row is in it that has all columns of its key.
type index struct {
	name    string
	key     []string // all of it, that of the table included
	columns []string // what it has besides
}

// tables returns what [Store.Migrate] makes. What was released is never changed,
// only added to, with a new version.
func tables() []table {
	return []table{
		{
			name: eventTable, key: []string{"shard", "id"},
			texts: []string{"type", "subject", "status"}, integers: []string{"received", "unsettled"},
			indexes: []index{
				{name: eventByReceived, key: []string{"shard", "received", "id"}, columns: []string{"type", "status"}},
				{name: eventBySubject, key: []string{"shard", "subject", "received", "id"}, columns: []string{"type", "status"}},
				{name: eventUnsettled, key: []string{"shard", "unsettled", "id"}},
			},
		},
		{
			name: mediaTable, key: []string{"shard", "id"},
			texts: []string{"kind", "state"}, integers: []string{"updated"},
			indexes: []index{
				{name: mediaByUpdated, key: []string{"shard", "updated", "id"}, columns: []string{"kind", "state"}},
			},
		},
		{
			name: deliveryTable, key: []string{"shard", "event", "sink"},
			texts: []string{"state"}, integers: []string{"turn", "owed_since", "lease_until", "updated"},
			indexes: []index{
				{name: deliveryByTurn, key: []string{"shard", "sink", "turn", "event"}, columns: []string{"owed_since", "lease_until"}},
				{name: deliveryByUpdated, key: []string{"shard", "updated", "event", "sink"}, columns: []string{"state"}},
			},
		},
		{
			name: letterTable, key: []string{"shard", "id"},
			texts: []string{"reason"}, integers: []string{"received"},
			indexes: []index{
				{name: letterByReceived, key: []string{"shard", "received", "id"}, columns: []string{"reason"}},
			},
		},
		{name: sinkTable, key: []string{"name"}},
		{name: replayTable, key: []string{"id"}},
		{name: schemaTable, key: []string{"name"}},
	}
}

// keyColumns returns the columns of the key of a table or index.
func keyColumns(name string) []string {
	for _, t := range tables() {
		if t.name == name {
			return t.key
		}
		for _, i := range t.indexes {
			if i.name == name {
				return i.key
			}
		}
	}
	return nil
}

// request returns what makes the table. Local indexes are there at once with it.
func (t table) request() *ots.CreateTableRequest {
	meta := &ots.TableMeta{TableName: t.name}
	for _, name := range t.key {
		meta.AddPrimaryKeyColumn(name, ots.PrimaryKeyType_STRING)
	}
	for _, name := range t.texts {
		meta.AddDefinedColumn(name, ots.DefinedColumn_STRING)
	}
	for _, name := range t.integers {
		meta.AddDefinedColumn(name, ots.DefinedColumn_INTEGER)
	}
	request := &ots.CreateTableRequest{
		TableMeta:          meta,
		TableOption:        ots.NewTableOptionWithMaxVersion(1), // for ever
		ReservedThroughput: &ots.ReservedThroughput{},
	}
	for _, i := range t.indexes {
		meta := &ots.IndexMeta{IndexName: i.name, Primarykey: i.key, DefinedColumns: i.columns}
		meta.SetAsLocalIndex()
		request.AddIndexMeta(meta)
	}
	return request
}
