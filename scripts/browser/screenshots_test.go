package browser_test

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// story is what the pictures tell about.
const story = `
title: A video is uploaded, transcoded into five renditions of which one fails, reviewed, and set aside after three months
events:
  - {after: 0s, type: MediaBaseChangeComplete, variant: create}
  - {after: 12s, type: FileUploadComplete}
  - {after: 16s, type: VideoAnalysisComplete}
  - {after: 31s, type: SnapshotComplete, variant: cover}
  - {after: 39s, type: StreamTranscodeComplete, variant: audio}
  - {after: 52s, type: StreamTranscodeComplete}
  - {after: 77s, type: StreamTranscodeComplete, variant: hd}
  - {after: 99s, type: StreamTranscodeComplete, variant: 4k, fail: true}
  - {after: 104s, type: StreamTranscodeComplete, variant: encrypted}
  - {after: 104s, type: TranscodeComplete, variant: ladder}
  - {after: 150s, type: AIMediaAuditComplete}
  - {after: 10m, type: CreateAuditComplete, variant: normal}
  - {after: 90d, type: UpdateMediaStorageClassComplete}
`

// TestScreenshots makes the pictures that the README shows, of what stories leave behind.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	s := receive(t)
	play := []string{"play", "--seed", "7"}
	if *screenshots != "" {
		play = append(play, "--rate", "2") // as it looks when time passes
	}
	s.must(t, append(play, "happy", "live", s.file("aside.yaml", story))...)

	b := s.open(t, "/events")
	b.sees("#live", "Live")
	b.sees("#rows tr", "FileUploadComplete")
	b.picture("events")

	b.visit("/media")
	b.sees("#rows tr", "playable")
	b.click("#rows tr:has(.bad) a.open", "")
	b.sees("svg.timeline", "")
	b.sees("#live", "Live")
	b.picture("medium")
}

// maxPicture is how large a picture of the README may be, in bytes.
const maxPicture = 200_000

// picture makes a picture of the page as it is seen, as small as it can be.
func (b *tab) picture(name string) {
	b.t.Helper()
	// Where the store of a test is says nothing.
	evaluate[any](b, `document.querySelectorAll(".side .store").forEach((e) => { e.lastChild.textContent = " sqlite:vod.db"; })`)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	taken, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	decoded, err := png.Decode(bytes.NewReader(taken))
	require.NoError(b.t, err)
	require.Equal(b.t, 1440, decoded.Bounds().Dx())
	require.Equal(b.t, 900, decoded.Bounds().Dy())
	var packed bytes.Buffer
	require.NoError(b.t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&packed, paletted(decoded)))
	require.Less(b.t, packed.Len(), maxPicture)
	dir := *screenshots
	if dir == "" {
		dir = b.t.ArtifactDir()
	}
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), packed.Bytes(), 0o644))
}

// paletted returns a picture in its 256 most frequent colours, each other pixel in the
// nearest of them. Pages have few colours, but for the edges of letters.
func paletted(from image.Image) *image.Paletted {
	counts := map[color.RGBA]int{}
	bounds := from.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[rgba(from.At(x, y))]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range colors[:min(256, len(colors))] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	for c := range counts {
		nearest[c] = uint8(palette.Index(c))
	}
	to := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			to.SetColorIndex(x, y, nearest[rgba(from.At(x, y))])
		}
	}
	return to
}

func rgba(c color.Color) color.RGBA {
	opaque, _ := color.RGBAModel.Convert(c).(color.RGBA)
	return opaque
}
