// Package tablestore keeps events in Alibaba Cloud Tablestore (OTS), which is the
// store for functions: no server, no connections to run out of, nothing in a VPC
// that has to be there, and the role of the function is all the credentials.
//
// # URL
//
//	tablestore://vod-events.cn-shanghai.ots.aliyuncs.com                 instance vod-events, public endpoint
//	tablestore://vod-events.cn-shanghai.vpc.tablestore.aliyuncs.com      from within a VPC
//	tablestore://127.0.0.1:8087/vod-events                               an emulator
//
// The instance is the first part of the host, or else the path. It is made in the
// console, and the tables in it by [Store.Migrate]. Requests go by HTTPS, but to this
// machine by HTTP. There are no parameters.
//
// Each request is signed with the credentials that the context carries, see package
// alicloud: those of the invocation, or else of the environment. Nothing keeps them.
// Where there are none, those of the URL are used, written as user and password:
// tablestore://<AccessKey id>:<secret>@….
//
// # Rights
//
// The role or user needs these RAM actions on acs:ots:*:*:instance/<name> and
// acs:ots:*:*:instance/<name>/table/vod_*; [Actions] returns them:
//
//	ots:BatchWriteRow, ots:BatchGetRow, ots:GetRange    in functions
//	ots:CreateTable                                     to migrate, besides
//
// # What is committed when
//
// Tablestore has no transactions over several rows. The row of an event is the
// commit point: it is put on the condition that there is none, and holds, besides
// the event, the facts and the sinks that are owed it, and a mark that they are not
// settled. The put that makes the row is the one that is New. In the same call the
// facts are merged into the row of their medium and the deliveries are put; then the
// mark is taken away, and with it what it was for. If that is cut off, by the end of
// the context or of the process, the event is New all the same, and [Store.Settle]
// completes it; until then readers miss its facts and claims its deliveries. All of
// it may be done again, and by several at once.
//
// A medium is one row, so that readers see the facts of an event together. Its row
// is read, merged and put back on the condition that nobody else did meanwhile.
//
// An event that is being dropped has a mark of its own, by which nobody derives facts
// from it. One write to its row makes it gone; its row goes last. What was cut off before
// that write is taken back, and what was cut off after it is completed, see
// [Store.DropEvent].
//
// A request whose reply was lost is made again; the row of an event names the commit
// that made it, so that it comes out as New for that commit and for no other. Only
// the counts of a dead letter and of a replay may take a request for two.
//
// # Tables
//
//	vod_events        shard, id           one row for each event
//	vod_media         shard, id           one row for each medium: its state, and its facts as JSON
//	vod_deliveries    shard, event, sink
//	vod_dead_letters  shard, id
//	vod_sinks         name
//	vod_replays       id
//	vod_schema        name                the version of the tables
//
// With their local secondary indexes they are 14 of the 64 tables that an instance
// may have. A shard is one of 16 hexadecimal digits, the last of the id or of a
// digest of it, which spreads the load over partitions. Ids are UUIDs, as text;
// times are milliseconds since 1970. Local indexes are updated with their row, so
// that readers see at once what was committed. Sorted by id, events are sorted by
// time within a shard.
//
// # Costs
//
// A commit of one event with facts and a sink is four requests in a row, each some
// milliseconds: put, read the medium, write medium and delivery, take the mark away.
// A batch is the same for each 200 events, or 4 MB. One that is Known is two: put, and a
// look whether it is being dropped. A list asks each of the 16
// shards for as many rows as it returns, and a claim does for each sink, twice unless
// there is enough that was not tried; Settle, when there is nothing to do, is 16
// requests. Filters by type, status or state read the index until they have found
// enough; the backlog, parking and hastening read all that is owed. A row in three
// indexes counts as four writes.
//
// # Limits
//
// A subject and the names of media and sinks have up to 1,024 bytes, a body and all
// other values up to 2 MiB; what has more is Rejected. Facts of one event, and of one
// medium, fit 2 MiB after compression, which is some ten thousand. When a medium has
// more, events about it are New, but stay unsettled, and Settle says so. A partition
// key should not have more than 10 GB: 16 of them are some hundred million events.
//
// # Clock
//
// Tablestore has no clock to ask: leases, due times and what is owed since when count
// by the clock of the process. Leases should be longer than clocks differ.
//
// # Verification
//
// The store passes the conformance suite, and a test that fails each single request
// of a commit in turn, with the official SDK against the emulator in
// scripts/emulator/tablestore, which follows the documentation and checks
// signatures. It was not run against the service itself.
package tablestore

import (
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/store"
)

func init() {
	store.Register("tablestore", func(u *url.URL) (store.Store, error) { return Open(u) })
}

// Store is an instance of Tablestore. It is a [store.Migrator], a [store.Reader], an
// [store.Outbox], a [store.Maintainer] and a [store.Settler].
type Store struct {
	address   address
	transport *http.Transport
	closed    atomic.Bool
	// sinks are the names that vod_sinks has, as far as this process knows.
	sinks sync.Map
}

var (
	_ store.Store      = (*Store)(nil)
	_ store.Migrator   = (*Store)(nil)
	_ store.Reader     = (*Store)(nil)
	_ store.Outbox     = (*Store)(nil)
	_ store.Maintainer = (*Store)(nil)
	_ store.Settler    = (*Store)(nil)
)

// address is what a URL says.
type address struct {
	endpoint string // with http or https
	instance string
	own      alicloud.Credentials // zero if it has none
}

// Open returns the store with the given URL. It does not connect.
func Open(u *url.URL) (*Store, error) {
	a, err := addressOf(u)
	if err != nil {
		return nil, err
	}
	return &Store{address: a, transport: newTransport()}, nil
}

// Close closes idle connections. Calls after it fail.
func (s *Store) Close() error {
	s.closed.Store(true)
	s.transport.CloseIdleConnections()
	return nil
}

// now is the clock of the process, in the milliseconds that rows have.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
