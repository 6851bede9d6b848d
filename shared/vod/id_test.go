package vod_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/vod"
)

func idOf(tb testing.TB, body string) vod.ID {
	tb.Helper()
	id, err := vod.IDOf([]byte(body))
	require.NoError(tb, err, "%.80q", body)
	return id
}

// IDs are kept in databases: they must never change. These were computed by another
// program, from the canonical form written by hand.
func TestIDsAreFixed(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"EventType":"A","EventTime":"2026-03-14T09:26:53Z","Size":15}`:      "019cebab-8748-85af-b9bb-6bf4b9a9aa37",
		`{"EventType":"A","EventTime":"2026-03-14T09:26:53:589Z","X":[null]}`: "019cebab-8995-8f02-b517-0c7b65faed4c",
		`{"EventType":"A"}`: "00000000-0000-866c-a2c0-0f83af587e75",
		`[]`:                "00000000-0000-8ff4-ac3c-a6abbc54f842",
	} {
		require.Equal(t, want, idOf(t, body).String(), body)
	}
	id, err := vod.IDOf([]byte("hello"))
	require.ErrorIs(t, err, vod.ErrMalformed)
	require.Equal(t, "00000000-0000-84e1-a46c-5fca9b3a14dc", id.String())
}

func TestSameID(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		bodies []string
	}{
		{"white space and order", []string{`{"a":1,"b":[true,null]}`, " {\n\t\"b\" : [ true , null ] ,\r\"a\":1 } "}},
		{"byte order mark", []string{`{"a":1}`, "\ufeff{\"a\":1}", " \ufeff {\"a\":1}\n"}},
		{"numbers", []string{`[15]`, `[15.0]`, `[1.5e1]`, `[150e-1]`, `[1500E-2]`, `[0.15e+2]`, `[15e00]`}},
		{"zeros", []string{`[0]`, `[-0]`, `[0.00]`, `[0e9]`, `[-0e-99999999999999999999999]`}},
		{"large exponents", []string{`[1e400]`, `[10e399]`, `[0.1e401]`, `[1e0400]`}},
		{"huge exponents", []string{`[1e1000000000000000000000]`, `[10e999999999999999999999]`, `[0.1e1000000000000000000001]`}},
		{"huge negative exponents", []string{`[1e-1000000000000000000000]`, `[0.1e-999999999999999999999]`, `[10e-1000000000000000000001]`}},
		{"escapes", []string{`["ä/😀\n"]`, `["\u00e4\/\ud83d\ude00\u000a"]`, `["\u00E4/\uD83D\uDE00\n"]`}},
		{"escaped names", []string{`{"EventType":1}`, `{"Event\u0054ype":1}`}},
		{"duplicates", []string{`{"a":2,"b":1}`, `{"a":1,"b":1,"a":2}`, `{"\u0061":{},"b":1,"a":2}`}},
		{"EventTime counts as others read it", []string{`{"EventTime":"2026-03-14T09:26:53Z"}`, `{"EventTime":0,"EventTime":"2026-03-14T09:26:53Z"}`}},
	} {
		for _, body := range tc.bodies[1:] {
			require.Equal(t, idOf(t, tc.bodies[0]), idOf(t, body), "%s: %s", tc.name, body)
		}
	}
}

func TestDifferentIDs(t *testing.T) {
	t.Parallel()
	bodies := []string{
		`15`, `"15"`, `-15`, `1.5`, `150`, `15e1000000000000000000`, `15e1000000000000000001`, `15e-1000000000000000000`,
		`9007199254740992`, `9007199254740993`, `0`, `""`, `null`, `"null"`, `true`, `false`, `"true"`, `[]`, `{}`, `[[]]`, `[{}]`,
		`[1,2]`, `[2,1]`, `[12]`, `["1,2"]`, `["1","2"]`, `{"a":{"b":1}}`, `{"a":{},"b":1}`, `{"a":[],"b":1}`, `{"A":{},"b":1}`,
		`["a"]`, `["a "]`, `["\u0000"]`, `["\ufffd"]`, `["\ud800"]`, `["\ud801"]`, `["\udc00\ud800"]`, `["\ud800\ud800"]`, `["\ud800x"]`,
		"[\"\xff\"]", "[\"\xfe\"]", "[\"\xff\xff\"]", "[\"\xed\xa0\x80\"]", "[\"\xff\xd8\\u0000\"]", "[\"\xc3\"]", `["\u00ff"]`,
		"[\"\ufeff\"]", `{"\ud800":1}`, `{"\ud801":1}`, "{\"\xff\":1}", `{"":1}`, `{" ":1}`,
		`{"EventTime":"2026-03-14T09:26:53Z"}`, `{"EventTime":"2026-03-14T09:26:53.0Z"}`, `{"EventTime ":"2026-03-14T09:26:53Z"}`,
	}
	seen := map[vod.ID]string{}
	for _, body := range bodies {
		id := idOf(t, body)
		require.NotContains(t, seen, id, "%s and %s", seen[id], body)
		seen[id] = body
		// What is no JSON is apart from all that is, even from its canonical form.
		id, err := vod.IDOf([]byte(body + "!"))
		require.ErrorIs(t, err, vod.ErrMalformed)
		require.NotContains(t, seen, id)
		seen[id] = body + "!"
	}
}

func TestIDTime(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Time{
		`"2026-03-14T09:26:53Z"`:         at("09:26:53"),
		`"2026-03-14T09:26:53:589Z"`:     at("09:26:53.589"),
		`"2026-03-14T09:26:53.5899999Z"`: at("09:26:53.589"),
		`"2026-03-14T17:26:53+08:00"`:    at("09:26:53"),
		`1773480413000`:                  at("09:26:53"),
		`"9999-12-31T23:59:59.999Z"`:     time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
		`"1970-01-01T00:00:00.001Z"`:     time.UnixMilli(1).UTC(),
		`"1970-01-01T00:00:00Z"`:         {},
		`"1969-12-31T23:59:59.999Z"`:     {},
		`"0001-01-02T00:00:00Z"`:         {},
		`"soon"`:                         {},
		`null`:                           {},
	} {
		id := idOf(t, `{"EventType":"A","EventTime":`+value+`}`)
		require.Equal(t, want, id.Time(), value)
		require.Equal(t, byte(8), id[6]>>4, "version")
		require.Equal(t, byte(2), id[8]>>6, "variant")
	}
	early, late := idOf(t, `{"EventTime":"2026-03-14T09:26:53Z"}`), idOf(t, `{"EventTime":"2026-03-14T09:26:54Z"}`)
	require.Negative(t, bytes.Compare(early[:], late[:]))
	require.Less(t, early.String(), late.String())
}

func TestParseID(t *testing.T) {
	t.Parallel()
	const text = "019cebc2-b048-8abc-9def-0123456789ab"
	id, err := vod.ParseID(strings.ToUpper(text))
	require.NoError(t, err)
	require.Equal(t, text, id.String())
	encoded, err := json.Marshal(map[vod.ID]vod.ID{id: id})
	require.NoError(t, err)
	require.JSONEq(t, `{"`+text+`":"`+text+`"}`, string(encoded))
	var decoded map[vod.ID]vod.ID
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	require.Equal(t, map[vod.ID]vod.ID{id: id}, decoded)

	for _, bad := range []string{
		"", text[1:], text + "0", "{" + text + "}", strings.ReplaceAll(text, "-", ""), strings.ReplaceAll(text, "-", "_"),
		strings.Replace(text, "9", "g", 1), "019cebc2b-048-8abc-9def-0123456789ab", strings.Replace(text, "9c", "é", 1),
	} {
		_, err := vod.ParseID(bad)
		require.ErrorContains(t, err, "vod: parse id", bad)
		require.Error(t, new(vod.ID).UnmarshalText([]byte(bad)))
	}
}

// jsonValue makes values as VOD might send them, and stranger ones.
func jsonValue(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Bool().AsAny(),
		rapid.String().AsAny(),
		rapid.Custom(func(t *rapid.T) json.Number {
			n := rapid.Int64Range(-1e15, 1e15).Draw(t, "n")
			if e := rapid.IntRange(-30, 30).Draw(t, "e"); e != 0 {
				return json.Number(fmt.Sprintf("%de%d", n, e))
			}
			return json.Number(strconv.FormatInt(n, 10))
		}).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.SliceOfN(jsonValue(depth-1), 0, 4).AsAny(),
		rapid.MapOfN(rapid.String(), jsonValue(depth-1), 0, 4).AsAny())...)
}

// write writes v with members in any order, white space, and text and numbers in any form.
func write(b *strings.Builder, r *rand.Rand, v any) {
	space := func() { b.WriteString([]string{"", "", " ", "\n\t"}[r.IntN(4)]) }
	space()
	switch v := v.(type) {
	case map[string]any:
		var names []string
		for name := range v {
			names = append(names, name)
		}
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		b.WriteByte('{')
		for i, name := range names {
			if i > 0 {
				b.WriteByte(',')
			}
			if r.IntN(4) == 0 { // a duplicate that does not count
				write(b, r, name)
				b.WriteString(":0,")
			}
			write(b, r, name)
			b.WriteByte(':')
			write(b, r, v[name])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			write(b, r, item)
		}
		b.WriteByte(']')
	case string:
		b.WriteByte('"')
		for _, c := range v {
			quoted, _ := json.Marshal(string(c))
			if c < 0x10000 && r.IntN(3) == 0 {
				quoted = fmt.Appendf(nil, `"\u%04x"`, c)
			}
			b.Write(quoted[1 : len(quoted)-1])
		}
		b.WriteByte('"')
	case json.Number:
		digits, exp, _ := strings.Cut(string(v), "e")
		e := 0
		_, _ = fmt.Sscan(exp, &e)
		sign := strings.TrimSuffix(digits, strings.TrimPrefix(digits, "-"))
		digits = strings.TrimPrefix(digits, "-")
		switch r.IntN(3) {
		case 0:
			fmt.Fprintf(b, "%s%se%d", sign, digits, e)
		case 1:
			fmt.Fprintf(b, "%s%s.00E%+d", sign, digits, e)
		default: // a fraction
			fmt.Fprintf(b, "%s%s.%se%d", sign, digits[:1], digits[1:]+"0", e+len(digits)-1)
		}
	default:
		text, _ := json.Marshal(v)
		b.Write(text)
	}
	space()
}

func TestIDIgnoresForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{"EventType": "A", "X": jsonValue(3).Draw(t, "value")}
		plain, err := json.Marshal(v)
		require.NoError(t, err)
		want, err := vod.IDOf(plain)
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var b strings.Builder
		write(&b, r, v)
		got, err := vod.IDOf([]byte(b.String()))
		require.NoError(t, err, b.String())
		require.Equal(t, want, got, "%s\n%s", plain, b.String())
	})
}

func TestIDKnowsEveryLeaf(t *testing.T) {
	t.Parallel()
	for _, name := range sampleNames(t) {
		body := readSample(t, name)
		seen := map[vod.ID]bool{idOf(t, string(body)): true}
		var tree any
		require.NoError(t, json.Unmarshal(body, &tree))
		changeLeaves(tree, func() {
			changed, err := json.Marshal(tree)
			require.NoError(t, err)
			id := idOf(t, string(changed))
			require.False(t, seen[id], "%s: %s", name, changed)
			seen[id] = true
		})
	}
}

// changeLeaves changes each scalar in v in turn and calls check.
func changeLeaves(v any, check func()) {
	try := func(old any, set func(any)) {
		switch old := old.(type) {
		case map[string]any, []any:
			changeLeaves(old, check)
			return
		case string:
			set(old + ".")
		case float64:
			set(old + 1)
		case bool:
			set(!old)
		default:
			set("not null")
		}
		check()
		set(old)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, old := range v {
			try(old, func(x any) { v[name] = x })
		}
	case []any:
		for i, old := range v {
			try(old, func(x any) { v[i] = x })
		}
	}
}

func FuzzIDOf(f *testing.F) {
	for _, name := range sampleNames(f) {
		f.Add(readSample(f, name))
	}
	for _, seed := range []string{
		"", "null", "[1e400,-0,0.10,1E-5]", `{"a":1,"a":2}`, `["\ud83d\ude00\/"]`, "\ufeff[]", "[\"\xff\"]", `["\ud800"]`,
		`[1e99999999999999999999,1e-99999999999999999999]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		id, err := vod.IDOf(body)
		parsed, parseErr := vod.ParseID(id.String())
		require.NoError(t, parseErr)
		require.Equal(t, id, parsed)
		if err != nil {
			require.ErrorIs(t, err, vod.ErrMalformed)
			require.True(t, id.Time().IsZero())
			return
		}
		if !utf8.Valid(body) || strings.Contains(strings.ToLower(string(body)), `\ud`) {
			return // encoding/json replaces what is no UTF-8 and half surrogate pairs
		}
		d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\ufeff"))))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return // white space that only this package takes
		}
		again, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, id, idOf(t, string(again)), "%s", again)
	})
}
