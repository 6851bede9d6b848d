package sink

import (
	"regexp"
	"strconv"
)

// word is what settings, parameters and most of their values look like, and few
// secrets do.
var word = regexp.MustCompile(`^[a-z][a-z._+-]{0,20}$`)

// Called returns what an error calls a setting or parameter: kind and name, if the
// name looks like one, such as setting "evnts". It may be a secret that somebody
// forgot to write secret= before, and Base64 ends in = itself; then it is the kind
// alone and the place that it has among its kind, from 1; 0 if that is not known.
func Called(kind, name string, place int) string {
	switch {
	case word.MatchString(name):
		return kind + " " + strconv.Quote(name)
	case place > 0:
		return kind + " number " + strconv.Itoa(place)
	}
	return kind
}

// listed returns what an error calls a value in a list: the value itself, if it looks
// like one.
func listed(value string, place int, looks *regexp.Regexp) string {
	if looks.MatchString(value) {
		return strconv.Quote(value)
	}
	return "number " + strconv.Itoa(place) + " of the list"
}
