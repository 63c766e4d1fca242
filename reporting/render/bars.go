package render

// barHeight is what a bar takes where the chart's height is not given.
const barHeight = 30

// bars draws groups from top to bottom: name, bar, figure.
func (d *drawing) bars(s *series) {
	if d.height == 0 {
		d.height = barHeight*len(s.marks) + d.top/10
	}
	all := 10 * d.width
	names, figures := 0, 0
	negative := false
	for _, m := range s.marks {
		names = max(names, extent(m.label)+140)
		figures = max(figures, extent(figure(m.value))+80)
		negative = negative || m.value.Decimal().Sign() < 0
	}
	names = min(names, all*2/5)
	ground := box{x: names, width: all - names - figures}
	if negative {
		ground.x, ground.width = ground.x+figures, ground.width-figures
	}
	ground.width = max(ground.width, 100)
	a := newAxis(s.values(), 1000) // as wide as the figures: they are written out
	zero := ground.x + a.zero(ground.width)
	each := (10*d.height - d.top) / len(s.marks)
	for i, m := range s.marks {
		slot := box{0, d.top + i*each, all, each}
		middle := slot.y + each/2
		at := ground.x + a.at(a.of(m.value), ground.width)
		high := min(each*6/10, 200)
		bar := box{min(at, zero), middle - high/2, max(at, zero) - min(at, zero), high}
		x, anchor := at+60, "start"
		if m.value.Decimal().Sign() < 0 {
			x, anchor = at-60, "end"
		}
		d.mark(m, slot, bar)
		d.text(0, middle, "start", fitted(m.label, names-100))
		d.text(x, middle, anchor, figure(m.value))
	}
	d.line("zero", zero, d.top, zero, d.top+each*len(s.marks))
}
