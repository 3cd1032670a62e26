package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// files is the page itself. Nothing of it is built, and nothing in it comes from elsewhere when it runs.
//
//go:embed page
var files embed.FS

// pagePolicy lets the page have its own files and nothing else: no script or style inside the document, no third party ever.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// asset is one file of the page, as it is and packed.
type asset struct {
	kind   string
	tag    string
	plain  []byte
	packed []byte // nil: packing is not worth it
}

// kinds are the content types by the end of a name.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".webmanifest":
		return "application/manifest+json"
	}
	return "text/plain; charset=utf-8"
}

// readAssets packs every file once, by its path on the page.
func readAssets() (map[string]*asset, error) {
	all := map[string]*asset{}
	err := fs.WalkDir(files, "page", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		a, err := readAsset(name)
		all[strings.TrimPrefix(name, "page")] = a
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("web: the page's own files: %w", err)
	}
	all["/"] = all["/index.html"]
	return all, nil
}

func readAsset(name string) (*asset, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	a := &asset{kind: kindOf(name), tag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: data}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() < len(data)*9/10 {
		a.packed = b.Bytes()
	}
	return a, nil
}

// asset gives one of the page's own files. A browser keeps it and asks each time whether it is still the same: after an update no page
// is half old.
func (p *page) asset(w http.ResponseWriter, r *http.Request) {
	a := p.assets[r.URL.EscapedPath()]
	if a == nil {
		fail(w, http.StatusNotFound, "there is nothing at this path")
		return
	}
	head := w.Header()
	head.Set("Content-Type", a.kind)
	head.Set("Cache-Control", "no-cache")
	head.Set("Content-Security-Policy", pagePolicy)
	if r.TLS != nil || peer(r).IsLoopback() { // elsewhere a browser ignores it, and complains on its console
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=(), payment=(), browsing-topics=()")
	head.Set("ETag", a.tag)
	head.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if a.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		head.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	_, _ = w.Write(body) // who asked has gone: there is nobody to tell
}
