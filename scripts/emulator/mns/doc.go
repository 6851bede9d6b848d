// Package mns is a local Simple Message Queue (formerly Message Service, MNS): a
// handler that speaks the service's protocol of version 2015-06-06, for clients that
// do, such as the official SDKs. Everything is in memory.
//
//	server := mns.New(mns.Key{ID: "id", Secret: "secret"})
//	defer server.Close()
//	server.CreateQueue("vod-events", mns.QueueSettings{})
//	listening := httptest.NewServer(server)
//	// mns://id:secret@127.0.0.1:<port>/1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events?http=true
//
// A client that wants the host of a real endpoint, such as the SDK for Go, gets it
// at the front of the path; the signature is over what follows. Any account and
// region will do, and they are all the same one.
//
// # What is emulated
//
//   - Queues: create, change, read, list and delete them; send, receive, peek and
//     delete messages one by one and in batches of up to 16; long polling, delays,
//     priorities, visibility and its changes, receipt handles that run out, counts of
//     deliveries, retention, and the limits of all of these.
//   - Topics: create, change, read, list and delete them; subscriptions of HTTP
//     addresses and queues with their formats, filters by tag, and strategies;
//     publishing. [Server.Subscribe] subscribes a Go function.
//   - The side of an event source: [Server.Take] and what goes with it. The triggers of
//     package emulator use both, and invoke a local function.
//   - Each request is checked as the service does: version, date (15 minutes either
//     way), digest, signature, security token, and the RAM action against those that
//     the [Key] may call.
//   - Failures that [Server.Inject] asks for: an error, no answer, an answer that is
//     lost after the request was carried out, a batch of which a part fails.
//
// # What is not known of the service
//
// The codes for a message over the queue's MaximumMessageSize (InvalidArgument
// here), for a batch over 64 KiB (the same) and for a security token that is missing
// or has expired (InvalidSecurityToken, 403); the status of a batch of which a part
// was not sent (500). Whether sizes count before or after escapes in XML: here after
// they are undone. The documentation says that requests must name the namespace of
// their XML, and the SDK for Go does not; both are taken.
//
// # What is friendlier than the service
//
// Messages come in the order in which they were sent, if priority and visibility
// allow, and none comes twice by itself; a batch is as full as the queue allows.
// Counts are exact. Names of deleted queues can be used again at once. There is no
// limit on the rate of requests. What is pushed to an HTTP address is not signed, and
// retries follow the strategy BACKOFF_RETRY whatever the subscription says.
//
// Sources: Simple Message Queue, API reference, "Error codes", "Sign requests",
// "BatchSendMessage" (March 2026), "BatchReceiveMessage" (March 2025),
// "BatchDeleteMessage", "Endpoints"; github.com/aliyun/aliyun-mns-go-sdk v1.0.11.
package mns
