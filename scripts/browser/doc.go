// Package browser opens the console of vodctl in Chromium and does there what people do:
// it looks, filters, types, clicks and walks by keyboard, at several widths, in light and
// dark. Every page has to be free of what axe-core finds, and nothing may go wrong on the
// way: no error in the browser's console, no request to elsewhere. It is a module of its
// own, so that neither the product nor those who import its libraries inherit what drives
// the browser. It has tests only.
//
//	go test -run Screenshots -screenshots ../vodctl/console/screenshots
//
// makes the pictures of the README anew. Chromium is found by its name (Debian's package is
// called chromium), axe-core comes from npm; without them tests are skipped, which with
// CI=true is an error.
package browser
