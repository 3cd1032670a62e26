package dsp_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// hue is a colour of the pictures on a light and on a dark page. No single colour reaches a contrast of 4.5 (WCAG 2.1, AA) on white
// and on GitHub's dark page at once, the best has 4.35; so each hue has two, and either keeps 4.0 where a page contradicts the reader's
// setting.
type hue struct{ name, light, dark string }

var hues = []hue{
	{"ink", "#6c7684", "#747e8d"},
	{"rose", "#e02453", "#e33d66"},
	{"plum", "#a54bd2", "#ac58d5"},
	{"teal", "#0f837b", "#108c84"},
	{"amber", "#b1600e", "#be670f"},
	{"blue", "#1971e5", "#2a7ce7"},
}

const pictureWidth = 720 // px; the pages of a repository show about so many

// styles are shared by all pictures. A page's own colour shows through: nothing is painted behind.
const styles = `text{font:13px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:currentColor}` +
	`.small{font-size:12px}.head{font-size:14px;font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}` +
	`.line{fill:none;stroke:currentColor;stroke-width:1.7;stroke-linejoin:round;stroke-linecap:round}` +
	`.fine{stroke-width:1}.bold{stroke-width:2.4}.faint{stroke-opacity:.45}.band{stroke-width:9;stroke-opacity:.35}` +
	`.dash{stroke-dasharray:5 4}.dots{stroke-dasharray:1 3.5}` +
	`.dot{fill:currentColor}.ring{fill:none;stroke:currentColor;stroke-width:1.7}.wash{fill:currentColor;fill-opacity:.13}`

// picture is an SVG drawing as it grows. Classes name a hue and styles.
type picture struct {
	height      int
	title, alt  string
	body        strings.Builder
	left, right float64 // px, where panels begin and end
}

func newPicture(height int, title, alt string) *picture {
	return &picture{height: height, title: title, alt: alt, left: 62, right: pictureWidth - 18}
}

// String is the whole file.
func (p *picture) String() string {
	var light, dark strings.Builder
	for _, h := range hues {
		fmt.Fprintf(&light, ".%s{color:%s}", h.name, h.light)
		fmt.Fprintf(&dark, ".%s{color:%s}", h.name, h.dark)
	}
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"+
		"<title>%s</title>\n<desc>%s</desc>\n<style>%s%s@media (prefers-color-scheme:dark){%s}</style>\n%s</svg>\n",
		pictureWidth, p.height, pictureWidth, p.height, escaped(p.title), escaped(p.alt), styles, light.String(), dark.String(), p.body.String())
}

// px writes a place to a tenth of a pixel: no eye needs more, and rounding hides the last bits of floating point.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64) }

func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

func (p *picture) text(class string, x, y float64, format string, a ...any) {
	fmt.Fprintf(&p.body, "<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n", class, px(x), px(y), escaped(fmt.Sprintf(format, a...)))
}

func (p *picture) dot(class string, x, y, radius float64) {
	fmt.Fprintf(&p.body, "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>\n", class, px(x), px(y), px(radius))
}

func (p *picture) wash(class string, x0, y0, x1, y1 float64) {
	fmt.Fprintf(&p.body, "<rect class=\"%s wash\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n", class, px(x0), px(y0), px(x1-x0), px(y1-y0))
}

// point is a place in px.
type point struct{ x, y float64 }

// line draws straight pieces through points, less those that no eye would miss.
func (p *picture) line(class string, points ...point) {
	if len(points) < 2 {
		return
	}
	fmt.Fprintf(&p.body, "<path class=\"%s line\" d=\"M", class)
	for i, q := range thinned(points, 0.2) {
		if i > 0 {
			p.body.WriteByte(' ')
		}
		p.body.WriteString(px(q.x) + " " + px(q.y))
	}
	p.body.WriteString("\"/>\n")
}

// thinned keeps the points without which the line would move by more than tolerance px (Ramer 1972, Douglas & Peucker 1973).
func thinned(points []point, tolerance float64) []point {
	first, last := points[0], points[len(points)-1]
	length := math.Hypot(last.x-first.x, last.y-first.y)
	far, most := 0, tolerance
	for i, q := range points {
		off := math.Hypot(q.x-first.x, q.y-first.y)
		if length > 0 {
			off = math.Abs((last.x-first.x)*(q.y-first.y)-(last.y-first.y)*(q.x-first.x)) / length
		}
		if off > most {
			far, most = i, off
		}
	}
	if far == 0 || far == len(points)-1 {
		return []point{first, last}
	}
	return append(thinned(points[:far+1], tolerance), thinned(points[far:], tolerance)[1:]...)
}
