package vod_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

// parseAs parses an event with one member of a given value.
func parseAs[E vod.Event](t *testing.T, typ vod.Type, member, value string) E {
	t.Helper()
	e, err := vod.Parse(fmt.Appendf(nil, `{"EventType":%q,%q:%s,"Extend":"after"}`, typ, member, value))
	require.NoError(t, err)
	require.Equal(t, "after", e.Head().Extend, "a value that cannot be read leaves the rest alone")
	got, ok := e.(E)
	require.True(t, ok, "%T", e)
	return got
}

func TestIntegers(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int64{
		`15`: 15, `"15"`: 15, `15.0`: 15, `"15.0"`: 15, `" 15 "`: 15, `"+15"`: 15, `"015"`: 15, `1.5e1`: 15,
		`61.48`: 61, `"61.98"`: 61, `-61.98`: -61, `0.9`: 0, `".9"`: 0, `1e-400`: 0, `1e-99999999999999999999`: 0,
		`2147483648`: 2147483648, `9007199254740993`: 9007199254740993, `"9007199254740993.0"`: 9007199254740993,
		`9223372036854775807`: 9223372036854775807, `-9223372036854775808`: -9223372036854775808,
		`9223372036854775807.9`: 9223372036854775807, `922337203685477580700e-2`: 9223372036854775807,
		`9223372036854775808`: 0, `1e19`: 0, `1e400`: 0, `1e99999999999999999999`: 0,
		`"NaN"`: 0, `"Inf"`: 0, `"0x10"`: 0, `"1_000"`: 0, `"1,000"`: 0, `""`: 0, `"-"`: 0, `"."`: 0, `"1e"`: 0, `"1ex"`: 0,
		`null`: 0, `true`: 0, `{"a":1}`: 0, `[1]`: 0,
	} {
		got := parseAs[*vod.FileUploadComplete](t, vod.TypeFileUploadComplete, "Size", value)
		require.Equal(t, want, got.Size, value)
	}
}

func TestFloats(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]float64{
		`15`: 15, `"15.0"`: 15, `52.233433`: 52.233433, `"52.233433"`: 52.233433, `1.5e1`: 15, `1e-400`: 0,
		`1e400`: 0, `"1e400"`: 0, `"NaN"`: 0, `"Infinity"`: 0, `"0x1p4"`: 0, `"abc"`: 0, `null`: 0, `[]`: 0, `{}`: 0, `false`: 0,
	} {
		got := parseAs[*vod.VideoAnalysisComplete](t, vod.TypeVideoAnalysisComplete, "Duration", value)
		require.InDelta(t, want, got.Duration, 0, value)
	}
}

func TestBooleans(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		`true`: true, `"true"`: true, `"True"`: true, `" TRUE "`: true, `1`: true, `"1"`: true, `1.0`: true,
		`false`: false, `"False"`: false, `0`: false, `"0"`: false,
		`2`: false, `"yes"`: false, `null`: false, `{}`: false, `[true]`: false,
	} {
		got := parseAs[*vod.StreamTranscodeComplete](t, vod.TypeStreamTranscodeComplete, "Encrypt", value)
		require.Equal(t, want, got.Encrypt, value)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`"a"`: "a", `1029384756473829`: "1029384756473829", `29.970`: "29.970", `1E3`: "1E3", `true`: "true",
		`"  a "`: "  a ", `"\u00e4\ud83d\ude00\n\"\/\\"`: "ä😀\n\"/\\", `"\ud83d"`: "\uFFFD", `"\ud83d\u0041"`: "\uFFFDA",
		"\"a\xffb\"": "a\uFFFDb", `"{\"a\":1}"`: `{"a":1}`,
		`"a\u0000b"`: "a\uFFFDb", `"\u001b[2J\u0001\u001f\b\f"`: "\uFFFD[2J\uFFFD\uFFFD\uFFFD\uFFFD", `"\r\t\u000a\u007f"`: "\r\t\n\x7f",
		`null`: "", `{"a":1}`: "", `["a"]`: "",
	} {
		got := parseAs[*vod.StreamTranscodeComplete](t, vod.TypeStreamTranscodeComplete, "Fps", value)
		require.Equal(t, want, got.Fps, value)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][]string{
		`"a,b"`: {"a", "b"}, `" a , ,b,"`: {"a", "b"}, `"a"`: {"a"}, `["a",2,true]`: {"a", "2", "true"},
		`"[\"a\",\"b\"]"`: {"a", "b"}, `"\"[\\\"a\\\"]\""`: {"a"}, `7`: {"7"}, `"[a,b"`: {"[a", "b"},
		`["a,b"]`: {"a,b"}, `["a",null]`: {"a", ""},
		`"http://x/1,2.mp4, https://x/2"`: {"http://x/1,2.mp4", "https://x/2"},
		`"http://x/1,,2,"`:                {"http://x/1,,2"},
		`",http://x/1 , y ,http://z"`:     {"http://x/1 , y", "http://z"},
		`"a,http://x"`:                    {"a", "http://x"},
		`""`:                              nil, `" , "`: nil, `[]`: nil, `"[]"`: nil, `null`: nil, `{"a":1}`: nil,
	} {
		got := parseAs[*vod.SubmitMediaRefreshComplete](t, vod.TypeSubmitMediaRefreshComplete, "SuccessPlayUrls", value)
		require.Equal(t, want, got.SuccessPlayURLs, value)
	}
}

func TestListsOfIDs(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][]string{
		`"a,b"`: {"a", "b"}, `"a;b"`: {"a", "b"}, `"a b"`: {"a", "b"}, `" a ;\tb,, c\n"`: {"a", "b", "c"}, `"a"`: {"a"},
		`[" a ",2,"b,c"]`: {"a", "2", "b,c"}, `"[\"a\",\"b \"]"`: {"a", "b"}, `7`: {"7"},
		`""`: nil, `" ;, "`: nil, `[]`: nil, `null`: nil,
	} {
		require.Equal(t, want, parseAs[*vod.DeleteMediaComplete](t, vod.TypeDeleteMediaComplete, "JobIds", value).JobIDs, value)
		require.Equal(t, want, parseAs[*vod.SubmitMediaRefreshComplete](t, vod.TypeSubmitMediaRefreshComplete, "TaskIds", value).TaskIDs, value)
		require.Equal(t, want, parseAs[*vod.StreamTranscodeComplete](t, vod.TypeStreamTranscodeComplete, "WatermarkId", value).WatermarkID, value)
	}
	got := parseAs[*vod.AIMediaAuditComplete](t, vod.TypeAIMediaAuditComplete, "Data", `{"Label":"a b;c, d"}`)
	require.Equal(t, []string{"a b;c", "d"}, got.Data.Label, "words are no ids")
}

func TestIDsAreTrimmed(t *testing.T) {
	t.Parallel()
	for typ, member := range map[vod.Type]string{
		vod.TypeFileUploadComplete: "VideoId", vod.TypeImageUploadComplete: "ImageId", vod.TypeDeleteMediaComplete: "MediaId",
		vod.TypeAttachedMediaUploadComplete: "AttachedMediaId", "NewComplete": "ImageId",
	} {
		require.Equal(t, "m 1", parseAs[vod.Event](t, typ, member, `" m 1\t"`).Head().Subject, typ)
	}
	workflow := parseAs[*vod.WorkflowTaskComplete](t, vod.TypeWorkflowTaskComplete, "TaskInput", `{"Media":" m1 ","Title":" t "}`)
	require.Equal(t, "m1", workflow.Subject)
	require.Equal(t, " t ", workflow.TaskInput.Title, "other text is left alone")
	require.Equal(t, "m1", parseAs[*vod.WorkflowTaskComplete](t, vod.TypeWorkflowTaskComplete, "TaskInput",
		`{"Media":"m1"},"VideoId":" "`).Subject, "a blank id is none")
	transcode := parseAs[*vod.TranscodeComplete](t, vod.TypeTranscodeComplete, "StreamInfos", `[{"JobId":" j1 "}]`)
	require.Equal(t, "j1", transcode.StreamInfos[0].JobID)
}

func TestObjects(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`{"Title":"x"}`: "x", `"{\"Title\":\"x\"}"`: "x", `"\ufeff {\"Title\":\"x\"} "`: "x", `[{"Title":"x"}]`: "x",
		`"\"{\\\"Title\\\":\\\"x\\\"}\""`: "x", `["{\"Title\":\"x\"}"]`: "x", `"[{\"Title\":\"x\"}]"`: "x",
		`"{\"Title\":"`: "", `"text"`: "", `[{"Title":"x"},{"Title":"y"}]`: "", `[]`: "", `7`: "", `null`: "", `""`: "",
		// Three strings around it are more than anybody sends.
		`"\"\\\"{\\\\\\\"Title\\\\\\\":\\\\\\\"x\\\\\\\"}\\\"\""`: "",
	} {
		got := parseAs[*vod.WorkflowTaskComplete](t, vod.TypeWorkflowTaskComplete, "TaskInput", value)
		require.Equal(t, want, got.TaskInput.Title, value)
	}
	for value, want := range map[string]int{
		`[{"JobId":"1"},{"JobId":"2"}]`: 2, `{"JobId":"1"}`: 1, `"[{\"JobId\":\"1\"}]"`: 1, `[7,null,{"JobId":"1"}]`: 3,
		`"{}"`: 1, `[]`: 0, `"text"`: 0, `7`: 0, `null`: 0,
	} {
		got := parseAs[*vod.TranscodeComplete](t, vod.TypeTranscodeComplete, "StreamInfos", value)
		require.Len(t, got.StreamInfos, want, value)
	}
	for value, want := range map[string]bool{`{}`: true, `"{}"`: true, `null`: false, `""`: false, `[]`: false, `7`: false} {
		got := parseAs[*vod.AIMediaAuditComplete](t, vod.TypeAIMediaAuditComplete, "Data", `{"VideoResult":`+value+`}`)
		require.Equal(t, want, got.Data.VideoResult != nil, value)
	}
	for value, want := range map[string]int{`{"a":{},"b":7}`: 2, `"{\"a\":{}}"`: 1, `{"a":{},"a":{}}`: 1, `[]`: 0, `"x"`: 0} {
		got := parseAs[*vod.WorkflowTaskComplete](t, vod.TypeWorkflowTaskComplete, "ActivityResults", value)
		require.Len(t, got.ActivityResults, want, value)
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]*vod.Change{
		`"{\"OldValue\":1,\"NewValue\":\"b\"}"`:  {OldValue: new("1"), NewValue: new("b")},
		`{"OldValue":true,"NewValue":null}`:      {OldValue: new("true")},
		`{"NewValue":null}`:                      {},
		`{}`:                                     {NewValue: new(`{}`)},
		`"{}"`:                                   {NewValue: new(`{}`)},
		`"{\"a\": [1]}"`:                         {NewValue: new(`{"a": [1]}`)},
		`{"a": {"NewValue":1}}`:                  {NewValue: new(`{"a": {"NewValue":1}}`)},
		`[{"a":1}]`:                              {NewValue: new(`[{"a":1}]`)},
		`"plain"`:                                {NewValue: new("plain")},
		`""`:                                     {NewValue: new("")},
		`12.50`:                                  {NewValue: new("12.50")},
		`false`:                                  {NewValue: new("false")},
		`"[1,2]"`:                                {NewValue: new("[1,2]")},
		`{"NewValue":{"a":1},"OldValue":["b" ]}`: {NewValue: new(`{"a":1}`), OldValue: new(`["b" ]`)},
		`null`:                                   nil,
	} {
		got := parseAs[*vod.MediaBaseChangeComplete](t, vod.TypeMediaBaseChangeComplete, "MediaContent", `{"Title":`+value+`}`)
		require.Equal(t, want, got.MediaContent.Title, value)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, members, want string
		extra               []string
	}{
		{name: "exact", members: `"FileUrl":"a"`, want: "a"},
		{name: "blanks", members: `" FileUrl\t":"a"`, want: "a"},
		{name: "folded", members: `"fileURL":"a"`, want: "a"},
		{name: "exact before folded", members: `"FileUrl":"a","FILEURL":"b"`, want: "a", extra: []string{"FILEURL"}},
		{name: "exact after folded", members: `"FILEURL":"b","FileUrl":"a"`, want: "a", extra: []string{"FILEURL"}},
		{name: "last duplicate", members: `"FileUrl":"b","FileUrl":"a"`, want: "a"},
		{name: "last folded", members: `"fileurl":"b","fileurl":"a"`, want: "a"},
		{name: "blanks count as exact", members: `"FileUrl":"b","FileUrl ":"a"`, want: "a", extra: []string{"FileUrl"}},
		{name: "last duplicate is no text", members: `"FileUrl":"b","FileUrl":{}`},
		{name: "escaped", members: `"File\u0055rl":"a"`, want: "a"},
		{name: "other", members: `"Link":"a"`, extra: []string{"Link"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e, err := vod.Parse([]byte(`{"EventType":"FileUploadComplete",` + tc.members + `}`))
			require.NoError(t, err)
			file, ok := e.(*vod.FileUploadComplete)
			require.True(t, ok)
			require.Equal(t, tc.want, file.FileURL)
			require.Len(t, e.Head().Extra, len(tc.extra))
			for _, name := range tc.extra {
				require.Contains(t, e.Head().Extra, name)
			}
		})
	}
}

// No shape fails on values of any kind where it expects others.
func TestWrongKinds(t *testing.T) {
	t.Parallel()
	for _, name := range sampleNames(t) {
		e, err := vod.Parse(readSample(t, name))
		require.NoError(t, err)
		for member := range membersOf(t, readSample(t, name)) {
			for _, value := range []string{`null`, `true`, `-1.5e3`, `"text"`, `[]`, `[[{}]]`, `{"a":[1]}`, `"[{\"a\":1}]"`} {
				if member == "EventType" || member == "FileType" {
					continue
				}
				body := fmt.Appendf(nil, `{"EventType":%q,"Before":1,%q:%s,"FileType":%q}`, e.Head().Type, member, value, fileType(e))
				got, err := vod.Parse(body)
				require.NoError(t, err, "%s: %s", name, body)
				require.IsType(t, e, got, "%s: %s", name, body)
				require.Contains(t, got.Head().Extra, "Before")
			}
		}
	}
}

func fileType(e vod.Event) string {
	if _, ok := e.(*vod.UploadStreamByURLComplete); ok {
		return "STREAM "
	}
	return "video"
}

func TestStatusOutcome(t *testing.T) {
	t.Parallel()
	for s, want := range map[vod.Status]vod.Outcome{
		"success": vod.Succeeded, "Success": vod.Succeeded, "Succeed": vod.Succeeded, " SUCCEEDED ": vod.Succeeded,
		"fail": vod.Failed, "Failed": vod.Failed, "": vod.None, "Finished": vod.None, "null": vod.None,
	} {
		require.Equal(t, want, s.Outcome(), s)
	}
}

func TestBodyIsACopy(t *testing.T) {
	t.Parallel()
	body := []byte(`{"EventType":"FileUploadComplete","VideoId":"v1","New":[1]}`)
	e, err := vod.Parse(body)
	require.NoError(t, err)
	copy(body, strings.Repeat("x", len(body)))
	require.Equal(t, "v1", e.Head().Subject)
	require.JSONEq(t, `[1]`, string(e.Head().Extra["New"]))
	require.JSONEq(t, `{"EventType":"FileUploadComplete","VideoId":"v1","New":[1]}`, string(e.Head().Body))
}
