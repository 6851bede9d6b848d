package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assets embed.FS

// asset returns the address of a file that pages load. It holds the file's digest, so
// that browsers may keep it for good.
func asset(name string) string {
	body, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return "/assets/missing/" + name
	}
	sum := sha256.Sum256(body)
	return "/assets/" + hex.EncodeToString(sum[:6]) + "/" + name
}

// assetHandler serves the files.
func assetHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if asset(name) != r.URL.Path {
			http.NotFound(w, r)
			return
		}
		kind := "text/css; charset=utf-8"
		switch {
		case strings.HasSuffix(name, ".js"):
			kind = "text/javascript; charset=utf-8"
		case strings.HasSuffix(name, ".svg"):
			kind = "image/svg+xml"
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeFileFS(w, r, assets, "assets/"+name)
	})
}
