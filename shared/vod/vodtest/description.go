package vodtest

import (
	"strconv"
)

// description is what can be changed about a medium: by MediaBaseChangeComplete.
type description struct {
	title, text, cover string
	category           int
}

// description returns what is said about the medium after so many changes.
func (d *draft) description(changes int) description {
	titles := []string{"Ferry at dawn", "Bread in four hours", "城市夜景", "Match of the week, 2nd half", "Fjords & glaciers"}
	all := description{
		title:    titles[d.number("title", 0, len(titles))],
		cover:    d.snapshotCover(),
		category: d.number("category", 1_000_000, 9_999_999) + changes,
	}
	if changes == 0 {
		return all
	}
	all.title += " (final)"
	all.text = `第一集: "pilot"`
	image := d.imageID
	if changes > 1 {
		n := strconv.Itoa(changes)
		all.title += " " + n
		all.text += ", take " + n
		image = d.lastingID("image " + n)
	}
	all.cover = "http://" + playHost + "/image/cover/" + image + ".png"
	return all
}

// title returns what the medium is called now.
func (d *draft) title() string { return d.description(d.edition).title }

// snapshotCover returns the cover that the last snapshots set: the middle one of
// eight, or one at a certain time.
func (d *draft) snapshotCover() string {
	if d.place == nil {
		return d.coverOfRun(d.run)
	}
	if s := d.place.snapshot; s.Variant == "specified-time" {
		return d.specifiedCover(s.Run)
	}
	return d.coverOfRun(d.place.snapshot.Run)
}

func (d *draft) coverOfRun(run int) string {
	return "http://" + playHost + "/" + d.id + "/covers/" + d.idOfRun("cover image", run) + "-00004.jpg"
}

func (d *draft) specifiedCover(run int) string {
	return "http://" + playHost + "/" + d.id + "/" + d.normalPath(run) + "-00002.jpg"
}
