package draw

import (
	"math"
	"strings"
	"time"
)

// Frame says how a wave is drawn.
type Frame struct {
	Width, Height int           // characters
	From, To      time.Duration // at the left and the right end
	Least         float64       // the smallest difference that fills the height
	Plain         bool          // ASCII
}

// Wave draws points as Height lines of Width characters, the newest at the right. Where points are missing nothing is drawn.
func Wave(points []Point, f Frame) []string {
	if f.Width <= 0 || f.Height <= 0 || f.To <= f.From {
		return nil
	}
	c := newCanvas(f)
	low, high := scale(points, f.Least)
	place := func(p Point) (x, y int) {
		across := float64(p.T-f.From) / float64(f.To-f.From)
		return int(across * float64(c.columns)), int(math.Round((p.V - low) / (high - low) * float64(c.rows-1)))
	}
	for i, p := range points {
		x, y := place(p)
		if i == 0 || p.Gap {
			c.set(x, y)
			continue
		}
		fromX, fromY := place(points[i-1])
		c.line(fromX, fromY, x, y)
	}
	return c.lines()
}

// canvas is a field of dots: eight to a character of braille, one of ASCII. Row 0 is the lowest.
type canvas struct {
	plain         bool
	width, height int // characters
	columns, rows int // dots
	dots          []bool
}

func newCanvas(f Frame) *canvas {
	c := &canvas{plain: f.Plain, width: f.Width, height: f.Height, columns: 2 * f.Width, rows: 4 * f.Height}
	if f.Plain {
		c.columns, c.rows = f.Width, f.Height
	}
	c.dots = make([]bool, c.columns*c.rows)
	return c
}

func (c *canvas) set(x, y int) {
	if x >= 0 && x < c.columns && y >= 0 && y < c.rows {
		c.dots[y*c.columns+x] = true
	}
}

// line sets the dots between two, column by column, each with its whole rise.
func (c *canvas) line(x0, y0, x1, y1 int) {
	if x0 > x1 {
		return // time does not run backwards
	}
	x0, x1 = max(x0, -1), min(x1, c.columns)
	for x := x0; x <= x1; x++ {
		from, to := y0, y1
		if x1 > x0 {
			from = y0 + (y1-y0)*(x-x0)/(x1-x0)
			to = y0 + (y1-y0)*min(x+1-x0, x1-x0)/(x1-x0)
		}
		for y := min(from, to); y <= max(from, to); y++ {
			c.set(x, y)
		}
	}
}

// Places of the dots of a braille character, from its lower left: column by column as the code has them.
func brailleBit(x, y int) rune {
	return [2][4]rune{{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}[x][y]
}

const brailleBlank = '\u2800'

func (c *canvas) lines() []string {
	out := make([]string, c.height)
	for row := range c.height {
		var b strings.Builder
		for column := range c.width {
			b.WriteRune(c.character(column, c.height-1-row))
		}
		out[row] = strings.TrimRight(b.String(), string(brailleBlank)+" ")
	}
	return out
}

// character is the one at a place, rows counted from the lowest.
func (c *canvas) character(column, row int) rune {
	if c.plain {
		if c.dots[row*c.columns+column] {
			return '*'
		}
		return ' '
	}
	r := brailleBlank
	for x := range 2 {
		for y := range 4 {
			if c.dots[(4*row+y)*c.columns+2*column+x] {
				r |= brailleBit(x, y)
			}
		}
	}
	return r
}
