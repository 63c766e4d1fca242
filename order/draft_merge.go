package order

import "github.com/go-oms/oms/fault"

// MergeRule says what becomes of goods that are in both of two carts that are merged.
type MergeRule string

// The rules. Goods that are in one of the carts only are always in the merged one.
const (
	MergeLarger MergeRule = "larger" // the larger of the two quantities: merging the same cart again changes nothing
	MergeSum    MergeRule = "sum"    // both quantities
	MergeKeep   MergeRule = "keep"   // the quantity of the cart that is merged into
)

// Check returns a *fault.InvalidError for a rule that there is not. The zero rule is
// MergeLarger.
func (r MergeRule) Check() error {
	switch r {
	case "", MergeLarger, MergeSum, MergeKeep:
		return nil
	}
	return fault.Invalid("rule", r, "larger, sum or keep")
}

// MergeLines returns the lines of a cart that another one is merged into: one per SKU,
// those of the first cart first, each in its order. Several lines of one cart with the
// same SKU are one of their sum. Units may be backordered if they may in either cart.
// More lines than the limits allow, or more units than can
// be counted, are a *fault.InvalidError: none are left out.
func MergeLines(into, from []DraftLine, rule MergeRule, limits Limits) ([]DraftLine, error) {
	if err := rule.Check(); err != nil {
		return nil, err
	}
	merged, at := perSKU(into)
	more, _ := perSKU(from)
	for _, l := range more {
		i, both := at[l.SKU]
		if !both {
			merged = append(merged, l)
			continue
		}
		was := &merged[i]
		was.Backorder = was.Backorder || l.Backorder
		switch {
		case rule == MergeSum:
			was.Quantity = was.Quantity.Add(l.Quantity)
		case rule != MergeKeep && was.Quantity.Less(l.Quantity):
			was.Quantity = l.Quantity
		}
	}
	return merged, CheckDraftLines(merged, limits)
}

// perSKU makes one line of those with the same SKU, and says where each is.
func perSKU(lines []DraftLine) (sums []DraftLine, at map[string]int) {
	at = make(map[string]int, len(lines))
	for _, l := range lines {
		i, known := at[l.SKU]
		if !known {
			at[l.SKU] = len(sums)
			sums = append(sums, l)
			continue
		}
		sums[i].Quantity = sums[i].Quantity.Add(l.Quantity)
		sums[i].Backorder = sums[i].Backorder || l.Backorder
	}
	return sums, at
}
