package vod_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

// What the samples in testdata have in common.
const (
	video    = "6f1b0e2c9d7a4c55a1e8f03b2d94c7e1"
	image    = "c05a9be1473f4f6e8ab2d1704e93f5a8"
	attached = "b7730c1d5e2946afa9e04c8123dd6f90"
	job      = "1d4e8a7730bf4c2d95e6f1a20c7b3498"
	job2     = "f83b26c0e91d47a5ba70d65e14c2903f"
	play     = "http://play.example.com/" + video + "/"
	origin   = "http://source.oss-cn-shanghai.example.com/"
)

// at returns a time of the day of the samples.
func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2026-03-14T"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

// head returns the Header of most samples.
func head(t vod.Type, subject string, s vod.Status, change ...func(h *vod.Header)) vod.Header {
	h := vod.Header{Type: t, Time: at("09:26:53"), Subject: subject, Status: s}
	for _, f := range change {
		f(&h)
	}
	return h
}

func failure(code, message string) func(*vod.Header) {
	return func(h *vod.Header) { h.ErrorCode, h.ErrorMessage = code, message }
}

func extend(s string) func(*vod.Header) {
	return func(h *vod.Header) { h.Extend = s }
}

func when(t time.Time) func(*vod.Header) {
	return func(h *vod.Header) { h.Time = t }
}

func extra(name, raw string) func(*vod.Header) {
	return func(h *vod.Header) {
		if h.Extra == nil {
			h.Extra = make(map[string]json.RawMessage)
		}
		h.Extra[name] = json.RawMessage(raw)
	}
}

func readSample(tb testing.TB, name string) []byte {
	tb.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(tb, err)
	return body
}

// parseSample parses a sample that has the shape E.
func parseSample[E vod.Event](tb testing.TB, name string) E {
	tb.Helper()
	e, err := vod.Parse(readSample(tb, name))
	require.NoError(tb, err)
	got, ok := e.(E)
	require.True(tb, ok, "%s is a %T", name, e)
	return got
}

// sampleNames returns the names of all samples that are events of VOD.
func sampleNames(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	require.NoError(tb, err)
	var names []string
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".json"); !strings.HasPrefix(name, "Foreign.") {
			names = append(names, name)
		}
	}
	require.NotEmpty(tb, names)
	return names
}

// testSamples parses each sample and compares the whole event to the one wanted.
func testSamples(t *testing.T, want map[string]vod.Event) {
	t.Helper()
	for name, want := range want {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := readSample(t, name)
			got, err := vod.Parse(body)
			require.NoError(t, err)
			require.Equal(t, string(body), string(got.Head().Body))
			got.Head().Body = nil
			for k, v := range got.Head().Extra {
				got.Head().Extra[k] = compact(t, v)
			}
			require.Equal(t, want, got)
		})
	}
}

func compact(t *testing.T, raw json.RawMessage) json.RawMessage {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(raw, &v))
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

func TestSamplesOfEveryType(t *testing.T) {
	t.Parallel()
	names := sampleNames(t)
	for _, typ := range vod.Types() {
		require.True(t, slices.ContainsFunc(names, func(name string) bool {
			return name == string(typ) || strings.HasPrefix(name, string(typ)+".")
		}), "no sample of %s", typ)
	}
}

// TestSamplesLeaveNothingOver finds documented fields that no struct has.
func TestSamplesLeaveNothingOver(t *testing.T) {
	t.Parallel()
	for _, name := range sampleNames(t) {
		if strings.HasPrefix(name, "Unknown.") || strings.HasSuffix(name, ".new-kinds") {
			continue
		}
		e, err := vod.Parse(readSample(t, name))
		require.NoError(t, err, name)
		walk(reflect.ValueOf(e).Elem(), func(field string, v reflect.Value) {
			if strings.HasSuffix(field, ".Extra") {
				require.True(t, v.IsZero(), "%s: %s holds %s", name, field, v)
			}
		})
	}
}

// TestSamplesFillEveryField finds fields that no sample proves to be decoded.
func TestSamplesFillEveryField(t *testing.T) {
	t.Parallel()
	filled := map[string]bool{}
	for _, name := range sampleNames(t) {
		e, err := vod.Parse(readSample(t, name))
		require.NoError(t, err, name)
		walk(reflect.ValueOf(e).Elem(), func(field string, v reflect.Value) {
			filled[field] = filled[field] || !v.IsZero()
		})
	}
	for field, ok := range filled {
		require.True(t, ok, "no sample has %s", field)
	}
}

// walk calls visit for every field of every struct in v, by names like "Stream.JobID".
func walk(v reflect.Value, visit func(field string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			visit(v.Type().Name()+"."+v.Type().Field(i).Name, v.Field(i))
			walk(v.Field(i), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			walk(v.MapIndex(k), visit)
		}
	}
}
