package vodtest_test

import (
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func TestVariants(t *testing.T) {
	t.Parallel()
	want := map[vod.Type][]string{
		vod.TypeFileUploadComplete:              {"", "no-status"},
		vod.TypeImageUploadComplete:             {"", "plain-time"},
		vod.TypeStreamTranscodeComplete:         {"", "hd", "encrypted", "audio", "4k", "auto", "encrypt-type", "legacy"},
		vod.TypeTranscodeComplete:               {"", "multi-stream", "partial-fail", "ladder", "no-streams", "preprocess", "legacy"},
		vod.TypeSnapshotComplete:                {"cover", "sprite", "normal", "specified-time", "sparse", "legacy"},
		vod.TypeDynamicImageComplete:            {"object", "string", "array"},
		vod.TypeAddLiveRecordVideoComplete:      {"", "user-id"},
		vod.TypeLiveRecordVideoComposeStart:     {"", "minimal"},
		vod.TypeUploadByURLComplete:             {"", "stream"},
		vod.TypeCreateAuditComplete:             {"normal", "blocked"},
		vod.TypeVideoAnalysisComplete:           {"", "audio", "numbers"},
		vod.TypeUpdateMediaStorageClassComplete: {"ia", "standard", "archive", "cold-archive", "source-file"},
		vod.TypeDeleteMediaComplete:             {"", "mezzanine", "stream", "image", "attached"},
		vod.TypeMediaBaseChangeComplete:         {"create", "update", "delete"},
		vod.TypeSubmitMediaRefreshComplete:      {"", "preload"},
		vod.TypeWorkflowTaskComplete:            {"", "no-video"},
		vod.TypeAIMediaAuditComplete:            {"", "review", "block", "short", "string"},
		vod.TypeAIMediaDNAComplete:              {"", "plain-time"},
	}
	for _, typ := range append(vod.Types(), "SomethingNew") {
		names := vodtest.Variants(typ)
		if w, ok := want[typ]; ok {
			require.Equal(t, w, names)
		} else {
			require.Equal(t, []string{""}, names)
		}
		require.Equal(t, vodtest.NewEvent(typ), vodtest.NewEvent(typ, vodtest.Variant(names[0])))
		seen := map[string]string{}
		for _, name := range names {
			body := string(vodtest.NewEvent(typ, vodtest.Variant(name)))
			require.NotContains(t, seen, body, "%s: %q is %q again", typ, name, seen[body])
			seen[body] = name
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	at := time.Date(2031, 5, 6, 15, 8, 9, 12_345_678, time.FixedZone("", 8*3600))
	for _, tc := range []struct {
		name string
		typ  vod.Type
		opts []vodtest.Option
		want map[string]string // member: JSON, "" for absent
	}{
		{
			name: "time to the second in UTC", typ: vod.TypeTranscodeComplete,
			opts: []vodtest.Option{vodtest.At(at)},
			want: map[string]string{"EventTime": `"2031-05-06T07:08:09Z"`},
		},
		{
			name: "time with a colon before the milliseconds", typ: vod.TypeAIMediaDNAComplete,
			opts: []vodtest.Option{vodtest.At(at)},
			want: map[string]string{"EventTime": `"2031-05-06T07:08:09:012Z"`},
		},
		{
			name: "other times keep their distance", typ: vod.TypeStreamTranscodeComplete,
			opts: []vodtest.Option{vodtest.At(at)},
			want: map[string]string{"FinishTime": `"2031-05-06T07:08:09Z"`, "StartTime": `"2031-05-06T07:07:37Z"`},
		},
		{
			name: "created decides the event's time", typ: vod.TypeFileUploadComplete,
			opts: []vodtest.Option{vodtest.Created(at)},
			want: map[string]string{"EventTime": `"2031-05-06T07:08:21Z"`},
		},
		{
			name: "created and a time of its own", typ: vod.TypeStreamTranscodeComplete,
			opts: []vodtest.Option{vodtest.At(at.Add(time.Hour)), vodtest.Created(at)},
			want: map[string]string{"EventTime": `"2031-05-06T08:08:09Z"`, "FinishTime": `"2031-05-06T07:09:01Z"`},
		},
		{
			name: "another run is a day later", typ: vod.TypeStreamTranscodeComplete,
			opts: []vodtest.Option{vodtest.Created(at), vodtest.Run(2)},
			want: map[string]string{
				"EventTime": `"2031-05-08T07:09:01Z"`, "FinishTime": `"2031-05-08T07:09:01Z"`, "StartTime": `"2031-05-08T07:08:29Z"`,
			},
		},
		{
			name: "another run at a given time", typ: vod.TypeStreamTranscodeComplete,
			opts: []vodtest.Option{vodtest.At(at), vodtest.Run(2)},
			want: map[string]string{"FinishTime": `"2031-05-06T07:08:09Z"`, "StartTime": `"2031-05-06T07:07:37Z"`},
		},
		{
			name: "video", typ: vod.TypeFileUploadComplete,
			opts: []vodtest.Option{vodtest.Medium("v-1")},
			want: map[string]string{"VideoId": `"v-1"`, "MediaId": ""},
		},
		{
			name: "medium", typ: vod.TypeRestoreMediaComplete,
			opts: []vodtest.Option{vodtest.Medium("v-1")},
			want: map[string]string{"MediaId": `"v-1"`, "VideoId": ""},
		},
		{
			name: "image", typ: vod.TypeImageUploadComplete,
			opts: []vodtest.Option{vodtest.Medium("i-1")},
			want: map[string]string{"ImageId": `"i-1"`, "VideoId": ""},
		},
		{
			name: "attached medium", typ: vod.TypeAttachedMediaUploadComplete,
			opts: []vodtest.Option{vodtest.Medium("a-1")},
			want: map[string]string{"AttachedMediaId": `"a-1"`, "MediaId": ""},
		},
		{
			name: "a deleted image", typ: vod.TypeDeleteMediaComplete,
			opts: []vodtest.Option{vodtest.Variant("image")},
			want: map[string]string{"MediaType": `"image"`, "MediaId": string(members(t, vod.TypeImageUploadComplete)["ImageId"])},
		},
		{
			name: "extend is text", typ: vod.TypeSnapshotComplete,
			opts: []vodtest.Option{vodtest.Extend(`{"a":"<&>"}`)},
			want: map[string]string{"Extend": `"{\"a\":\"<&>\"}"`},
		},
		{
			name: "unknown type", typ: "SomethingNew",
			opts: []vodtest.Option{vodtest.Medium("m-1"), vodtest.Set("Parts", []int{1, 2})},
			want: map[string]string{"EventType": `"SomethingNew"`, "MediaId": `"m-1"`, "Status": `"success"`, "Parts": `[1,2]`},
		},
		{
			name: "unknown type fails", typ: "SomethingNew",
			opts: []vodtest.Option{vodtest.Fail()},
			want: map[string]string{"Status": `"fail"`, "ErrorCode": `"InvalidParameter.ResourceContentBad"`},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := members(t, tc.typ, tc.opts...)
			for name, want := range tc.want {
				require.Equal(t, want, string(got[name]), name)
			}
		})
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		typ   vod.Type
		opts  []vodtest.Option
		field string // where to look
		want  string
	}{
		{
			name: "replace", opts: []vodtest.Option{vodtest.Set("Status", "queued")},
			field: "Status", want: `"queued"`,
		},
		{
			name: "the last call wins", opts: []vodtest.Option{vodtest.Set("Size", 1), vodtest.Set("Size", "2")},
			field: "Size", want: `"2"`,
		},
		{
			name: "remove", opts: []vodtest.Option{vodtest.Set("Size", nil)},
			field: "Size", want: "",
		},
		{
			name: "remove what is not there", opts: []vodtest.Option{vodtest.Set("A.B.0", nil)},
			field: "A", want: "",
		},
		{
			name: "null", opts: []vodtest.Option{vodtest.Set("Size", json.RawMessage(" null "))},
			field: "Size", want: "null",
		},
		{
			name: "make what is missing", opts: []vodtest.Option{vodtest.Set("A.B", true)},
			field: "A", want: `{"B":true}`,
		},
		{
			name: "replace what is in the way", opts: []vodtest.Option{vodtest.Set("Status.Word", "x")},
			field: "Status", want: `{"Word":"x"}`,
		},
		{
			name: "inside a list and a string", typ: vod.TypeAIMediaDNAComplete,
			opts: []vodtest.Option{
				vodtest.Set("Data.VideoDNA.0", map[string]string{"PrimaryKey": "v-9"}),
				vodtest.Set("Data.VideoDNA.7", "appended"),
			},
			field: "Data", want: `"{\"VideoDNA\":[{\"PrimaryKey\":\"v-9\"},\"appended\"]}"`,
		},
		{
			name: "remove an item", typ: vod.TypeTranscodeComplete,
			opts:  []vodtest.Option{vodtest.Set("StreamInfos.0", nil), vodtest.Set("StreamInfos.3", nil)},
			field: "StreamInfos", want: `[]`,
		},
		{
			name: "remove inside a string", typ: vod.TypeMediaBaseChangeComplete,
			opts: []vodtest.Option{
				vodtest.Set("MediaContent.Tags", nil), vodtest.Set("MediaContent.CateId.OldValue", 5),
				vodtest.Set("MediaContent.CateId.NewValue", nil), vodtest.Set("MediaContent.Title", nil),
			},
			field: "MediaContent", want: `{"CateId":"{\"OldValue\":5}"}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			typ := vod.TypeFileUploadComplete
			if tc.typ != "" {
				typ = tc.typ
			}
			body := vodtest.NewEvent(typ, tc.opts...)
			requireCompact(t, body)
			require.Equal(t, tc.want, string(decode[map[string]json.RawMessage](t, body)[tc.field]))
		})
	}
}

func TestMistakesPanic(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, `vodtest: CreateAuditComplete has no variant "blokced", only ["normal" "blocked"]`, func() {
		vodtest.NewEvent(vod.TypeCreateAuditComplete, vodtest.Variant("blokced"))
	})
	require.PanicsWithValue(t, "vodtest: TranscodeComplete: run -1 is below 0", func() {
		vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Run(-1))
	})
	require.Panics(t, func() { vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Set("Size", math.Inf(1))) })
}

func TestSeedMakesAnotherMedium(t *testing.T) {
	t.Parallel()
	ids := regexp.MustCompile(`[0-9a-f]{32}`)
	seen := map[string]int{}
	for seed := range 50 {
		body := string(vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Seed(seed)))
		video := decode[struct{ VideoID string }](t, []byte(body)).VideoID
		require.Contains(t, body, "/"+video+"/")
		for _, id := range ids.FindAllString(strings.ReplaceAll(body, video, "-"), -1) {
			require.NotContains(t, seen, id)
			seen[id] = seed
		}
	}
	require.Len(t, seen, 50)
}

func FuzzSet(f *testing.F) {
	f.Add("Size", "12", uint8(0))
	f.Add("StreamInfos.0.Status", "fail", uint8(3))
	f.Add("StreamInfos.-1", "x", uint8(3))
	f.Add("Data.VideoDNA.0.Detail.99999999999999999999", "", uint8(21))
	f.Add("..", "\xff<&>\u2028", uint8(20))
	f.Fuzz(func(t *testing.T, field, value string, n uint8) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		typ := vod.Types()[int(n)%len(vod.Types())]
		body := vodtest.NewEvent(typ, vodtest.Set(field, value))
		requireCompact(t, body)
		got := decode[map[string]json.RawMessage](t, body)
		if !strings.Contains(field, ".") {
			name := decode[string](t, encode(t, field)) // not UTF-8 is replaced
			require.JSONEq(t, string(encode(t, value)), string(got[name]))
		}
		removed := decode[map[string]json.RawMessage](t, vodtest.NewEvent(typ, vodtest.Set(field, value), vodtest.Set(field, nil)))
		require.LessOrEqual(t, len(removed), len(got))
	})
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}
