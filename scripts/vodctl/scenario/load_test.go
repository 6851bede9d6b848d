package scenario_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/scenario"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// documented is the example of the package comment.
const documented = `title: A video is uploaded, and its trailer deleted
events:
  - {type: MediaBaseChangeComplete, variant: create}
  - after: 12s
    type: FileUploadComplete
    set: {Size: 12345}
  - {after: 20m, type: DeleteMediaComplete, medium: trailer}
`

func TestLoad(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load([]byte(documented), "somewhere/my-story.yaml")
	require.NoError(t, err)
	require.Equal(t, "my-story", s.Name)
	require.Equal(t, "A video is uploaded, and its trailer deleted", s.Title)
	all := s.Play(0, time.Time{})
	require.Len(t, all, 3)
	require.Contains(t, string(all[0].Body), `"OperateMode":"create"`)
	require.Contains(t, string(all[1].Body), `"Size":12345}`)
	require.Equal(t, 20*time.Minute, all[2].After)
	require.Equal(t, "trailer", all[2].Medium)
}

func TestLoadEverything(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load([]byte(`
events:
  - {after: 1d2h3m, type: TranscodeComplete, variant: ladder, run: 2, medium: 7}
  - {type: TranscodeComplete, fail: true}
  - {after: 0, type: ChapterComplete, unknown: true, fail: false}
  - after: 30d
    type: FileUploadComplete
    set:
      Status: null
      Extend: 2026-02-03T04:05:06Z
      Size: 12.50
      Big: 123456789012345678901234567890
      More: {List: [1, two, null, true, {Deep: ""}], Text: "1"}
`), "x.yml")
	require.NoError(t, err)
	require.Equal(t, "x", s.Name)
	require.Equal(t, []vodtest.Step{
		{After: 26*time.Hour + 3*time.Minute, Type: vod.TypeTranscodeComplete, Variant: "ladder", Run: 2, Medium: "7"},
		{After: 26*time.Hour + 3*time.Minute, Type: vod.TypeTranscodeComplete, Fail: true},
		{Type: "ChapterComplete"},
	}, s.Steps[:3])
	last := string(s.Play(0, time.Time{})[3].Body)
	require.NotContains(t, last, `"Status"`)
	for _, want := range []string{
		`"Size":12.50,`, `"Big":123456789012345678901234567890,`, `"Extend":"2026-02-03T04:05:06Z"`,
		`"More":{"List":[1,"two",null,true,{"Deep":""}],"Text":"1"}`,
	} {
		require.Contains(t, last, want)
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	const keys = "allowed are after, fail, medium, run, set, type, unknown, variant"
	for _, tc := range []struct{ name, yaml, want string }{
		{"nothing", "", "s.yaml:1: the story has no events"},
		{"only a comment", "# soon\n", "s.yaml:1: the story has no events"},
		{"only a title", "\ntitle: x\n", "s.yaml:2: the story has no events"},
		{"a list", "- a\n", "s.yaml:1: here go lines of the form key: value; the keys are events, title"},
		{"no events", "events: []\n", "s.yaml:1: events has to be a list of 1 to 1000 events"},
		{"events of another kind", "events: {}\n", "s.yaml:1: events has to be a list of 1 to 1000 events"},
		{"no YAML", "title: x\nevents: [\n", "s.yaml:2: did not find expected node content"},
		{"a second story", "events: [{type: FileUploadComplete}]\n---\nevents: []\n", "s.yaml:2: one file has one story, this is a second"},
		{"unknown key at the top", "event: []\n", `s.yaml:1: unknown key "event"; allowed are events, title; did you mean events?`},
		{
			"unknown key", "events:\n  - type: FileUploadComplete\n    variants: hd\n",
			`s.yaml:3: unknown key "variants"; ` + keys + "; did you mean variant?",
		},
		{"twice", "events:\n  - {type: A,\n     type: B}\n", `s.yaml:3: "type" stands here twice`},
		{"key that is no text", "events:\n  - {[a]: 1}\n", "s.yaml:2: a key has to be text; the keys are " + strings.TrimPrefix(keys, "allowed are ")},
		{"event that is none", "events:\n  - upload\n", "s.yaml:2: here go lines of the form key: value; the keys are " + strings.TrimPrefix(keys, "allowed are ")},
		{"no type", "events:\n  - {after: 1s}\n", "s.yaml:2: the event has no type"},
		{
			"unknown type", "events:\n\n  - {type: FileUplaodComplete}\n",
			`s.yaml:3: VOD has no type "FileUplaodComplete": vodctl types lists them, and unknown: true sends it all the same; did you mean FileUploadComplete or ImageUploadComplete?`,
		},
		{"known type", "events: [{type: FileUploadComplete, unknown: true}]\n", "s.yaml:1: VOD has the type FileUploadComplete: unknown has to go"},
		{
			"unknown variant", "events:\n  - type: StreamTranscodeComplete\n    after: 1s\n    variant: encrypt\n",
			`s.yaml:4: StreamTranscodeComplete has no variant "encrypt"; it has hd, encrypted, audio, 4k, auto, encrypt-type, legacy; did you mean encrypted or encrypt-type?`,
		},
		{"variant of a type without", "events: [{type: ProduceMediaComplete, variant: x}]\n", `s.yaml:1: ProduceMediaComplete has no variant "x"; it has none`},
		{"text", "events: [{type: ProduceMediaComplete, medium: [a]}]\n", "s.yaml:1: medium has to be text"},
		{"truth", "events:\n  - type: ProduceMediaComplete\n    fail: yes\n", "s.yaml:3: fail has to be true or false"},
		{"number", "events:\n  - type: ProduceMediaComplete\n    run: -1\n", "s.yaml:3: run has to be a number from 0 on"},
		{"set", "events:\n  - type: ProduceMediaComplete\n    set: 7\n", "s.yaml:3: here go lines of the form key: value; the keys are the names of members"},
		{"anchor", "events:\n  - type: ProduceMediaComplete\n    set: {A: &a 1,\n      B: *a}\n", "s.yaml:4: anchors are not read: write the value itself"},
		{"event from elsewhere", "events:\n  - &a {type: ProduceMediaComplete}\n  - *a\n", "s.yaml:3: anchors are not read: write the value itself"},
		{
			"merged members", "events:\n  - type: ProduceMediaComplete\n    set: {<<: {A: 1}}\n",
			"s.yaml:3: << is not read: write the members themselves; for a name put it in quotation marks",
		},
		{
			"merged event", "events:\n  - {type: ProduceMediaComplete}\n  - <<: {type: ProduceMediaComplete}\n",
			"s.yaml:3: << is not read: write the members themselves; for a name put it in quotation marks",
		},
		{
			"no index", "events:\n  - {type: TranscodeComplete, set: {StreamInfos.x: 3}}\n",
			`s.yaml:2: event 1: "StreamInfos.x" cannot be set: StreamInfos is a list, whose items are counted from 0`,
		},
		{
			"empty name", "events:\n  - {type: TranscodeComplete, set: {a..b: 3}}\n",
			`s.yaml:2: event 1: "a..b" cannot be set: a name between the dots is empty`,
		},
		{"no number", "events: [{type: ProduceMediaComplete, set: {A: .inf}}]\n", `s.yaml:1: ".inf" is no number in JSON; for text put it in quotation marks`},
		{"binary", "events: [{type: ProduceMediaComplete, set: {A: !!binary YQ==}}]\n", "s.yaml:1: what a value is cannot be said with !!binary"},
		{
			"contradiction", "events:\n  - {type: StreamTranscodeComplete, fail: true}\n  - type: FileUploadComplete\n  - type: TranscodeComplete\n",
			"s.yaml:4: event 3: each of its renditions failed, so it has to fail too",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := scenario.Load([]byte(tc.yaml), "dir/s.yaml")
			require.EqualError(t, err, tc.want)
		})
	}
}

func TestLoadLimits(t *testing.T) {
	t.Parallel()
	const event = "- {type: FileUploadComplete}\n"
	_, err := scenario.Load([]byte("events:\n"+strings.Repeat(event, 1000)), "s.yaml")
	require.NoError(t, err)
	_, err = scenario.Load([]byte("events:\n"+strings.Repeat(event, 1001)), "s.yaml")
	require.EqualError(t, err, "s.yaml:2: events has to be a list of 1 to 1000 events")
	_, err = scenario.Load([]byte("# "+strings.Repeat("x", 1<<20)), "s.yaml")
	require.EqualError(t, err, "s.yaml: more than 1048576 bytes")
}

func TestLoadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mine.YAML")
	require.NoError(t, os.WriteFile(path, []byte(documented), 0o600))
	s, err := scenario.LoadFile(path)
	require.NoError(t, err)
	require.Equal(t, "mine", s.Name)
	_, err = scenario.LoadFile(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, fs.ErrNotExist)

	endless := filepath.Join(t.TempDir(), "endless.yaml")
	require.NoError(t, os.Symlink("/dev/zero", endless))
	_, err = scenario.LoadFile(endless)
	require.EqualError(t, err, "endless.yaml: more than 1048576 bytes")
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "0d": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "150512ms": 150512 * time.Millisecond,
		"2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "36500d": 36500 * 24 * time.Hour,
		"": -1, "5": -1, "+5s": -1, "-5s": -1, "soon": -1, "d": -1, "1.5d": -1, "12h1d": -1, "1d1d": -1, "[]": -1,
		"36501d": -1, "36500d1s": -1, "876001h": -1, "99999999999999999999d": -1, "9999999h": -1, "null": -1, "{1s: 2}": -1,
	} {
		s, err := scenario.Load([]byte("events: [{type: FileUploadComplete, after: "+text+"}]"), "s.yaml")
		if want < 0 {
			require.EqualError(t, err, "s.yaml:1: after has to be a time since the beginning, such as 90s, 20m, 1h30m or 30d", text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, s.Steps[0].After, text)
	}
}

// FuzzLoad holds Load to what its comment promises: what it returns can be played,
// and what it refuses it can place.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(documented))
	f.Add([]byte("events:\n- {type: X, unknown: true, after: 1d1h, set: {A.0.B: [1, 2.50, null, {c: d}], A: 1e400}}\n"))
	f.Add([]byte("events:\n- {type: StreamTranscodeComplete, variant: hd, fail: true}\n- {type: TranscodeComplete, run: 9, variant: ladder}\n"))
	f.Add([]byte("events: [{type: DeleteMediaComplete, variant: stream, set: {JobIds: \"\"}}]\n--- x"))
	f.Add([]byte("events: &a [*a]"))
	f.Add([]byte("events: [{type: A, unknown: true, set: {B: !!int {}, C: !!float \"x\", D: !!int \"[]\"}}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		s, err := scenario.Load(data, "dir/story.yaml")
		if err != nil {
			require.Regexp(t, `^story\.yaml(:[1-9][0-9]*)?: \S`, err.Error())
			require.NotContains(t, err.Error(), " yaml: ")
			return
		}
		require.NoError(t, s.Check())
		require.Equal(t, "story", s.Name)
		all := s.Play(1, time.Time{})
		require.Len(t, all, len(s.Steps))
		for i, h := range all {
			require.True(t, i == 0 || !h.At.Before(all[i-1].At))
			require.Equal(t, byte('{'), h.Body[0])
		}
	})
}
