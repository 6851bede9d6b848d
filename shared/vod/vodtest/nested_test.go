package vodtest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func members(t *testing.T, typ vod.Type, opts ...vodtest.Option) map[string]json.RawMessage {
	t.Helper()
	return decode[map[string]json.RawMessage](t, vodtest.NewEvent(typ, opts...))
}

// inner returns the JSON that a string holds.
func inner(t *testing.T, raw json.RawMessage) json.RawMessage {
	t.Helper()
	return json.RawMessage(decode[string](t, raw))
}

func TestStreamInfos(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		variant string
		failed  bool
		streams []string
		broken  []bool
	}{
		{"", false, []string{""}, []bool{false}},
		{"", true, []string{""}, []bool{true}},
		{"multi-stream", false, []string{"audio", "", "hd", "encrypted"}, []bool{false, false, false, false}},
		{"multi-stream", true, []string{"audio", "", "hd", "encrypted"}, []bool{true, true, true, true}},
		{"partial-fail", false, []string{"", "4k"}, []bool{false, true}},
		{"partial-fail", true, []string{"", "4k"}, []bool{true, true}},
		{"ladder", false, []string{"audio", "", "hd", "4k", "encrypted"}, []bool{false, false, false, true, false}},
		{"ladder", true, []string{"audio", "", "hd", "4k", "encrypted"}, []bool{true, true, true, true, true}},
		{"preprocess", false, []string{""}, []bool{false}},
		{"legacy", false, []string{"legacy"}, []bool{false}},
	} {
		t.Run(tc.variant, func(t *testing.T) {
			t.Parallel()
			opts := []vodtest.Option{vodtest.Seed(4), vodtest.Medium("m-1")}
			own := append(opts, vodtest.Variant(tc.variant))
			if tc.failed {
				own = append(own, vodtest.Fail())
			}
			infos := decode[[]json.RawMessage](t, members(t, vod.TypeTranscodeComplete, own...)["StreamInfos"])
			require.Len(t, infos, len(tc.streams))
			for i, info := range infos {
				requireSpec(t, streamSpec(tc.streams[i]), info, tc.broken[i])

				single := append(opts, vodtest.Variant(tc.streams[i]))
				if tc.broken[i] {
					single = append(single, vodtest.Fail())
				}
				for _, head := range []string{"EventType", "EventTime", "VideoId"} {
					single = append(single, vodtest.Set(head, nil))
				}
				require.Equal(t, string(vodtest.NewEvent(vod.TypeStreamTranscodeComplete, single...)), string(info))
			}
		})
	}
}

func TestSnapshotInfos(t *testing.T) {
	t.Parallel()
	const item = "Status! string, SnapshotType! string, SnapshotCount! number, SnapshotFormat! string, SnapshotRegular! http, JobId! id"
	for variant, types := range map[string][]string{
		"cover":          {"CoverSnapshot"},
		"sprite":         {"CoverSnapshot", "SpriteSnapshot"},
		"normal":         {"NormalSnapshot"},
		"specified-time": {"NormalSnapshot"},
		"sparse":         {"CoverSnapshot"},
	} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, info := range decode[[]json.RawMessage](t, members(t, vod.TypeSnapshotComplete, vodtest.Variant(variant))["SnapshotInfos"]) {
				requireSpec(t, item, info, false)
				s := decode[struct{ SnapshotType, SnapshotFormat, SnapshotRegular string }](t, info)
				require.Contains(t, s.SnapshotFormat, "-{SnapshotCount}.")
				require.Contains(t, s.SnapshotRegular, "/"+s.SnapshotFormat)
				got = append(got, s.SnapshotType)
			}
			require.Equal(t, types, got)
		})
	}
}

func TestDynamicImageJobInfo(t *testing.T) {
	t.Parallel()
	const item = "JobId! id, Status! string, FileURL! http, FileSize! digits, Fps! digits, Height! digits, Width! digits"
	info := func(variant string) json.RawMessage {
		return members(t, vod.TypeDynamicImageComplete, vodtest.Variant(variant))["DynamicImageJobInfo"]
	}
	object := info("object")
	requireSpec(t, item, object, false)
	require.Equal(t, string(object), string(inner(t, info("string"))))
	require.Equal(t, "["+string(object)+"]", string(info("array")))
}

func TestMediaContent(t *testing.T) {
	t.Parallel()
	for variant, tc := range map[string]struct{ content, change string }{
		"create": {"Title! json, CateId! json, Tags! json", "NewValue"},
		"update": {"Title! json, Description! json, CoverURL! json, CateId! json", "OldValue,NewValue"},
		"delete": {"Title! json, CateId! json, Tags! json", "OldValue"},
	} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			content := members(t, vod.TypeMediaBaseChangeComplete, vodtest.Variant(variant))["MediaContent"]
			requireSpec(t, tc.content, content, false)
			for name, raw := range decode[map[string]json.RawMessage](t, content) {
				kind := map[bool]string{false: "string", true: "number"}[name == "CateId"]
				want := map[string]string{
					"NewValue":          "NewValue! " + kind,
					"OldValue":          "OldValue! " + kind,
					"OldValue,NewValue": "OldValue! " + kind + ", NewValue! " + kind,
				}[tc.change]
				requireSpec(t, want, inner(t, raw), false)
			}
		})
	}
}

func TestStringsThatHoldJSON(t *testing.T) {
	t.Parallel()
	policy := members(t, vod.TypeSubmitMediaRefreshComplete)["FilterPolicy"]
	requireSpec(t, "SliceFlag! bool, ResultType! string", inner(t, policy), false)
	policy = members(t, vod.TypeSubmitMediaRefreshComplete, vodtest.Variant("preload"))["FilterPolicy"]
	requireSpec(t, "Formats! string, Definitions! string, StreamType! string, SliceFlag! bool, SliceCount! number, ResultType! string", inner(t, policy), false)

	workflow := members(t, vod.TypeWorkflowTaskComplete)
	requireSpec(t, "Type! string, Media! id, Title! string", inner(t, workflow["TaskInput"]), false)
	results := decode[map[string]json.RawMessage](t, inner(t, workflow["ActivityResults"]))
	require.Len(t, results, 1)
	for _, raw := range results {
		requireSpec(t, "Status! string, StartTime! time, EndTime! time, ActivityId! string, ActivityInstanceId! id, Result! object", raw, false)
		job := decode[map[string]json.RawMessage](t, raw)["Result"]
		requireSpec(t, "Status! string, JobType! string, MediaId! id, JobId! id, CreateTime! time, ModifiedTime! time, UserData! json", job, false)
	}

	tags := decode[map[string][]json.RawMessage](t, inner(t, members(t, vod.TypeAIVideoTagComplete)["Data"]))
	for _, name := range []string{"Keyword", "Person", "Location", "Time", "Category"} {
		require.NotEmpty(t, tags[name], name)
	}
	requireSpec(t, "Tag! string, Times! array, FaceUrl! http", tags["Person"][0], false)

	dna := decode[struct{ VideoDNA []json.RawMessage }](t, inner(t, members(t, vod.TypeAIMediaDNAComplete)["Data"]))
	require.Len(t, dna.VideoDNA, 1)
	requireSpec(t, "PrimaryKey! id, Similarity! decimal, Detail! array", dna.VideoDNA[0], false)
}

// requireLabelAgrees requires that the frames which were counted and those which
// stand on top say what the label of the scene says.
func requireLabelAgrees(t *testing.T, scene json.RawMessage) {
	t.Helper()
	s := decode[struct {
		Label       string
		CounterList []struct {
			Label string
			Count int
		}
		TopList []struct{ Label string }
	}](t, scene)
	for _, c := range s.CounterList {
		require.Equal(t, c.Count > 0, c.Label == s.Label || c.Label == "normal", "%s: %d of %s", s.Label, c.Count, c.Label)
	}
	for _, top := range s.TopList {
		require.Equal(t, s.Label, top.Label)
	}
}

func TestAuditData(t *testing.T) {
	t.Parallel()
	data := func(variant string) json.RawMessage {
		return members(t, vod.TypeAIMediaAuditComplete, vodtest.Variant(variant))["Data"]
	}
	const full = "Suggestion! string, Label! string, VideoResult! object, ImageResult! array, TextResult! array"
	requireSpec(t, full, data(""), false)
	requireSpec(t, full+", AbnormalModules! string", data("review"), false)
	requireSpec(t, full+", AbnormalModules! string", data("block"), false)
	requireSpec(t, "Suggestion! string, Label! string", data("short"), false)
	require.Equal(t, string(data("review")), string(inner(t, data("string"))))

	for variant, want := range map[string]string{"": "pass", "review": "review", "block": "block"} {
		r := decode[struct {
			Suggestion  string
			VideoResult map[string]json.RawMessage
		}](t, data(variant))
		require.Equal(t, want, r.Suggestion)
		for _, scene := range []string{"TerrorismResult", "PornResult"} {
			requireSpec(t, "Suggestion! string, Label! string, MaxScore! decimal, AverageScore! decimal, CounterList! array, TopList! array",
				r.VideoResult[scene], false)
			requireLabelAgrees(t, r.VideoResult[scene])
		}
	}
	image := decode[struct{ ImageResult, TextResult []json.RawMessage }](t, data(""))
	requireSpec(t, "Suggestion! string, Type! string, Label! string, Url! http, Result! array", image.ImageResult[0], false)
	requireSpec(t, "Suggestion! string, Type! string, Label! string, Score! decimal, Scene! string, Content! string", image.TextResult[0], false)

	failed := members(t, vod.TypeAIMediaAuditComplete, vodtest.Fail())
	require.Equal(t, "{}", string(failed["Data"]))
}
