package verify

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// address is a URL and how it differs from the one in question.
type address struct {
	text    string
	changes []string
}

// twist makes variants of a URL, each with one change of one kind.
type twist func(text string) []address

// urls returns the URL itself and all combinations of the twists, each kind once.
func urls(text string) []address {
	all := []address{{text: text}}
	for _, t := range []twist{blanks, scheme, port, hostCase, query, slash, escapes} {
		for _, a := range slices.Clone(all) {
			for _, b := range t(a.text) {
				if b.text != a.text {
					all = append(all, address{b.text, slices.Concat(a.changes, b.changes)})
				}
			}
		}
	}
	return all
}

func one(text, change string) []address { return []address{{text, []string{change}}} }

func blanks(text string) []address {
	return one(strings.Trim(text, " \t\r\n\"'"), "without the blanks or quotes around the URL")
}

func scheme(text string) []address {
	if rest, ok := strings.CutPrefix(text, "https://"); ok {
		return one("http://"+rest, "http instead of https")
	}
	if rest, ok := strings.CutPrefix(text, "http://"); ok {
		return one("https://"+rest, "https instead of http")
	}
	return append(one("https://"+text, "with https:// in front"), one("http://"+text, "with http:// in front")...)
}

// split cuts a URL into what is before the host, the host with its port, and the rest.
func split(text string) (before, host, rest string) {
	i := strings.Index(text, "://")
	if i < 0 {
		return "", "", text
	}
	before, rest = text[:i+3], text[i+3:]
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		return before, rest[:end], rest[end:]
	}
	return before, rest, ""
}

func port(text string) []address {
	before, host, rest := split(text)
	if name, _, ok := strings.Cut(host, ":"); ok {
		return one(before+name+rest, "without the port")
	}
	switch before {
	case "https://":
		return one(before+host+":443"+rest, "with the port 443")
	case "http://":
		return one(before+host+":80"+rest, "with the port 80")
	default:
		return nil
	}
}

func hostCase(text string) []address {
	before, host, rest := split(text)
	return append(one(before+strings.ToLower(host)+rest, "with the host in lower case"),
		one(before+strings.ToUpper(host)+rest, "with the host in upper case")...)
}

func query(text string) []address {
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		return one(text[:i], "without the query")
	}
	return nil
}

func slash(text string) []address {
	path, rest := text, ""
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		path, rest = text[:i], text[i:]
	}
	if shorter, ok := strings.CutSuffix(path, "/"); ok {
		return one(shorter+rest, "without the slash at the end")
	}
	return one(path+"/"+rest, "with a slash at the end")
}

func escapes(text string) []address {
	if plain, err := url.PathUnescape(text); err == nil && plain != text {
		return one(plain, "with escapes such as %2F resolved")
	}
	return nil
}

// keyring is a list of keys and how it differs from the one in question.
type keyring struct {
	list    []string
	changes []string
}

func keysOf(keys []string) []keyring {
	all := []keyring{{list: keys}}
	trimmed := make([]string, len(keys))
	for i, k := range keys {
		trimmed[i] = strings.Trim(k, " \t\r\n\"'")
	}
	if !slices.Equal(trimmed, keys) {
		all = append(all, keyring{trimmed, []string{"without the blanks or quotes around the key"}})
	}
	return all
}

// signed is what the two headers say and how it differs from what was given.
type signed struct {
	timestamp, signature string
	changes              []string
}

func headers(timestamp, signature string) []signed {
	timestamp = strings.TrimSpace(timestamp)
	all := []signed{{timestamp: timestamp, signature: signature}}
	add := func(t, s, change string) { all = append(all, signed{t, s, []string{change}}) }
	if n, ok := number(timestamp); ok {
		add(strconv.FormatInt(n*1000, 10), signature, "with the timestamp in milliseconds")
		if n%1000 == 0 || len(timestamp) == 13 {
			add(strconv.FormatInt(n/1000, 10), signature, "with the timestamp in seconds")
		}
	}
	if _, ok := number(signature); ok {
		add(signature, timestamp, "with timestamp and signature exchanged")
	}
	return all
}

func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && len(text) >= 10 && len(text) <= 16
}
