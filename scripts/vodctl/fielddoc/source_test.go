package fielddoc_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/shared/vod"
)

var update = flag.Bool("update", false, "write fields.json anew, from the doc comments of shared/vod")

// TestDocumentIsCurrent makes the document from the source of package vod and compares.
func TestDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	s := readSource(t)
	var want []fielddoc.Shape
	for _, typ := range vod.Types() {
		e, err := vod.Parse([]byte(`{"EventType":"` + string(typ) + `"}`))
		require.NoError(t, err)
		want = append(want, s.shape(t, typ, e))
		if typ == vod.TypeUploadByURLComplete {
			want = append(want, s.shape(t, typ, new(vod.UploadStreamByURLComplete)))
		}
	}
	want = append(want, s.shape(t, "", new(vod.Unknown)))

	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	require.NoError(t, enc.Encode(want))
	if *update {
		require.NoError(t, os.WriteFile("fields.json", b.Bytes(), 0o600))
		return
	}
	got, err := os.ReadFile("fields.json")
	require.NoError(t, err)
	require.Equal(t, b.String(), string(got), "go test ./scripts/vodctl/fielddoc -update writes it anew")

	var names []string
	for _, shape := range want {
		names = append(names, shape.Name)
	}
	require.ElementsMatch(t, s.events, names, "A: structs with a Header in shared/vod, B: shapes")
}

// source is what the source of package vod says about its structs.
type source struct {
	structs map[string]structDoc
	events  []string // names of the structs with a Header
}

type structDoc struct {
	doc    string
	header string            // the comment behind the embedded Header
	fields map[string]string // by the name in Go
}

func readSource(t *testing.T) source {
	t.Helper()
	files, err := filepath.Glob(filepath.FromSlash("../../../shared/vod/*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	s := source{structs: map[string]structDoc{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if gen, ok := d.(*ast.GenDecl); ok && gen.Tok == token.TYPE {
				s.add(gen)
			}
		}
	}
	return s
}

func (s *source) add(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		ts, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		st, ok := ts.Type.(*ast.StructType)
		if !ok {
			continue
		}
		one := structDoc{doc: d.Doc.Text(), fields: map[string]string{}}
		before := ""
		for _, f := range st.Fields.List {
			if id, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 && id.Name == "Header" {
				one.header = oneLine(f.Comment.Text())
				s.events = append(s.events, ts.Name.Name)
			}
			doc := oneLine(f.Doc.Text())
			for _, name := range f.Names {
				if doc == "" && mentions(before, name.Name) {
					doc = before // that of a group of fields
				}
				one.fields[name.Name] = doc
			}
			before = doc
		}
		s.structs[ts.Name.Name] = one
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func mentions(doc, name string) bool {
	first, _, _ := strings.Cut(doc, ". ")
	return regexp.MustCompile(`\b` + name + `\b`).MatchString(first)
}

// shape returns the documentation of an event.
func (s *source) shape(t *testing.T, typ vod.Type, e vod.Event) fielddoc.Shape {
	t.Helper()
	st := reflect.TypeOf(e).Elem()
	doc := s.structs[st.Name()]
	require.NotEmpty(t, doc.doc, st.Name())
	shape := fielddoc.Shape{Name: st.Name(), Type: typ, Fields: s.fields(t, st, "")}
	var text []string
	for p := range strings.SplitSeq(strings.TrimSpace(doc.doc), "\n\n") {
		p = oneLine(p)
		if url := regexp.MustCompile(`^Source: (https://[^\s;]+)`).FindStringSubmatch(p); url != nil {
			shape.Source = url[1]
			continue
		}
		if said, ok := strings.CutPrefix(p, st.Name()+" is an "); ok {
			p = "An " + said
		}
		if said, ok := strings.CutPrefix(p, st.Name()+" reports "); ok {
			p = "Reports " + said
		}
		if p = tidy(p, names(st)); p != "" {
			text = append(text, p)
		}
	}
	shape.Doc = strings.Join(text, "\n\n")
	s.header(&shape, tidy(doc.header, names(st)))
	return shape
}

// header adds what the comment behind the Header says about this event's.
func (s *source) header(shape *fielddoc.Shape, comment string) {
	about := "Status"
	for clause := range strings.SplitSeq(comment, "; ") {
		if clause == "" {
			continue
		}
		if first, _, _ := strings.Cut(clause, " "); first != strings.ToLower(first) {
			about = first
		}
		for i := range shape.Fields {
			f := &shape.Fields[i]
			word, is := strings.CutPrefix(clause, "Status is ")
			switch {
			case f.Name != about && f.Name != "Event"+about:
			case is:
				f.Doc = strings.TrimSuffix(f.Doc, ".") + ": " + word + "."
				for _, m := range regexp.MustCompile(`"(\w+)"`).FindAllStringSubmatch(word, -1) {
					shape.Statuses = append(shape.Statuses, m[1])
				}
			case about == "Status":
				f.Doc = strings.TrimSuffix(f.Doc, ".") + "; " + clause + "."
			default:
				f.Doc += " Event" + clause + "."
			}
		}
	}
}

// fields returns the documentation of the members of a struct.
func (s *source) fields(t *testing.T, st reflect.Type, path string) []fielddoc.Field {
	t.Helper()
	var all []fielddoc.Field
	for f := range st.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			all = append(all, s.fields(t, f.Type, path)...)
			continue
		}
		if name == "-" {
			continue
		}
		require.NotEmpty(t, name, "%s.%s", st.Name(), f.Name)
		doc := s.structs[st.Name()].fields[f.Name]
		require.NotEmpty(t, doc, "%s.%s has no doc comment", st.Name(), f.Name)
		one := fielddoc.Field{
			Name: name, Path: path + name, Opaque: f.Tag.Get("vod") == "opaque", Doc: tidy(doc, names(st)),
		}
		s.structure(t, &one, f.Type)
		if one.Unit = unit(one.Doc); one.Kind == fielddoc.Time {
			one.Unit = ""
		}
		if one.Kind == fielddoc.Text && one.Unit != "" {
			one.Kind = fielddoc.Number
		}
		all = append(all, one)
	}
	return all
}

// structure fills in what the type of a field says.
func (s *source) structure(t *testing.T, f *fielddoc.Field, typ reflect.Type) {
	t.Helper()
	switch {
	case typ.Kind() == reflect.Pointer:
		s.structure(t, f, typ.Elem())
	case typ == reflect.TypeFor[json.RawMessage]():
		f.Kind = fielddoc.Any
	case typ == reflect.TypeFor[time.Time]():
		f.Kind = fielddoc.Time
	case typ == reflect.TypeFor[vod.Status]():
		f.Kind = fielddoc.Status
	case typ.Kind() == reflect.Struct:
		f.Kind, f.Fields = fielddoc.Object, s.fields(t, typ, f.Path+".")
	case typ.Kind() == reflect.Slice:
		items := fielddoc.Field{Path: f.Path + "[]"}
		s.structure(t, &items, typ.Elem())
		f.Kind, f.Of, f.Fields = fielddoc.List, items.Kind, items.Fields
	case typ.Kind() == reflect.Map:
		each := fielddoc.Field{Name: "*", Path: f.Path + ".*"}
		s.structure(t, &each, typ.Elem())
		doc := oneLine(s.structs[typ.Elem().Name()].doc)
		doc = strings.TrimPrefix(doc, typ.Elem().Name()+" is ")
		each.Doc = tidy(strings.ToUpper(doc[:1])+doc[1:], nil)
		f.Kind, f.Fields = fielddoc.Object, []fielddoc.Field{each}
	case typ.Kind() == reflect.String:
		f.Kind = fielddoc.Text
	case typ.Kind() == reflect.Int64, typ.Kind() == reflect.Float64:
		f.Kind = fielddoc.Number
	case typ.Kind() == reflect.Bool:
		f.Kind = fielddoc.Boolean
	default:
		t.Fatalf("%s is a %s", f.Path, typ)
	}
}

// names returns VOD's spelling of the fields of a struct by the name in Go, where they
// differ.
func names(st reflect.Type) map[string]string {
	all := map[string]string{}
	for _, f := range reflect.VisibleFields(st) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" && name != f.Name {
			all[f.Name] = name
		}
	}
	if st != reflect.TypeFor[vod.Header]() { // elsewhere these are words like others
		delete(all, "Type")
		delete(all, "Time")
	}
	return all
}

// tidy makes documentation of the event out of that of a struct: VOD's names, no links,
// and nothing that is about Go.
func tidy(doc string, names map[string]string) string {
	doc = regexp.MustCompile(`,? see (an? )?\[[\w.]+\]`).ReplaceAllString(doc, "")
	var sentences []string
	for _, s := range regexp.MustCompile(`[^.]+(\.\S[^.]*)*\.?\s*`).FindAllString(doc, -1) {
		if !strings.Contains(s, "[Header]") && !mentions(s, "Extra") {
			sentences = append(sentences, strings.TrimSpace(s))
		}
	}
	doc = strings.Join(sentences, " ")
	doc = regexp.MustCompile(`\[(?:Type)?(\w+)\]`).ReplaceAllString(doc, "$1")
	doc = strings.ReplaceAll(doc, "nil if", "absent if")
	return regexp.MustCompile(`\b[A-Za-z]+\b`).ReplaceAllStringFunc(doc, func(word string) string {
		if name, ok := names[word]; ok {
			return name
		}
		return word
	})
}

// unit returns the unit that a doc comment names.
func unit(doc string) fielddoc.Unit {
	m := regexp.MustCompile(`\bin (bytes|seconds|milliseconds|kbit/s|frames per second|pixels)\b`).FindStringSubmatch(doc)
	if m == nil {
		return ""
	}
	return fielddoc.Unit(m[1])
}

// TestFieldsAreComplete reads the document as those do who have only it.
func TestFieldsAreComplete(t *testing.T) {
	t.Parallel()
	words := regexp.MustCompile(`\b(nil|zero value|zero time|Header|VideoID|MediaID|JobID|FileURL|CoverURLs?)\b|[][]`)
	units := map[fielddoc.Unit]bool{}
	for _, s := range fielddoc.Shapes() {
		require.Empty(t, words.FindString(s.Doc), "%s: %s", s.Name, s.Doc)
		if s.Documented() {
			require.True(t, strings.HasPrefix(s.Doc, "Reports "), s.Doc)
			require.True(t, strings.HasPrefix(s.Source, "https://help.aliyun.com/en/vod/"), s.Name)
			require.NotEmpty(t, s.Statuses, s.Name)
			require.Contains(t, vod.Types(), s.Type)
		}
		seen := map[string]bool{}
		for f := range s.All() {
			require.False(t, seen[f.Path], "%s: %s", s.Name, f.Path)
			seen[f.Path] = true
			if f.Name != "CoverURL" && f.Name != "FileURL" { // which VOD spells so, too
				require.Empty(t, words.FindString(f.Doc), "%s: %s: %s", s.Name, f.Path, f.Doc)
			}
			require.True(t, strings.HasSuffix(f.Doc, "."), "%s: %s: %s", s.Name, f.Path, f.Doc)
			require.Equal(t, f.Kind == fielddoc.List, f.Of != "", f.Path)
			units[f.Unit] = true
		}
		require.True(t, seen["EventType"] && seen["EventTime"] && seen["Status"] && seen["Extend"], s.Name)
	}
	require.Len(t, fielddoc.Shapes(), 24)
	require.Len(t, units, 7, "six, and none")
	i := slices.IndexFunc(fielddoc.Shapes(), func(s fielddoc.Shape) bool { return s.Name == "UploadStreamByURLComplete" })
	require.Equal(t, vod.TypeUploadByURLComplete, fielddoc.Shapes()[i].Type)
}
