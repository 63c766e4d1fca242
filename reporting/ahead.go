package reporting

import "iter"

// The facts that are read ahead: batches of some 100 kB, one being read while
// another is added up.
const (
	batchSize = 512
	batches   = 3
)

// batch is facts in order, and the error that ended the reading.
type batch[F any] struct {
	facts []F
	err   error
}

// ahead calls use with every fact, in order, while the next ones are being read on
// another goroutine: half the time of a report goes into each. It returns the first
// error of either; the reading has ended by then.
func ahead[F any](facts iter.Seq2[F, error], use func(*F) error) error {
	full, free, stop := make(chan batch[F], batches), make(chan []F, batches), make(chan struct{})
	for range batches {
		free <- nil
	}
	go read(facts, full, free, stop)
	var failed error
	for b := range full {
		for i := range b.facts {
			if failed == nil {
				if failed = use(&b.facts[i]); failed != nil {
					close(stop)
				}
			}
		}
		if failed == nil {
			failed = b.err
		}
		free <- b.facts[:0]
	}
	return failed
}

// read fills batches until there are no facts any more, or stop is closed.
func read[F any](facts iter.Seq2[F, error], full chan<- batch[F], free <-chan []F, stop <-chan struct{}) {
	defer close(full)
	into := <-free
	var failed error
	for f, err := range facts {
		if failed = err; err != nil {
			break
		}
		if into == nil {
			into = make([]F, 0, batchSize)
		}
		if into = append(into, f); len(into) < batchSize {
			continue
		}
		full <- batch[F]{facts: into}
		select {
		case into = <-free:
		case <-stop:
			return
		}
	}
	full <- batch[F]{into, failed}
}
