package tablestore_test

import (
	"testing"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/store"
)

// Replies to writes are lost: each is made again, and counts once.
func TestLostReplies(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server)
	lose := func() { server.Inject(emulator.BatchWriteRow, 1, emulator.Fault{Drop: true}) }
	outcomes, err := s.Commit(t.Context(), []store.Record{event(1), event(2), letter(3)})
	require.NoError(t, err)
	require.Equal(t, []store.State{store.New, store.New, store.New}, statesOf(outcomes))

	claim := func(token string) []store.Claimed {
		got, err := s.Claim(t.Context(), store.Claim{Token: token, For: time.Hour, Sinks: []string{"crm", "erp"}, Limit: 3})
		require.NoError(t, err)
		return got
	}
	lose()
	first := claim("a")
	require.Len(t, first, 3, "the leases hold")
	require.Len(t, claim("b"), 1)

	lose()
	require.NoError(t, s.Mark(t.Context(), "a", []store.Mark{
		{Event: first[0].Event.ID, Sink: first[0].Delivery.Sink, State: store.Delivered, Tried: true},
	}))
	delivered, err := s.Deliveries(t.Context(), store.DeliveryQuery{State: store.Delivered})
	require.NoError(t, err)
	require.Len(t, delivered, 1)
	require.Equal(t, 1, delivered[0].Attempts)

	lose()
	n, err := s.Owe(t.Context(), store.Replay{ID: "r"}, []store.Owing{{Event: event(1).ID, Sink: "crm"}})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	replays, err := s.Replays(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, 1, replays[0].Deliveries)

	parkable := claim("c") // what was replayed
	require.Len(t, parkable, 1)
	require.NoError(t, s.Mark(t.Context(), "c", []store.Mark{{Event: event(1).ID, Sink: "crm", State: store.Owed, Retry: time.Hour}}))
	lose()
	parked, err := s.Park(t.Context(), 0, time.Hour)
	require.NoError(t, err)
	require.Equal(t, []store.Parking{{Sink: "crm", Deliveries: 1}}, parked, "the others are leased")

	lose()
	dropped, err := s.DropDeadLetters(t.Context(), letter(3).ID, letter(4).ID)
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
}

// Tables of a newer program are left alone, and so are rows.
func TestNewerTables(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server)
	client := ots.NewClient(server.Endpoint, server.Instance, server.AccessKeyID, server.AccessKeySecret)
	change := &ots.UpdateRowChange{TableName: "vod_schema", PrimaryKey: &ots.PrimaryKey{}}
	change.PrimaryKey.AddPrimaryKeyColumn("name", "version")
	change.PutColumn("version", int64(99))
	change.SetCondition(ots.RowExistenceExpectation_EXPECT_EXIST)
	_, err := client.UpdateRow(&ots.UpdateRowRequest{UpdateRowChange: change})
	require.NoError(t, err)

	require.ErrorContains(t, s.Migrate(t.Context()), "99")
	outcomes, err := s.Commit(t.Context(), []store.Record{event(1)})
	require.NoError(t, err, "commits go on")
	require.Equal(t, store.New, outcomes[0].State)
}
