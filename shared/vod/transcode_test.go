package vod_test

import (
	"testing"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// sd, hd and uhd are streams of the samples; uhd failed.
func sd() vod.Stream {
	return vod.Stream{
		JobID: job, Definition: "SD", Format: "mp4", FileURL: play + "sd.mp4", Width: 1280, Height: 720,
		Duration: 52.233433, Size: 9126841, Bitrate: "1187", Fps: "29.97",
		StartTime: at("09:25:00"), FinishTime: at("09:26:52"),
	}
}

func hd() vod.Stream {
	s := sd()
	s.JobID, s.Definition, s.Format, s.FileURL, s.Duration = job2, "HD-MP4", "m3u8", play+"hd.m3u8", 154
	s.Codec, s.Encrypt, s.EncryptType, s.WatermarkID = "H.264", true, "AliyunVoDEncryption", []string{"w1", "w2"}
	return s
}

func uhd() vod.StreamInfo {
	return vod.StreamInfo{
		Stream: vod.Stream{
			JobID: job2, Definition: "4K", Format: "mp4",
			StartTime: at("09:25:00"), FinishTime: at("09:26:52"),
		},
		Status: "fail", ErrorCode: "InvalidParameter.Resolution", ErrorMessage: "The source is smaller.",
	}
}

func TestTranscoding(t *testing.T) {
	t.Parallel()
	const (
		one        = vod.TypeStreamTranscodeComplete
		all        = vod.TypeTranscodeComplete
		analysis   = vod.TypeVideoAnalysisComplete
		badCode    = "InvalidParameter.ResourceContentBad"
		badMessage = "The source cannot be decoded."
	)
	audio := sd()
	audio.IsAudio, audio.Definition, audio.Format, audio.FileURL = true, "SQ", "mp3", play+"sq.mp3"
	audio.Width, audio.Height, audio.Fps, audio.Duration = 0, 0, "", 15
	testSamples(t, map[string]vod.Event{
		"StreamTranscodeComplete.success": &vod.StreamTranscodeComplete{
			Header: head(one, video, "success", extend(`{"order":"A-17"}`)), VideoID: video, Stream: hd(),
		},
		"StreamTranscodeComplete.audio": &vod.StreamTranscodeComplete{
			Header: head(one, video, "success"), VideoID: video, Stream: audio,
		},
		"StreamTranscodeComplete.fail": &vod.StreamTranscodeComplete{
			Header: head(one, video, "fail", failure(badCode, badMessage)), VideoID: video,
			Stream: vod.Stream{
				JobID: job, Definition: "HD", Format: "mp4",
				StartTime: at("09:25:00"), FinishTime: at("09:26:52"),
			},
		},
		"StreamTranscodeComplete.legacy": &vod.StreamTranscodeComplete{
			Header:  head(one, video, "success", when(time.Date(2018, 11, 5, 2, 0, 9, 0, time.UTC))),
			VideoID: video,
			Stream: vod.Stream{
				JobID: job, Definition: "LD", Format: "mp4", FileURL: play + "ld.mp4",
				Width: 640, Height: 360, Duration: 15, Size: 500001,
			},
		},
		"TranscodeComplete.success": &vod.TranscodeComplete{
			Header: head(all, video, "success", extend(`{"order":"A-17"}`)), VideoID: video,
			StreamInfos: []vod.StreamInfo{{Stream: sd(), Status: "success"}, {Stream: hd(), Status: "success"}},
		},
		"TranscodeComplete.partial": &vod.TranscodeComplete{
			Header: head(all, video, "success"), VideoID: video,
			StreamInfos: []vod.StreamInfo{uhd(), {Stream: sd(), Status: "success"}},
		},
		"TranscodeComplete.fail": &vod.TranscodeComplete{
			Header: head(all, video, "fail"), VideoID: video, StreamInfos: []vod.StreamInfo{uhd()}, Preprocess: true,
		},
		"TranscodeComplete.fail-bare": &vod.TranscodeComplete{
			Header: head(all, video, "fail"), VideoID: video,
		},
		"VideoAnalysisComplete.success": &vod.VideoAnalysisComplete{
			Header: head(analysis, video, "success"), VideoID: video,
			Width: 1920, Height: 1080, Duration: 52.48, Bitrate: "9551", Fps: "29.97", Size: 48103377,
		},
		"VideoAnalysisComplete.audio": &vod.VideoAnalysisComplete{
			Header: head(analysis, video, "success"), VideoID: video, Duration: 181.3, Bitrate: "128.5", Size: 2900801,
		},
		"VideoAnalysisComplete.fail": &vod.VideoAnalysisComplete{
			Header: head(analysis, video, "fail", failure(badCode, badMessage)), VideoID: video,
		},
	})
}
