package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/joho/godotenv"

	"github.com/vodevents/vodevents/shared/doctor"
)

// envFile is a file of settings, NAME=value on each line, as Serverless Devs reads it
// before it reads s.yaml. What the environment has goes before.
type envFile struct {
	name     string
	values   map[string]string
	lines    map[string]int // of the last one that sets a name, from 1
	findings []doctor.Finding
}

// readEnvFile reads a file of settings. One that is not there is empty, unless it has to
// be. Errors quote nothing of it.
func readEnvFile(name string, required bool) (envFile, error) {
	f := envFile{name: name, lines: map[string]int{}}
	text, err := os.ReadFile(name) //nolint:gosec // the user names it
	if errors.Is(err, fs.ErrNotExist) && !required {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("the settings cannot be read: %w", err)
	}
	f.values, err = godotenv.UnmarshalBytes(text)
	if odd := f.look(string(text)); err != nil || odd > 0 { // the error quotes what may be a secret
		return f, fmt.Errorf("%s:%d: want lines such as NAME=value, with values between single quotes that have spaces or any of #&;$ in them", name, max(odd, 1))
	}
	return f, nil
}

// assignment is a line that sets a name.
var assignment = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*?)\s*$`)

// look notes on which lines names are set, and which values not every reader of the file
// reads alike: Serverless Devs (dotenv 16) ends a value at a # unless it stands between
// quotes, and takes $ for the beginning of a variable and ` for a quotation mark. It returns
// the number of the first line that is none of a setting, of a comment, or empty, or whose
// quotes do not end; 0 if there is none.
func (f *envFile) look(text string) (odd int) {
	said := map[string]bool{}   // which names are set to something
	n, opened, open := 0, 0, "" // the quotation mark that a value of several lines ends with
	name := ""                  // whose value that is
	for line := range strings.Lines(text) {
		n++
		if open != "" {
			if f.quoted(name, line, open) {
				open = ""
			}
			continue
		}
		m := assignment.FindStringSubmatch(line)
		if m == nil {
			if rest := strings.TrimSpace(line); odd == 0 && rest != "" && rest[0] != '#' {
				odd = n
			}
			continue
		}
		value := m[2]
		name = m[1]
		before := f.lines[name]
		if f.lines[name] = n; said[name] {
			f.add(name, "it is set on line "+strconv.Itoa(before)+" already, and this one counts", "remove one of them")
		}
		said[name] = said[name] || value != ""
		quote := ""
		if value != "" && strings.Contains(`'"`+"`", value[:1]) {
			quote = value[:1]
			if !f.quoted(name, value[1:], quote) {
				opened, open = n, quote
			}
		}
		switch {
		case quote == "`":
			f.add(name, "Serverless Devs takes the ` for quotation marks, and others do not", "put it between single quotes")
		case quote == "" && cutShort(value):
			f.add(name, "the value is cut at the # by Serverless Devs", "put it between single quotes")
		case strings.Contains(value, "$"):
			f.add(name, "Serverless Devs takes the $ for the beginning of a variable", "write %24 in URLs, and choose keys without $")
		}
	}
	if open != "" && (odd == 0 || opened < odd) {
		return opened
	}
	return odd
}

// escaped is a backslash between double quotes that means something, but to Serverless Devs
// only itself.
var escaped = regexp.MustCompile(`\\([^nr]|$)`)

// quoted notes backslashes in a text after a quotation mark that not every reader takes
// alike. It reports whether there is another mark, which ends the value.
func (f *envFile) quoted(name, text, quote string) bool {
	inside, _, ends := strings.Cut(strings.TrimRight(text, "\r\n"), quote)
	if quote == `"` && escaped.MatchString(inside) || ends && strings.HasSuffix(inside, `\`) {
		f.add(name, `there is a \ between the quotation marks that not all take alike`, `put it between single quotes, and no \ before a quotation mark`)
	}
	return ends
}

// emptied notes what the environment has as empty, although the file sets it.
func (f *envFile) emptied(environ []string) {
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if strings.TrimSpace(value) == "" && strings.TrimSpace(f.values[name]) != "" {
			f.add(name, "the environment has it as empty, which Serverless Devs goes by", "unset it there")
		}
	}
}

// cutShort reports whether a value without quotes has a # in it that is not the beginning of
// a comment.
func cutShort(value string) bool {
	i := strings.IndexByte(value, '#')
	return i > 0 && value[i-1] != ' ' && value[i-1] != '\t'
}

func (f *envFile) add(name, detail, advice string) {
	f.findings = append(f.findings, doctor.Finding{
		Check: f.name, Verdict: doctor.Fail, Detail: "line " + strconv.Itoa(f.lines[name]) + ", " + name + ": " + detail, Advice: advice,
	})
}

// over returns the settings of the environment, and those of the file that it has not.
func (f *envFile) over(getenv func(string) string) func(string) string {
	return func(name string) string {
		if value := getenv(name); strings.TrimSpace(value) != "" {
			return value
		}
		return f.values[name]
	}
}

// originEnvironment is where settings come from that are in the environment.
const originEnvironment = "environment"

// origin says where a setting comes from that is in the environment or in the file.
func (f *envFile) origin(name string, getenv func(string) string) (string, bool) {
	if strings.TrimSpace(getenv(name)) != "" {
		return originEnvironment, true
	}
	if strings.TrimSpace(f.values[name]) == "" {
		return "", false
	}
	return f.name + ":" + strconv.Itoa(f.lines[name]), true
}

// environ returns the variables of the file as NAME=value.
func (f *envFile) environ() []string {
	var all []string
	for name, value := range f.values {
		all = append(all, name+"="+value)
	}
	return all
}
