package inbox

import (
	"sync"

	"github.com/go-oms/oms/fault"
)

// Memory is an inbox in memory, for tests and for effects that are in memory
// themselves. Its zero value is empty; it is safe for concurrent use.
type Memory struct {
	mu  sync.Mutex
	had map[[2]string]bool
}

// Once calls fn unless the consumer has had the event, and reports whether it did. One
// for which fn failed comes again. One event at a time.
func (m *Memory) Once(consumer, id string, fn func() error) (bool, error) {
	if consumer == "" || id == "" {
		return false, fault.Invalid("id", consumer+"/"+id, "a consumer and the id of an event")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.had[[2]string{consumer, id}] {
		return false, nil
	}
	if err := fn(); err != nil {
		return true, err
	}
	if m.had == nil {
		m.had = make(map[[2]string]bool)
	}
	m.had[[2]string{consumer, id}] = true
	return true, nil
}
