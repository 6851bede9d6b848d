package oracle_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	alimns "github.com/aliyun/aliyun-mns-go-sdk"
	"github.com/gogap/errors"
	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/mns"
)

var key = emulator.Key{ID: "STS.id", Secret: "a secret", Token: "a+token/with=signs"}

// endpoint is what the SDK has to be given: it takes a string of five pieces with
// dots between them, and finds account and region in it.
const endpoint = "/1234.mns.cn-shanghai.aliyuncs.com"

// recorded is a request as it came in.
type recorded struct {
	method, resource string
	header           http.Header
	body             []byte
}

// service is the local service, and the requests that it got.
type service struct {
	*emulator.Server

	url string // with a host that has no dots

	mu       sync.Mutex
	requests []recorded
}

func start(t *testing.T, keys ...emulator.Key) *service {
	t.Helper()
	s := &service{Server: emulator.New(keys...)}
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.requests = append(s.requests, recorded{
			method: r.Method, resource: strings.TrimPrefix(r.RequestURI, endpoint), header: r.Header.Clone(), body: body,
		})
		s.mu.Unlock()
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		listening.Close()
	})
	s.url = strings.Replace(listening.URL, "127.0.0.1", "localhost", 1) + endpoint
	return s
}

// taken returns the requests since the last time.
func (s *service) taken() []recorded {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.requests
	s.requests = nil
	return all
}

// sdk returns the SDK's client.
func (s *service) sdk(k emulator.Key) alimns.MNSClient {
	return alimns.NewAliMNSClientWithConfig(alimns.AliMNSClientConfig{
		EndPoint: s.url, AccessKeyId: k.ID, AccessKeySecret: k.Secret, Token: k.Token,
		TimeoutSecond: alimns.DefaultTimeout, MaxConnsPerHost: alimns.DefaultMaxConnsPerHost,
	})
}

// ours returns the URL of a queue or topic for our client.
func (s *service) ours(t *testing.T, path string, k emulator.Key) *url.URL {
	t.Helper()
	u, err := url.Parse("mns" + strings.TrimPrefix(s.url, "http") + path + "?http=true")
	require.NoError(t, err)
	u.User = url.UserPassword(k.ID, k.Secret)
	return u
}

// one returns what the SDK puts into one of two channels.
func one[T any](t *testing.T, ask func(chan T, chan error)) (T, error) {
	t.Helper()
	answers, failures := make(chan T, 1), make(chan error, 1)
	ask(answers, failures)
	select {
	case answer := <-answers:
		return answer, nil
	case err := <-failures:
		var none T
		return none, err
	}
}

func requireCode(t *testing.T, want errors.ErrCodeTemplate, err error) {
	t.Helper()
	require.Error(t, err)
	require.True(t, want.IsEqual(err), "%v", err)
}

func TestQueuesOfTheSDK(t *testing.T) {
	t.Parallel()
	plain := emulator.Key{ID: "id", Secret: "secret"}
	s := start(t, plain)
	manager := alimns.NewMNSQueueManager(s.sdk(plain))
	require.NoError(t, manager.CreateSimpleQueue("vod-events"))
	requireCode(t, alimns.ERR_MNS_QUEUE_ALREADY_EXIST_AND_HAVE_SAME_ATTR, manager.CreateSimpleQueue("vod-events"))
	requireCode(t, alimns.ERR_MNS_QUEUE_ALREADY_EXIST, manager.CreateQueue("vod-events", 1, 65536, 345600, 30, 0, 2))
	requireCode(t, alimns.ERR_MNS_INVALID_QUEUE_NAME, manager.CreateSimpleQueue("-x"))
	requireCode(t, alimns.ERR_MNS_INVALID_ARGUMENT, manager.CreateQueue("x", 0, 100, 345600, 30, 0, 2))

	require.NoError(t, manager.SetQueueAttributes("vod-events", 0, 2048, 3600, 60, 5, 2))
	requireCode(t, alimns.ERR_MNS_QUEUE_NOT_EXIST, manager.SetQueueAttributes("absent", 0, 2048, 3600, 60, 5, 2))
	attributes, err := manager.GetQueueAttributes("vod-events")
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), time.Unix(attributes.CreateTime, 0), time.Minute)
	attributes.CreateTime, attributes.LastModifyTime = 0, 0
	attributes.XMLName.Space = ""
	want := alimns.QueueAttribute{
		QueueName: "vod-events", MaxMessageSize: 2048, MessageRetentionPeriod: 3600, VisibilityTimeout: 60, PollingWaitSeconds: 5,
	}
	want.XMLName.Local = "Queue"
	require.Equal(t, want, attributes)
	_, err = manager.GetQueueAttributes("absent")
	requireCode(t, alimns.ERR_MNS_QUEUE_NOT_EXIST, err)

	for _, name := range []string{"a-1", "a-2", "a-3"} {
		require.NoError(t, manager.CreateSimpleQueue(name))
	}
	page, err := manager.ListQueue("", 2, "a-")
	require.NoError(t, err)
	require.Equal(t, []alimns.Queue{{QueueURL: s.url + "/queues/a-1"}, {QueueURL: s.url + "/queues/a-2"}}, page.Queues)
	page, err = manager.ListQueue(page.NextMarker, 2, "a-")
	require.NoError(t, err)
	require.Equal(t, []alimns.Queue{{QueueURL: s.url + "/queues/a-3"}}, page.Queues)
	require.Empty(t, page.NextMarker)
	details, err := manager.ListQueueDetail("", 10, "v")
	require.NoError(t, err)
	require.Len(t, details.Attrs, 1)
	require.Equal(t, int32(2048), details.Attrs[0].MaxMessageSize)
	require.NoError(t, manager.DeleteQueue("a-1"))
	page, err = manager.ListQueue("", 10, "a-")
	require.NoError(t, err)
	require.Len(t, page.Queues, 2)
}

func TestMessagesOfTheSDK(t *testing.T) {
	t.Parallel()
	s := start(t, key)
	s.CreateQueue("vod-events", emulator.QueueSettings{VisibilityTimeout: time.Hour})
	q := alimns.NewMNSQueue("vod-events", s.sdk(key))

	_, err := one(t, func(a chan alimns.MessageReceiveResponse, f chan error) { q.ReceiveMessage(a, f) })
	requireCode(t, alimns.ERR_MNS_MESSAGE_NOT_EXIST, err)
	sent, err := q.SendMessage(alimns.MessageSendRequest{MessageBody: "<&>\"'\n🎬", Priority: 8})
	require.NoError(t, err)
	require.Equal(t, "201", sent.Code)
	require.NotEmpty(t, sent.RequestId)

	peeked, err := one(t, func(a chan alimns.MessageReceiveResponse, f chan error) { q.PeekMessage(a, f) })
	require.NoError(t, err)
	require.Equal(t, sent.MessageId, peeked.MessageId)
	require.Empty(t, peeked.ReceiptHandle)
	received, err := one(t, func(a chan alimns.MessageReceiveResponse, f chan error) { q.ReceiveMessage(a, f, 1) })
	require.NoError(t, err)
	require.Equal(t, "<&>\"'\n🎬", received.MessageBody)
	require.Equal(t, sent.MessageBodyMD5, received.MessageBodyMD5)
	require.Equal(t, int64(1), received.DequeueCount)
	require.Equal(t, int64(8), received.Priority)
	require.WithinDuration(t, time.Now().Add(time.Hour), time.UnixMilli(received.NextVisibleTime), time.Minute)
	require.WithinDuration(t, time.Now(), time.UnixMilli(received.FirstDequeueTime), time.Minute)

	changed, err := q.ChangeMessageVisibility(received.ReceiptHandle, 100)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(100*time.Second), time.UnixMilli(changed.NextVisibleTime), 10*time.Second)
	requireCode(t, alimns.ERR_MNS_MESSAGE_NOT_EXIST, q.DeleteMessage(received.ReceiptHandle))
	requireCode(t, alimns.ERR_MNS_RECEIPT_HANDLE_ERROR, q.DeleteMessage("x"))
	requireCode(t, alimns.ERR_MNS_MISSING_RECEIPT_HANDLE, q.DeleteMessage(""))
	require.NoError(t, q.DeleteMessage(changed.ReceiptHandle))

	batch, err := q.BatchSendMessage(
		alimns.MessageSendRequest{MessageBody: "low", Priority: 16},
		alimns.MessageSendRequest{MessageBody: "high", Priority: 1},
		alimns.MessageSendRequest{MessageBody: "later", Priority: 1, DelaySeconds: 100},
	)
	require.NoError(t, err)
	require.Len(t, batch.Messages, 3)
	shown, err := one(t, func(a chan alimns.BatchMessageReceiveResponse, f chan error) { q.BatchPeekMessage(a, f, 16) })
	require.NoError(t, err)
	require.Len(t, shown.Messages, 2)
	all, err := one(t, func(a chan alimns.BatchMessageReceiveResponse, f chan error) { q.BatchReceiveMessage(a, f, 16, 1) })
	require.NoError(t, err)
	require.Len(t, all.Messages, 2)
	require.Equal(t, "high", all.Messages[0].MessageBody)
	require.Equal(t, "low", all.Messages[1].MessageBody)

	gone := received.ReceiptHandle
	failed, err := q.BatchDeleteMessage(all.Messages[0].ReceiptHandle, gone, all.Messages[1].ReceiptHandle)
	requireCode(t, alimns.ERR_MNS_BATCH_OP_FAIL, err)
	require.Len(t, failed.FailedMessages, 1)
	require.Equal(t, gone, failed.FailedMessages[0].ReceiptHandle)
	require.Equal(t, "MessageNotExist", failed.FailedMessages[0].ErrorCode)
	require.Len(t, s.Messages("vod-events"), 1)

	_, err = q.SendMessage(alimns.MessageSendRequest{MessageBody: "x"}) // of priority 0
	requireCode(t, alimns.ERR_MNS_INVALID_ARGUMENT, err)
	_, err = q.SendMessage(alimns.MessageSendRequest{MessageBody: strings.Repeat("x", mns.MaxText+1), Priority: 8})
	requireCode(t, alimns.ERR_MNS_INVALID_ARGUMENT, err)
}

func TestTopicsOfTheSDK(t *testing.T) {
	t.Parallel()
	s := start(t, key)
	manager := alimns.NewMNSTopicManager(s.sdk(key))
	require.NoError(t, manager.CreateSimpleTopic("vod-events"))
	requireCode(t, alimns.ERR_MNS_TOPIC_ALREADY_EXIST_AND_HAVE_SAME_ATTR, manager.CreateSimpleTopic("vod-events"))
	requireCode(t, alimns.ERR_MNS_TOPIC_ALREADY_EXIST, manager.CreateTopic("vod-events", 1024, false))
	require.NoError(t, manager.SetTopicAttributes("vod-events", 2048, false))
	attributes, err := manager.GetTopicAttributes("vod-events")
	require.NoError(t, err)
	require.Equal(t, int32(2048), attributes.MaxMessageSize)
	_, err = manager.GetTopicAttributes("absent")
	requireCode(t, alimns.ERR_MNS_TOPIC_NOT_EXIST, err)
	list, err := manager.ListTopic("", 10, "")
	require.NoError(t, err)
	require.Equal(t, []alimns.Topic{{TopicURL: s.url + "/topics/vod-events"}}, list.Topics)
	details, err := manager.ListTopicDetail("", 10, "")
	require.NoError(t, err)
	require.Equal(t, "vod-events", details.Attrs[0].TopicName)

	s.CreateQueue("crm", emulator.QueueSettings{})
	topic := alimns.NewMNSTopic("vod-events", s.sdk(key))
	subscription := alimns.MessageSubsribeRequest{
		Endpoint: topic.GenerateQueueEndpoint("crm"), FilterTag: "vod", NotifyContentFormat: alimns.SIMPLIFIED,
	}
	require.NoError(t, topic.Subscribe("to-crm", subscription))
	requireCode(t, alimns.ERR_MNS_SUBSCRIPTION_ALREADY_EXIST_AND_HAVE_SAME_ATTR, topic.Subscribe("to-crm", subscription))
	subscription.FilterTag = "other"
	requireCode(t, alimns.ERR_MNS_SUBSCRIPTION_ALREADY_EXIST, topic.Subscribe("to-crm", subscription))
	requireCode(t, alimns.ERR_MNS_INVALID_ENDPOINT, topic.Subscribe("x", alimns.MessageSubsribeRequest{Endpoint: "nowhere"}))
	require.NoError(t, topic.SetSubscriptionAttributes("to-crm", alimns.EXPONENTIAL_DECAY_RETRY))
	got, err := topic.GetSubscriptionAttributes("to-crm")
	require.NoError(t, err)
	require.Equal(t, alimns.EXPONENTIAL_DECAY_RETRY, got.NotifyStrategy)
	require.Equal(t, "vod", got.FilterTag)
	subscriptions, err := topic.ListSubscriptionByTopic("", 10, "")
	require.NoError(t, err)
	require.Equal(t, []alimns.Subscription{{SubscriptionURL: s.url + "/topics/vod-events/subscriptions/to-crm"}}, subscriptions.Subscriptions)
	subscriptionDetails, err := topic.ListSubscriptionDetailByTopic("", 10, "")
	require.NoError(t, err)
	require.Equal(t, "to-crm", subscriptionDetails.Attrs[0].SubscriptionName)

	sent, err := topic.PublishMessage(alimns.MessagePublishRequest{MessageBody: "<&>🎬", MessageTag: "vod"})
	require.NoError(t, err)
	require.NotEmpty(t, sent.MessageId)
	_, err = topic.PublishMessage(alimns.MessagePublishRequest{MessageBody: "not for it", MessageTag: "live"})
	require.NoError(t, err)
	require.NoError(t, s.Drain(t.Context()))
	require.Len(t, s.Messages("crm"), 1)
	require.Equal(t, "<&>🎬", s.Messages("crm")[0].Body)

	require.NoError(t, topic.Unsubscribe("to-crm"))
	_, err = topic.GetSubscriptionAttributes("to-crm")
	require.ErrorContains(t, err, "SubscriptionNotExist")
	require.NoError(t, manager.DeleteTopic("vod-events"))
	_, err = topic.PublishMessage(alimns.MessagePublishRequest{MessageBody: "x"})
	requireCode(t, alimns.ERR_MNS_TOPIC_NOT_EXIST, err)
}

func TestRefusalsOfTheSDK(t *testing.T) {
	t.Parallel()
	s := start(t, key, emulator.Key{ID: "reader", Secret: "x", Actions: []string{"mns:ReceiveMessage"}})
	s.CreateQueue("vod-events", emulator.QueueSettings{})
	for _, tc := range []struct {
		name string
		key  emulator.Key
		want errors.ErrCodeTemplate
	}{
		{name: "unknown", key: emulator.Key{ID: "x", Secret: "x"}, want: alimns.ERR_MNS_INVALID_ACCESS_KEY_ID},
		{name: "other secret", key: emulator.Key{ID: key.ID, Secret: "x", Token: key.Token}, want: alimns.ERR_MNS_SIGNATURE_DOES_NOT_MATCH},
		{name: "no right", key: emulator.Key{ID: "reader", Secret: "x"}, want: alimns.ERR_MNS_ACCESS_DENIED},
		{name: "token expired", key: emulator.Key{ID: key.ID, Secret: key.Secret, Token: "old"}, want: alimns.ERR_MNS_UNKNOWN_CODE},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := alimns.NewMNSQueue("vod-events", s.sdk(tc.key)).SendMessage(alimns.MessageSendRequest{MessageBody: "x", Priority: 8})
			requireCode(t, tc.want, err)
		})
	}
}

// hostile are bodies that some layer on the way might change.
var hostile = []string{
	`{"EventType":"FileUploadComplete","Title":"<b>&amp;]]></b>"}`, "{\r\n}", "\x00\x1b\x7f", "\xff\xfe", "\ufffe\uffff\ufeff\ufffd",
	"🎬 \u0085\u2028", " \t\n ", "e30=", "AA==", "QUE9PQ==", "&#13;", `<?xml version="1.0"?>`,
}

// What the SDK sends arrives with us, and what we send arrives with the SDK, as the
// text that EncodeBody says.
func TestBothDirections(t *testing.T) {
	t.Parallel()
	plain := emulator.Key{ID: "id", Secret: "secret"}
	s := start(t, plain)
	s.CreateQueue("vod-events", emulator.QueueSettings{VisibilityTimeout: time.Hour})
	theirs := alimns.NewMNSQueue("vod-events", s.sdk(plain))
	ours, err := mns.OpenQueue(s.ours(t, "/queues/vod-events", plain))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, ours.Close()) })
	for _, body := range hostile {
		text := mns.EncodeBody([]byte(body))
		id, err := ours.Send(t.Context(), []byte(body))
		require.NoError(t, err)
		got, err := one(t, func(a chan alimns.MessageReceiveResponse, f chan error) { theirs.ReceiveMessage(a, f) })
		require.NoError(t, err)
		require.Equal(t, id, got.MessageId)
		require.Equal(t, text, got.MessageBody)
		require.NoError(t, ours.Delete(t.Context(), got.ReceiptHandle), "our deletion, their handle")

		sent, err := theirs.SendMessage(alimns.MessageSendRequest{MessageBody: text, Priority: 8})
		require.NoError(t, err)
		received, err := ours.Receive(t.Context(), 16, 0)
		require.NoError(t, err)
		require.Len(t, received, 1)
		require.Equal(t, sent.MessageId, received[0].ID)
		require.Equal(t, body, string(received[0].Body))
		require.False(t, received[0].MD5Mismatch)
		require.NoError(t, theirs.DeleteMessage(received[0].Handle))
	}

	var topicGot []string
	var mu sync.Mutex
	s.Subscribe("vod-events", func(_ context.Context, m emulator.Message) error {
		mu.Lock()
		defer mu.Unlock()
		topicGot = append(topicGot, m.Body)
		return nil
	})
	topic, err := mns.OpenTopic(s.ours(t, "/topics/vod-events", plain))
	require.NoError(t, err)
	var want []string
	for _, body := range hostile {
		_, err := topic.Publish(t.Context(), []byte(body))
		require.NoError(t, err)
		_, err = alimns.NewMNSTopic("vod-events", s.sdk(plain)).PublishMessage(alimns.MessagePublishRequest{MessageBody: mns.EncodeBody([]byte(body))})
		require.NoError(t, err)
		want = append(want, mns.EncodeBody([]byte(body)), mns.EncodeBody([]byte(body)))
	}
	require.NoError(t, s.Drain(t.Context()))
	require.ElementsMatch(t, want, topicGot)
	require.NoError(t, topic.Close())
}
