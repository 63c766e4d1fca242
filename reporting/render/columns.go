package render

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/go-oms/oms/reporting"
)

// overTime draws pieces of time from left to right: columns, or a line where there
// are many.
func (d *drawing) overTime(s *series) {
	if d.height == 0 {
		d.height = min(max(220, d.width*2/5), 320) + d.top/10
	}
	f := newFrame(d, s)
	f.drawGrid(d)
	if len(s.marks) > maxColumns {
		f.drawLine(d, s)
	} else {
		f.drawColumns(d, s)
	}
	f.drawLabels(d, s)
}

// frame is where the columns stand.
type frame struct {
	box
	axis  *axis
	of    reporting.Value // one of the figures, for its unit
	count int
}

func newFrame(d *drawing, s *series) *frame {
	values := s.values()
	f := &frame{count: len(s.marks)}
	f.y = d.top + 100
	f.height = 10*d.height - f.y - 280
	f.axis = newAxis(values, max(2, int64(f.height/450)))
	if len(values) > 0 {
		f.of = values[0]
	}
	for _, tick := range f.axis.ticks() {
		f.x = max(f.x, extent(f.axis.label(tick, f.of))+120)
	}
	f.x = min(f.x, 5*d.width)
	f.width = 10*d.width - f.x
	return f
}

// up is the place of a figure, from the top of the picture.
func (f *frame) up(n *big.Int) int { return f.y + f.height - f.axis.at(n, f.height) }

func (f *frame) drawGrid(d *drawing) {
	for _, tick := range f.axis.ticks() {
		class, y := "grid", f.up(tick)
		if tick.Sign() == 0 {
			class = "zero"
		}
		d.line(class, f.x, y, f.x+f.width, y)
		d.text(f.x-80, y, "end", f.axis.label(tick, f.of))
	}
}

// slot is the ground of the piece of time at a place.
func (f *frame) slot(i int) box {
	left := f.width * i / f.count
	return box{f.x + left, f.y, f.width*(i+1)/f.count - left, f.height}
}

func (f *frame) drawColumns(d *drawing, s *series) {
	zero := f.up(new(big.Int))
	for i, m := range s.marks {
		slot := f.slot(i)
		wide := min(slot.width*2/3, 360)
		column := box{slot.x + (slot.width-wide)/2, zero, wide, 0}
		if m.value.Kind() != reporting.Nothing {
			y := f.up(f.axis.of(m.value))
			column.y, column.height = min(y, zero), max(y, zero)-min(y, zero)
		}
		d.mark(m, slot, column)
	}
}

// drawLine draws a line through the middle of the slots, broken where there is no
// figure, and the area under it.
func (f *frame) drawLine(d *drawing, s *series) {
	var line, area strings.Builder
	zero := f.up(new(big.Int))
	down := false // the pen
	last := 0
	for i, m := range s.marks {
		if m.value.Kind() == reporting.Nothing {
			if down {
				fmt.Fprintf(&area, "V%sZ", px(zero))
			}
			down = false
			continue
		}
		slot := f.slot(i)
		last = slot.x + slot.width/2
		at := px(last) + " " + px(f.up(f.axis.of(m.value)))
		if !down {
			fmt.Fprintf(&line, "M%s", at)
			fmt.Fprintf(&area, "M%s %sL%s", px(last), px(zero), at)
			down = true
			continue
		}
		fmt.Fprintf(&line, "L%s", at)
		fmt.Fprintf(&area, "L%s", at)
	}
	if down {
		fmt.Fprintf(&area, "V%sZ", px(zero))
	}
	fmt.Fprintf(&d.body, `<path class="mark area" d="%s"/>`+"\n"+`<path class="line" d="%s"/>`+"\n", area.String(), line.String())
	for i, m := range s.marks {
		fmt.Fprintf(&d.body, "<g><title>%s</title>%s</g>\n", escaped(m.text()), f.slot(i).rect("over", 0))
	}
}

// drawLabels names the pieces of time, as many as there is room for.
func (f *frame) drawLabels(d *drawing, s *series) {
	room := 0 // that each takes
	for _, m := range s.marks {
		room = max(room, extent(m.label)+120)
	}
	end := 0
	for i, m := range s.marks {
		slot, half := f.slot(i), extent(m.label)/2
		x := min(max(slot.x+slot.width/2, half), 10*d.width-half)
		if i > 0 && x-room/2 < end {
			continue
		}
		end = x + room/2
		d.text(x, f.y+f.height+160, "middle", m.label)
	}
}
