package reporting

// MeasureInfo is the written definition of a measure.
type MeasureInfo struct {
	Name       Measure `json:"name"`
	Title      string  `json:"title"`
	Kind       Kind    `json:"kind"`
	Definition string  `json:"definition"`
}

// DimensionInfo is the written definition of a dimension.
type DimensionInfo struct {
	Name       Dimension `json:"name"`
	Title      string    `json:"title"`
	Definition string    `json:"definition"`
}

// sourceInfo is what can be asked of a source, in the order in which it is shown.
type sourceInfo struct {
	measures   []MeasureInfo
	dimensions []DimensionInfo
}

// source returns what can be asked of a source; false for one that is unknown.
func (s Source) info() (sourceInfo, bool) {
	switch s {
	case Sales:
		return sourceInfo{salesMeasures, dimensions(ByDay, ByWeek, ByMonth, ByQuarter, ByYear, ByChannel, ByCountry, BySKU, ByCustomer, ByCode)}, true
	case Orders:
		return sourceInfo{orderMeasures, dimensions(ByDay, ByWeek, ByMonth, ByQuarter, ByYear, ByChannel, ByCountry, ByCustomer,
			ByState, ByStatus, ByPaymentStatus, ByFulfillmentStatus, ByReturnStatus, ByReason, ByAge)}, true
	case Payments:
		return sourceInfo{paymentMeasures, dimensions(ByDay, ByWeek, ByMonth, ByQuarter, ByYear, ByGateway, ByOperation, ByOutcome)}, true
	case Stock:
		return sourceInfo{stockMeasures, dimensions(BySKU, ByTitle, ByLocation)}, true
	default:
		return sourceInfo{}, false
	}
}

// Sources lists the sources.
func Sources() []Source { return []Source{Sales, Orders, Payments, Stock} }

// Measures lists what can be measured of the source, with definitions; none of an
// unknown one. The slice is the caller's.
func (s Source) Measures() []MeasureInfo {
	info, _ := s.info()
	return append([]MeasureInfo(nil), info.measures...)
}

// Dimensions lists what facts of the source can be grouped and filtered by, with
// definitions; none of an unknown one. Currency is left out: facts can be filtered
// by it, and are grouped by it wherever something is money.
func (s Source) Dimensions() []DimensionInfo {
	info, _ := s.info()
	return info.dimensions
}

func (s sourceInfo) measure(name Measure) (MeasureInfo, bool) {
	for _, m := range s.measures {
		if m.Name == name {
			return m, true
		}
	}
	return MeasureInfo{}, false
}

func (s sourceInfo) measureNames() []Measure {
	names := make([]Measure, len(s.measures))
	for i, m := range s.measures {
		names[i] = m.Name
	}
	return names
}

func (s sourceInfo) dimensionNames() []Dimension {
	names := make([]Dimension, len(s.dimensions))
	for i, d := range s.dimensions {
		names[i] = d.Name
	}
	return names
}
