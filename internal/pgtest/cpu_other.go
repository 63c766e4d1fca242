//go:build !linux

package pgtest

import (
	"errors"
	"time"
)

func cpu(int) (time.Duration, error) {
	return 0, errors.New("pgtest: this system does not say how much processor time other processes have used")
}
