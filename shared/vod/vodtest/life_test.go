package vodtest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// lived is the life of a video, by type; only streams come more than once.
func lived(t *testing.T, opts ...vodtest.Option) map[string]map[string]json.RawMessage {
	t.Helper()
	events := map[string]map[string]json.RawMessage{}
	for _, body := range vodtest.Life(opts...) {
		event := decode[map[string]json.RawMessage](t, body)
		events[decode[string](t, event["EventType"])] = event
	}
	return events
}

func TestLifeIsInOrder(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	var types []string
	var last string
	for i, body := range vodtest.Life(vodtest.At(start), vodtest.Fail(), vodtest.Variant("no such"), vodtest.Set("Status", "x"), vodtest.Extend("shop 3")) {
		event := decode[struct{ EventType, EventTime, Status, Extend string }](t, body)
		if i == 0 {
			require.Equal(t, "2027-01-02T03:04:05Z", event.EventTime)
		}
		require.Equal(t, "success", event.Status)
		require.Equal(t, "shop 3", event.Extend)
		require.GreaterOrEqual(t, event.EventTime, last)
		last = event.EventTime
		types = append(types, event.EventType)
	}
	require.Equal(t, []string{
		"MediaBaseChangeComplete", "FileUploadComplete", "VideoAnalysisComplete", "SnapshotComplete",
		"StreamTranscodeComplete", "StreamTranscodeComplete", "StreamTranscodeComplete", "StreamTranscodeComplete",
		"TranscodeComplete", "AIMediaAuditComplete", "CreateAuditComplete",
	}, types)
	require.Equal(t, "2027-01-02T03:14:05Z", last)
}

func TestLifeAgrees(t *testing.T) {
	t.Parallel()
	for seed := range 20 {
		opts := []vodtest.Option{vodtest.Seed(seed), vodtest.Medium("video-of-mine")}
		life := lived(t, opts...)
		for typ, event := range life {
			id := event["VideoId"]
			if id == nil {
				id = event["MediaId"]
			}
			require.Equal(t, `"video-of-mine"`, string(id), typ)
		}
		size := decode[json.Number](t, life["FileUploadComplete"]["Size"])
		analysis := life["VideoAnalysisComplete"]
		require.Equal(t, size.String(), decode[string](t, analysis["Size"]))
		require.Equal(t, `"`+size.String()+`"`, string(members(t, vod.TypeUploadByURLComplete, opts...)["Size"]))

		streams := decode[[]map[string]json.RawMessage](t, life["TranscodeComplete"]["StreamInfos"])
		require.Len(t, streams, 4)
		for _, stream := range streams[:3] {
			require.Equal(t, decode[string](t, analysis["Duration"]), string(stream["Duration"]))
		}
		for name, value := range streams[3] {
			require.Equal(t, string(life["StreamTranscodeComplete"][name]), string(value), name)
		}
		played := strings.Replace(decode[string](t, streams[1]["FileUrl"]), "http://", "https://", 1)
		require.Equal(t, `"`+played+`"`, string(members(t, vod.TypeSubmitMediaRefreshComplete, opts...)["SuccessPlayUrls"]))
		deleted := decode[string](t, members(t, vod.TypeDeleteMediaComplete, append(opts, vodtest.Variant("stream"))...)["JobIds"])
		require.Contains(t, deleted, decode[string](t, streams[1]["JobId"]))
		require.Equal(t, life["TranscodeComplete"]["EventTime"], life["StreamTranscodeComplete"]["EventTime"])

		audit := decode[struct {
			TextResult  []struct{ Content string }
			ImageResult []struct{ URL string }
		}](t, life["AIMediaAuditComplete"]["Data"])
		require.Equal(t, decode[string](t, life["SnapshotComplete"]["CoverUrl"]), audit.ImageResult[0].URL)
		content := decode[map[string]string](t, life["MediaBaseChangeComplete"]["MediaContent"])
		require.Equal(t, decode[map[string]string](t, []byte(content["Title"]))["NewValue"], audit.TextResult[0].Content)
	}
}

func TestLifeIsMadeOfNewEvents(t *testing.T) {
	t.Parallel()
	created := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	opts := []vodtest.Option{vodtest.Seed(9), vodtest.Created(created)}
	life := vodtest.Life(opts...)
	for i, own := range []struct {
		typ     vod.Type
		variant string
	}{
		{vod.TypeMediaBaseChangeComplete, "create"},
		{vod.TypeFileUploadComplete, ""},
		{vod.TypeVideoAnalysisComplete, ""},
		{vod.TypeSnapshotComplete, "cover"},
		{vod.TypeStreamTranscodeComplete, "audio"},
		{vod.TypeStreamTranscodeComplete, ""},
		{vod.TypeStreamTranscodeComplete, "hd"},
		{vod.TypeStreamTranscodeComplete, "encrypted"},
		{vod.TypeTranscodeComplete, "multi-stream"},
		{vod.TypeAIMediaAuditComplete, ""},
		{vod.TypeCreateAuditComplete, "normal"},
	} {
		require.Equal(t, string(vodtest.NewEvent(own.typ, append(opts, vodtest.Variant(own.variant))...)), string(life[i]))
	}
	require.Equal(t, string(vodtest.NewEvent(vod.TypeFileUploadComplete)), string(vodtest.Life()[1]))
}
