package demo

import (
	"bytes"
	"encoding/json"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// way is how a message is sent.
type way string

// The ways. A topic hands messages over in one of two formats; consecutive
// messages for the queue come in one batch.
const (
	callback  way = "HTTP"
	topic     way = "topic"
	topicJSON way = "topic JSON"
	queue     way = "queue"
	both      way = "both" // HTTP and topic, many times at once
)

// refused is the outcome of a message that no function takes.
const refused pipeline.Outcome = "refused"

// message is one line of the script.
type message struct {
	way   way
	body  []byte
	shows string
	want  pipeline.Outcome
	key   string // signs instead of the right one
}

// atOnce is how often each way sends the message that goes both ways at once.
const atOnce = 6

// medium makes the events of one medium.
type medium string

func (m medium) event(t vod.Type, opts ...vodtest.Option) []byte {
	return vodtest.NewEvent(t, append(opts, vodtest.Medium(string(m)))...)
}

// script returns all messages in the order in which they are sent. The media are
// named after what happens to them.
func script() []message {
	var all []message
	add := func(w way, body []byte, want pipeline.Outcome, shows string) {
		all = append(all, message{way: w, body: body, shows: shows, want: want})
	}
	ferryScript(add)
	arrivals(add)
	management(add)
	trouble(add)
	all[len(all)-1].key = "Not0theKey" // the last one is forged
	return all
}

type adder func(w way, body []byte, want pipeline.Outcome, shows string)

// ferryScript is the life of a video that goes well, if not in order.
func ferryScript(add adder) {
	const ferry medium = "ferry"
	life := vodtest.Life(vodtest.Medium(string(ferry)), vodtest.Seed(3)) // the seed with the right title
	add(callback, life[0], pipeline.New, "a video is created")
	add(callback, life[1], pipeline.New, "its file is uploaded")
	add(callback, life[1], pipeline.Known, "VOD repeats itself: one row")
	add(topic, life[1], pipeline.Known, "the same through MNS: one row")
	add(topicJSON, life[2], pipeline.New, "metadata, in the other format")
	add(callback, life[8], pipeline.New, "transcoded, before its streams")
	for _, stream := range life[4:8] {
		add(queue, stream, pipeline.New, "one of four streams, batched")
	}
	add(queue, respelled(life[5]), pipeline.Known, "same event, other spelling")
	add(both, life[3], pipeline.New, "6+6 at once: one is new")
	add(callback, life[9], pipeline.New, "automated review")
	add(topic, life[10], pipeline.New, "passed by a reviewer")
	add(topic, ferry.event(vod.TypeAIVideoTagComplete), pipeline.New, "tags")
	add(topicJSON, ferry.event(vod.TypeAIMediaDNAComplete), pipeline.New, "comparison")
	add(callback, ferry.event(vod.TypeDynamicImageComplete), pipeline.New, "an animated image")
	add(queue, ferry.event(vod.TypeWorkflowTaskComplete), pipeline.New, "a workflow")
	add(queue, ferry.event(vod.TypeSubmitMediaRefreshComplete), pipeline.New, "the CDN is refreshed")
}

// arrivals is the ways in which media come into being.
func arrivals(add adder) {
	const (
		lecture medium = "lecture"
		harbour medium = "harbour"
		concert medium = "concert"
		trailer medium = "trailer"
		poster  medium = "poster"
		logo    medium = "logo"
		sketch  medium = "sketch"
	)
	add(callback, lecture.event(vod.TypeUploadByURLComplete), pipeline.New, "pulled from a URL")
	add(callback, lecture.event(vod.TypeTranscodeComplete, vodtest.Fail()), pipeline.New, "but it cannot be decoded")
	add(callback, harbour.event(vod.TypeUploadByURLComplete, vodtest.Variant("stream")), pipeline.New, "same type, other shape")
	add(topic, concert.event(vod.TypeAddLiveRecordVideoComplete), pipeline.New, "a live stream was recorded")
	add(topic, concert.event(vod.TypeLiveRecordVideoComposeStart), pipeline.New, "and is being composed")
	add(queue, trailer.event(vod.TypeProduceMediaComplete), pipeline.New, "edited in the cloud")
	add(queue, trailer.event(vod.TypeCreateAuditComplete, vodtest.Variant("blocked")), pipeline.New, "blocked by a reviewer")
	add(callback, poster.event(vod.TypeImageUploadComplete), pipeline.New, "an image")
	add(callback, logo.event(vod.TypeAttachedMediaUploadComplete), pipeline.New, "a watermark")
	add(callback, sketch.event(vod.TypeMediaBaseChangeComplete, vodtest.Variant("update")), pipeline.New, "a new title, told first")
	add(callback, sketch.event(vod.TypeMediaBaseChangeComplete, vodtest.Variant("create")), pipeline.New, "the old one does not win")
}

// management is what happens to media later on.
func management(add adder) {
	const (
		newsreel medium = "newsreel"
		memoir   medium = "memoir"
		mistake  medium = "mistake"
	)
	add(topic, newsreel.event(vod.TypeFileUploadComplete), pipeline.New, "a video")
	add(callback, newsreel.event(vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("archive")), pipeline.New, "is archived")
	add(callback, memoir.event(vod.TypeRestoreMediaComplete), pipeline.New, "restored …")
	add(callback, memoir.event(vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("archive")), pipeline.New, "… told before it was archived")
	add(topic, memoir.event(vod.TypeFileUploadComplete), pipeline.New, "… and before it was uploaded")
	add(queue, mistake.event(vod.TypeDeleteMediaComplete), pipeline.New, "deleted …")
	add(queue, mistake.event(vod.TypeFileUploadComplete), pipeline.New, "… late upload revives nothing")
}

// trouble is what a receiver has to live with.
func trouble(add adder) {
	add(topic, medium("ferry").event("ChapterComplete"), pipeline.New, "a type of the future is kept")
	add(callback, []byte(`{"EventType": "FileUploadComplete", "VideoId": "cut o`), pipeline.DeadLetter, "signed, but broken: kept apart")
	add(topic, []byte("not an event"), pipeline.DeadLetter, "the same through MNS")
	add(callback, medium("ferry").event(vod.TypeDeleteMediaComplete), refused, "forged: 3 attempts, no trace")
}

// states returns how each medium must end.
func states() map[string]media.State {
	return map[string]media.State{
		"ferry":    media.Playable,
		"lecture":  media.Failed,
		"harbour":  media.Playable,
		"concert":  media.Processing,
		"trailer":  media.Blocked,
		"poster":   media.Uploaded,
		"logo":     media.Uploaded,
		"sketch":   media.Created,
		"newsreel": media.Archived,
		"memoir":   media.Uploaded,
		"mistake":  media.Deleted,
	}
}

// respelled returns the same JSON value in other bytes: members sorted, set in.
func respelled(body []byte) []byte {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		panic("demo: " + err.Error()) // vodtest makes JSON
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("demo: " + err.Error())
	}
	return out
}
