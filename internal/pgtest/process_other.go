//go:build !unix

package pgtest

import (
	"errors"
	"os"
	"os/exec"
)

// account is a user of the system; there is none to change to here.
type account struct{}

func unprivileged() (*account, error) {
	return nil, errors.New("pgtest: throw-away servers are started on Unix only: name a running server in OMS_TEST_POSTGRES")
}

func (a *account) own(string) error { return nil }

func alone(*exec.Cmd, *account) {}

func interrupt(p *os.Process) error { return p.Kill() }
func killAll(p *os.Process) error   { return p.Kill() }
