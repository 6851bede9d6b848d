package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// serveCustom is the function in a custom runtime: it does what the event asks for, or
// the line of the request of a trigger.
func (f *function) serveCustom(port string) {
	if err := http.ListenAndServe("0.0.0.0:"+port, http.HandlerFunc(f.serveCall)); err != nil { //nolint:gosec // The emulator alone connects.
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (f *function) serveCall(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	id := r.Header.Get("X-Fc-Request-Id")
	fmt.Fprintln(os.Stdout, "FC Invoke Start RequestId:", id)
	defer fmt.Fprintln(os.Stdout, "FC Invoke End RequestId:", id)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch r.Header.Get("X-Fc-Control-Path") {
	case "/pre-stop":
		f.tell(ctx, "prestop")
	case "/http-invoke":
		f.serveRequest(ctx, w, r, body)
	case "/invoke":
		f.serveEvent(ctx, w, body)
	}
}

// serveRequest answers a request, after doing what it asks for, with what it was.
func (f *function) serveRequest(ctx context.Context, w http.ResponseWriter, r *http.Request, body []byte) {
	what := "ok"
	if found := command.FindStringSubmatch(r.RequestURI); found != nil {
		what = found[1]
	}
	for name, value := range map[string]string{"X-Own": "1", "X-Fc-Own": "2", "Server": "me", "Keep-Alive": "1"} {
		w.Header().Set(name, value)
	}
	switch what {
	case "close":
		panic(http.ErrAbortHandler)
	case "failed":
		w.Header().Set("X-Fc-Status", "404")
	case "bigheader":
		w.Header().Set("X-Big", strings.Repeat("x", 9000))
	default:
		if _, err := f.do(ctx, what, body); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
	}
	w.Header().Add("Set-Cookie", "a=1")
	w.Header().Add("Set-Cookie", "b=2")
	w.WriteHeader(http.StatusTeapot)
	_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "uri": r.RequestURI, "host": r.Host, "header": r.Header, "body": string(body)})
}

func (f *function) serveEvent(ctx context.Context, w http.ResponseWriter, event []byte) {
	found := command.FindSubmatch(event)
	if found != nil && string(found[1]) == "unsaid" { // a failure, but not by x-fc-status
		w.WriteHeader(http.StatusNotFound)
		return
	}
	out, err := f.handle(ctx, event)
	w.Header().Set("X-Fc-Status", "200")
	if err != nil {
		w.Header().Set("X-Fc-Status", "404")
		w.WriteHeader(http.StatusNotFound)
		out, _ = json.Marshal(map[string]string{"errorMessage": err.Error()})
	}
	_, _ = w.Write(out)
}
