package vod_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vodevents/vodevents/shared/vod"
)

// BenchmarkDecode measures decoding and identity of a small, a usual and a large event.
func BenchmarkDecode(b *testing.B) {
	for _, streams := range []int{0, 4, 50} {
		body := readSample(b, "FileUploadComplete")
		if streams > 0 {
			body = transcodeOf(streams)
		}
		b.Run(fmt.Sprintf("%dB", len(body)), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := vod.Decode(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// transcodeOf returns a TranscodeComplete with n streams.
func transcodeOf(n int) []byte {
	stream := `{"Status":"success","IsAudio":false,"Size":9126840,"Definition":"SD","Fps":"25",` +
		`"StartTime":"2026-02-03T04:12:20Z","Duration":61.48,"Bitrate":"1187","Encrypt":false,` +
		`"FileUrl":"http://play.example.com/0519392969160af9b0508378-sd.mp4","Format":"mp4",` +
		`"FinishTime":"2026-02-03T04:13:41Z","Height":720,"Width":1280,"JobId":"755cb86b7946c07caf50d5546fc0c323"}`
	return []byte(`{"EventType":"TranscodeComplete","EventTime":"2026-02-03T04:14:02Z","VideoId":"v1",` +
		`"Status":"success","StreamInfos":[` + strings.Repeat(stream+",", n-1) + stream + `]}`)
}
