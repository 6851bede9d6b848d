package console

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed templates
var templates embed.FS

// view is what a page shows.
type view struct {
	Name  string // of its template
	Title string
	// Nav is the name of the entry in the menu that it belongs to.
	Nav  string
	Data any
	// Bare pages have no menu.
	Bare bool
}

// views are the templates, by name of the page.
type views map[string]*template.Template

// newViews reads the templates: each page is the layout and the parts, and its own.
func newViews(now func() time.Time) (views, error) {
	base, err := template.New("layout.html").Funcs(functions(now)).ParseFS(templates, "templates/layout.html", "templates/parts/*.html")
	if err != nil {
		return nil, err
	}
	files, err := templates.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	all := views{}
	for _, f := range files {
		if f.IsDir() || f.Name() == "layout.html" {
			continue
		}
		page, err := base.Clone()
		if err == nil {
			page, err = page.ParseFS(templates, path.Join("templates", f.Name()))
		}
		if err != nil {
			return nil, err
		}
		all[strings.TrimSuffix(f.Name(), ".html")] = page
	}
	return all, nil
}

// menuEntry is an entry of the menu.
type menuEntry struct {
	Name, Title, Path string
	Count             string // how much waits there; empty for nothing
	Here              bool   // it is the page that is shown
}

// layout is what every page needs.
type layout struct {
	view
	Menu   []menuEntry
	Store  string
	Write  bool // there are buttons that change something
	Token  bool // there is one, so that somebody is signed in
	Notice notice
	Theme  string
}

// write writes a page.
func (c *Console) write(w http.ResponseWriter, r *http.Request, status int, v view) {
	page := c.render(r, status, v)
	page.write(w)
}

// render makes a page of a view.
func (c *Console) render(r *http.Request, status int, v view) rendered {
	l := layout{view: v, Store: c.settings.StoreName, Write: c.settings.Pipeline != nil, Token: c.settings.Token != "", Theme: theme(r)}
	if !v.Bare {
		l.Menu = c.menu(r.Context(), v)
		l.Notice = noticeOf(r.URL.Query().Get("notice"))
	}
	t, ok := c.views[v.Name]
	if !ok {
		return c.unrendered(r, errors.New("there is no template "+v.Name))
	}
	page := rendered{status: status}
	if err := t.Execute(&page.html, l); err != nil {
		return c.unrendered(r, err)
	}
	return page
}

// unrendered is what there is instead of a page whose template fails.
func (c *Console) unrendered(r *http.Request, err error) rendered {
	c.settings.Log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err.Error())
	page := rendered{status: http.StatusInternalServerError}
	page.html.WriteString(template.HTMLEscapeString("this page cannot be shown: " + err.Error()))
	return page
}

// rendered is a page as it is sent.
type rendered struct {
	status int
	html   bytes.Buffer
}

func (p *rendered) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.status)
	_, _ = p.html.WriteTo(w) // the reader may have left
}

// theme returns the colours that were chosen; empty means those of the system.
func theme(r *http.Request) string {
	cookie, err := r.Cookie("theme")
	if err != nil || cookie.Value != "dark" && cookie.Value != "light" {
		return ""
	}
	return cookie.Value
}
