package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageHTML string

// Write writes the report as one HTML document that needs nothing else: no script, no picture, no font from elsewhere. All that
// people wrote is text in it, whatever it looks like.
func Write(out io.Writer, in *Input) error {
	page, err := template.New("report").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := page.Execute(out, in.view()); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
