package fielddoc_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func ExampleDescribe() {
	d := fielddoc.Describe([]byte(`{"EventType":"FileUploadComplete","VideoId":"ferry","Size":60304049,"Colour":"blue"}`))
	for _, m := range d.Members[1:] {
		fmt.Printf("%s = %s (%s)\n  %s\n", m.Path, m.Value, m.Reading, m.Field.Doc)
	}
	// Output:
	// VideoId = ferry ()
	//   VideoId is the id of the video or audio; always there.
	// Size = 60304049 (60.3 MB)
	//   Size is that of the source file, in bytes; 0 if VOD does not say.
	// Colour = blue ()
}

// TestEverythingIsKnown holds the documentation against every event that VOD sends, and
// against each with a member that VOD does not have.
func TestEverythingIsKnown(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, typ := range vod.Types() {
		for _, variant := range vodtest.Variants(typ) {
			for _, opts := range [][]vodtest.Option{{}, {vodtest.Fail()}} {
				opts = append(opts, vodtest.Variant(variant))
				d := fielddoc.Describe(vodtest.NewEvent(typ, opts...))
				require.False(t, d.Cut)
				require.Equal(t, typ, d.Shape.Type)
				names[d.Shape.Name] = true
				require.Empty(t, undocumented(d), "%s %s", typ, variant)

				d = fielddoc.Describe(vodtest.NewEvent(typ, append(opts, vodtest.Set("Added", "x"))...))
				require.Equal(t, []string{"Added"}, undocumented(d), "%s %s", typ, variant)
			}
		}
	}
	require.Len(t, names, 23)
}

// undocumented returns the paths of the members that are not known.
func undocumented(d fielddoc.Description) []string {
	var all []string
	for _, m := range d.Members {
		if !m.Known {
			all = append(all, m.Path)
		}
	}
	return all
}

// TestNamesMatchAsInParse compares with what package vod takes for a member of its own.
func TestNamesMatchAsInParse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		body string
		want []string // not documented
	}{
		{name: "blanks around", body: `{"EventType":"UploadByURLComplete","SourceURL ":"x"}`},
		{name: "other case", body: `{"EventType":"FileUploadComplete","videoid":"x","SIZE":1}`},
		{name: "exact beats other case", body: `{"EventType":"FileUploadComplete","VideoId":"x","videoid":"y"}`, want: []string{"videoid"}},
		{name: "exact beats blanks", body: `{"EventType":"FileUploadComplete","Size ":"x","Size":"y"}`},
		{name: "the last of other cases", body: `{"EventType":"FileUploadComplete","videoid":"x","VIDEOID":"y"}`, want: []string{"videoid"}},
		{name: "twice the same", body: `{"EventType":"FileUploadComplete","VideoId":"x","VideoId":"y"}`},
		{name: "new", body: `{"EventType":"FileUploadComplete","VideoIds":"x"}`, want: []string{"VideoIds"}},
		{name: "of another shape", body: `{"EventType":"UploadByURLComplete","FileType":"Video","StreamFileURL":"x"}`, want: []string{"FileType", "StreamFileURL"}},
		{name: "of this shape", body: `{"EventType":"UploadByURLComplete","filetype":" stream","StreamFileURL":"x"}`},
		{name: "unknown type", body: `{"EventType":"New","VideoId":"x","Foo":1}`, want: []string{"Foo"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want := tc.want
			e, err := vod.Parse([]byte(tc.body))
			require.NoError(t, err)
			var extra []string
			for name := range e.Head().Extra {
				extra = append(extra, name)
			}
			if tc.name != "exact beats blanks" { // one of which is left over
				slices.Sort(extra)
				require.Equal(t, want, extra, "what is left over in vod")
			} else {
				want = []string{"Size "}
			}
			require.Equal(t, want, undocumented(fielddoc.Describe([]byte(tc.body))))
		})
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		typ    vod.Type
		member string // with its value
		want   []string
	}{
		{name: "bytes", typ: "FileUploadComplete", member: `"Size":"12345678"`, want: []string{"Size=12345678 (12.3 MB)"}},
		{name: "few bytes", typ: "FileUploadComplete", member: `"Size":999`, want: []string{"Size=999 ()"}},
		{name: "rounded up", typ: "FileUploadComplete", member: `"Size":999999`, want: []string{"Size=999999 (1.00 MB)"}},
		{name: "no size", typ: "FileUploadComplete", member: `"Size":-5000`, want: []string{"Size=-5000 ()"}},
		{name: "no number", typ: "FileUploadComplete", member: `"Size":"NaN"`, want: []string{"Size=NaN ()"}},
		{name: "seconds", typ: "VideoAnalysisComplete", member: `"Duration":"442.31"`, want: []string{"Duration=442.31 (7m22s)"}},
		{name: "few seconds", typ: "VideoAnalysisComplete", member: `"Duration":52.233433`, want: []string{"Duration=52.233433 (52.23s)"}},
		{name: "for ever", typ: "VideoAnalysisComplete", member: `"Duration":1e300`, want: []string{"Duration=1e300 ()"}},
		{name: "bit rate", typ: "VideoAnalysisComplete", member: `"Bitrate":"2503.44"`, want: []string{"Bitrate=2503.44 (2.50 Mbit/s)"}},
		{name: "time", typ: "RestoreMediaComplete", member: `"RestoreExpiration":"2026-03-14 9:26:53:5 "`, want: []string{"RestoreExpiration=2026-03-14 9:26:53:5  (2026-03-14 09:26:53.5 UTC)"}},
		{name: "Unix time", typ: "RestoreMediaComplete", member: `"RestoreExpiration":1773480413`, want: []string{"RestoreExpiration=1773480413 (2026-03-14 09:26:53 UTC)"}},
		{name: "no time", typ: "RestoreMediaComplete", member: `"RestoreExpiration":"\"soon"`, want: []string{`RestoreExpiration="soon ()`}},
		{name: "status", typ: "WorkflowTaskComplete", member: `"Status":"Succeed"`, want: []string{"Status=Succeed (succeeded)"}},
		{name: "no status", typ: "WorkflowTaskComplete", member: `"Status":"?"`, want: []string{"Status=? ()"}},
		{name: "boolean", typ: "TranscodeComplete", member: `"Preprocess":"1"`, want: []string{"Preprocess=1 (true)"}},
		{name: "null", typ: "TranscodeComplete", member: `"Preprocess":null`, want: []string{"Preprocess=null ()"}},
		{name: "text with JSON in it", typ: "FileUploadComplete", member: `"VideoId":"{\"a\":1}"`, want: []string{`VideoId={"a":1} ()`}},
		{name: "opaque object", typ: "FileUploadComplete", member: `"Extend":{"a": [1, {}]}`, want: []string{`Extend={"a":[1,{}]} ()`}},
		{name: "list as text", typ: "SubmitMediaRefreshComplete", member: `"TaskIds":"a,b"`, want: []string{"TaskIds=a,b ()"}},
		{name: "list", typ: "SubmitMediaRefreshComplete", member: `"TaskIds":["a", 1, null]`, want: []string{"TaskIds=a, 1, null ()"}},
		{name: "list in text in text", typ: "SubmitMediaRefreshComplete", member: `"TaskIds":"\"[\\\"a\\\"]\""`, want: []string{"TaskIds=a ()"}},
		{
			name: "object in text", typ: "SubmitMediaRefreshComplete", member: `"FilterPolicy":" {\"SliceFlag\":\"True\"}"`,
			want: []string{"FilterPolicy= (1 member)", "  SliceFlag=True (true)"},
		},
		{
			name: "escaped object in text", typ: "SubmitMediaRefreshComplete", member: `"FilterPolicy":"\u007b\u007d"`,
			want: []string{"FilterPolicy= (0 members)"},
		},
		{
			name: "objects in a list, one as text", typ: "TranscodeComplete", member: `"StreamInfos":[{"Fps":"25"},"{\"New\":{}}"]`,
			want: []string{"StreamInfos= (2 items)", "  [0]= (1 member)", "    Fps=25 ()", "  [1]= (1 member)", "    New!= (0 members)"},
		},
		{
			name: "the only item", typ: "DynamicImageComplete", member: `"DynamicImageJobInfo":{"Width":"640"}`,
			want: []string{"DynamicImageJobInfo= (1 member)", "  Width=640 ()"},
		},
		{
			name: "any name", typ: "WorkflowTaskComplete", member: `"ActivityResults":{"Cut":{"Status":"Failed","X":1}}`,
			want: []string{"ActivityResults= (1 member)", "  Cut= (2 members)", "    Status=Failed (failed)", "    X!=1 ()"},
		},
		{
			name: "change", typ: "MediaBaseChangeComplete", member: `"MediaContent":{"Tags":"{\"NewValue\":{\"a\":1}}"}`,
			want: []string{"MediaContent= (1 member)", "  Tags= (1 member)", `    NewValue={"a":1} ()`},
		},
		{
			name: "bare value", typ: "MediaBaseChangeComplete", member: `"MediaContent":{"Tags":{"a":1}}`,
			want: []string{"MediaContent= (1 member)", `  Tags={"a":1} ()`},
		},
		{
			name: "of no structure", typ: "AIVideoTagComplete", member: `"Data":{"OrigASRData":[{"a":1}]}`,
			want: []string{"Data= (1 member)", `  OrigASRData=[{"a":1}] ()`},
		},
		{
			name: "new, with JSON in text", typ: "FileUploadComplete", member: `"New":"{\"a\":[[1],{}]}"`,
			want: []string{"New!= (1 member)", "  a!= (2 items)", "    [0]!=1 ()", "    [1]!= (0 members)"},
		},
		{
			name: "object for text", typ: "FileUploadComplete", member: `"FileUrl":{"a":1}`,
			want: []string{"FileUrl= (1 member)", "  a!=1 ()"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := fielddoc.Describe([]byte(`{"EventType":"` + string(tc.typ) + `",` + tc.member + `}`))
			var got []string
			for _, m := range d.Members[1:] {
				name := m.Name
				if !m.Known {
					name += "!"
				}
				got = append(got, strings.Repeat("  ", m.Depth)+name+"="+m.Value+" ("+m.Reading+")")
			}
			require.Equal(t, tc.want, got)
		})
	}
}

func TestWhatIsDocumented(t *testing.T) {
	t.Parallel()
	d := fielddoc.Describe([]byte(`{"EventType":"TranscodeComplete","streaminfos":"[{\"bitrate\":\"500\"}]"}`))
	list, bitrate := d.Members[1], d.Members[3]
	require.Equal(t, "streaminfos[0].bitrate", bitrate.Path)
	require.Equal(t, "StreamInfos[].Bitrate", bitrate.Field.Path)
	require.Equal(t, fielddoc.Number, bitrate.Field.Kind)
	require.Equal(t, fielddoc.Text, bitrate.Came)
	require.Equal(t, fielddoc.KilobitsPerS, bitrate.Field.Unit)
	require.True(t, list.InText)
	require.Equal(t, fielddoc.List, list.Came)
	require.Nil(t, list.Field.Fields)
}

func TestNoEvent(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "x", "[1]", `"{}"`, "null", `{"a":`, "\uFEFF"} {
		require.Equal(t, fielddoc.Description{}, fielddoc.Describe([]byte(body)), body)
	}
	d := fielddoc.Describe([]byte("\uFEFF {\"a\":1}"))
	require.Empty(t, d.Shape)
	require.Equal(t, []string{"a"}, undocumented(d))
}

// TestHostileBodies has bodies that are made to take for ever, or to fill a screen.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	body := func(member string) []byte { return []byte(`{"EventType":"FileUploadComplete",` + member + `}`) }
	nested := `1`
	for range 9 {
		quoted, err := json.Marshal(`{"a":` + nested + `}`)
		require.NoError(t, err)
		nested = string(quoted)
	}
	for _, tc := range []struct {
		name string
		body []byte
		cut  bool
	}{
		{name: "members", body: body(strings.Repeat(`"a":{},`, 150_000) + `"b":1`), cut: true},
		{name: "items", body: body(`"a":[` + strings.Repeat(`0,`, 500_000) + `{}]`), cut: true},
		{name: "one list", body: body(`"a":[` + strings.Repeat(`0,`, 500_000) + `0]`), cut: true},
		{name: "nested lists", body: body(`"a":` + strings.Repeat(`[`, 9_000) + strings.Repeat(`]`, 9_000)), cut: true},
		{name: "nested objects", body: body(strings.Repeat(`"a":{`, 9_000) + strings.Repeat(`}`, 9_000)), cut: true},
		{name: "texts in texts", body: body(`"a":` + nested)},
		{name: "long text", body: body(`"a":"` + strings.Repeat("长", 300_000) + `"`)},
		{name: "long name", body: body(`"` + strings.Repeat("a", 500_000) + `":{` + strings.Repeat(`"b":[{}],`, 50_000) + `"c":1}`), cut: true},
		{name: "nested too deep for JSON", body: body(`"a":` + strings.Repeat(`[`, 20_000) + strings.Repeat(`]`, 20_000))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := fielddoc.Describe(tc.body)
			require.Equal(t, tc.cut, d.Cut)
			require.LessOrEqual(t, len(d.Members), fielddoc.MaxMembers)
			requireShort(t, d)
		})
	}
}

func requireShort(t *testing.T, d fielddoc.Description) {
	t.Helper()
	for _, m := range d.Members {
		require.LessOrEqual(t, utf8.RuneCountInString(m.Value), fielddoc.MaxValue+1)
		require.LessOrEqual(t, utf8.RuneCountInString(m.Reading), fielddoc.MaxValue+1)
		require.LessOrEqual(t, len(m.Path), 2000)
		require.True(t, utf8.ValidString(m.Value) && utf8.ValidString(m.Name), "%q %q", m.Name, m.Value)
	}
}

func FuzzDescribe(f *testing.F) {
	for _, typ := range append(vod.Types(), "New") {
		f.Add(vodtest.NewEvent(typ))
	}
	for _, s := range []string{
		"", "{", `{"EventType":"MediaBaseChangeComplete","MediaContent":"{\"Title\":\"[{}]\"}"}`, `{"a":"\ud800","\u0000":[1e999,{}]}`,
		"{\"\xd1\xd0\":\"\"}", "{\"\xff\":\"\\\"\",\"b\\\\\":[ ] , \"c\" : { }}", `{"EventType":"WorkflowTaskComplete","ActivityResults":"\"{\\\"\\\":[]}\""}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		d := fielddoc.Describe(body)
		requireShort(t, d)
		require.LessOrEqual(t, len(d.Members), fielddoc.MaxMembers)
		var top []string
		for _, m := range d.Members {
			if m.Depth == 0 {
				top = append(top, squeezed(m.Name))
			}
		}
		if e, err := vod.Parse(body); err == nil && !d.Cut {
			require.Equal(t, e.Head().Type, cmpType(d.Shape, e))
			extra := map[string]bool{}
			for name := range e.Head().Extra {
				extra[squeezed(name)] = true
			}
			for _, m := range d.Members {
				if m.Depth == 0 && !m.Known && len(m.Name) <= 100 {
					require.True(t, extra[squeezed(clean(m.Name))], "%q", m.Name)
				}
			}
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) == nil && !d.Cut {
			for name := range members {
				if len(name) > 100 {
					continue
				}
				require.Contains(t, top, squeezed(name))
			}
		}
	})
}

// squeezed has one replacement character for each run of them: encoding/json has one for
// each byte that is no UTF-8, package vod one for all in a row.
func squeezed(name string) string {
	return string(slices.CompactFunc([]rune(name), func(a, b rune) bool { return a == utf8.RuneError && b == utf8.RuneError }))
}

// cmpType returns the type that the shape stands for.
func cmpType(s fielddoc.Shape, e vod.Event) vod.Type {
	if !s.Documented() {
		return e.Head().Type
	}
	return s.Type
}

// clean returns a name as package vod has it.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return utf8.RuneError
		}
		return r
	}, name)
}
