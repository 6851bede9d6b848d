package functions_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// newMNS starts a message service that takes the credentials of the function's role.
func newMNS(t *testing.T) (server *mns.Server, topic string) {
	t.Helper()
	server = mns.New(mns.Key{
		ID: emulator.AccessKeyID, Secret: emulator.AccessKeySecret, Token: emulator.SecurityToken,
		Actions: []string{"mns:PublishMessage"},
	})
	server.CreateTopic("vod-events")
	front := httptest.NewServer(server)
	t.Cleanup(server.Close)
	t.Cleanup(front.Close)
	host := strings.TrimPrefix(front.URL, "http://")
	return server, "VOD_TOPIC=mns://" + host + "/1234.mns.cn-shanghai.aliyuncs.com/topics/vod-events?http=true"
}

// With a topic the callback's function does not wait for receivers: it publishes the
// event, and the function that is subscribed delivers.
func TestACallbackIsPublished(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	crm := newReceiver(t)
	server, topic := newMNS(t)
	env := db.settings(sinks(crm.sink("crm")), secretSetting, topic)
	subscriber := start(t, "mns", emulator.Function{Env: env})
	subscriber.Topic(emulator.TopicTrigger{Server: server, Format: emulator.JSON})
	s := sender(serve(t, start(t, "http", emulator.Function{Env: env}).HTTPTrigger()))
	life := vodtest.Life()
	for _, body := range life {
		require.Equal(t, "new", post(t, s, body).Outcome)
		require.Equal(t, "known", post(t, s, body).Outcome)
	}
	require.NoError(t, subscriber.Drain(t.Context()))
	require.Equal(t, len(life), subscriber.Counts().Invocations, "what is known is published once")
	require.Len(t, crm.got(), len(life))
	for id, copies := range crm.got() {
		require.Equal(t, 1, copies, id)
	}
	requireRows(t, db, life, store.SourceHTTP)
}

// A publication that is lost, or a topic that does not answer, costs nothing but
// time: the event is acknowledged, and the timer delivers it.
func TestAPublicationIsLost(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mns.Fault{
		"refused": {Code: "InternalError"}, "no answer": {Hang: true}, "the answer is lost": {DropReply: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			crm := newReceiver(t)
			server, topic := newMNS(t)
			server.Inject(func(mns.Call) mns.Fault { return fault })
			env := db.settings(sinks(crm.sink("crm")), secretSetting, topic)
			s := sender(serve(t, start(t, "http", emulator.Function{Env: env}).HTTPTrigger()))
			began := time.Now()
			require.Equal(t, "new", post(t, s, upload(0)).Outcome)
			require.Less(t, time.Since(began), 3*time.Second)
			require.Empty(t, crm.got())
			redriveUntil(t, start(t, "mns", emulator.Function{Env: env}), func() bool { return len(crm.got()) == 1 })
		})
	}
}
