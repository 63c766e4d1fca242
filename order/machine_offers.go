package order

// Offers reports whether the workflow has the action in that state. Guards are not
// asked.
func (m *Machine) Offers(status, action string) bool {
	_, ok := m.steps[edge{status, action}]
	return ok
}
