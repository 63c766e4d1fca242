// Command install sees to it that PostgreSQL and pgbouncer are there for the tests
// that start them: what is missing it installs with apt-get, as root or with a sudo
// that asks for nothing, or else says what to install.
//
//	go run ./internal/pgtest/install
//
// It fails where something is missing afterwards and skipping those tests would go
// unnoticed: when the environment variable CI or OMS_REQUIRE_POSTGRES is not empty.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-oms/oms/internal/pgtest"
)

// wanted is a Debian package and how its programs are found.
type wanted struct {
	name string
	find func() (string, error)
}

var all = []wanted{{"postgresql", pgtest.Find}, {"pgbouncer", pgtest.FindPooler}}

func main() {
	if err := ensure(os.Stdout, all, aptGet, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ensure installs what is missing and says what is there.
func ensure(out io.Writer, all []wanted, install func(packages ...string) error, env func(string) string) error {
	var failed error
	if packages, _ := missing(all); len(packages) > 0 {
		fmt.Fprintf(out, "make: installing %s\n", strings.Join(packages, ", "))
		failed = install(packages...)
	}
	packages, err := missing(all)
	switch {
	case err == nil:
		for _, w := range all {
			path, _ := w.find()
			fmt.Fprintf(out, "make: %s: %s\n", w.name, path)
		}
		return nil
	case env("CI") != "" || env(pgtest.Required) != "":
		return errors.Join(failed, err)
	}
	fmt.Fprintf(out, "make: without %s the tests that need it are skipped: %v\n", strings.Join(packages, " and "), errors.Join(failed, err))
	return nil
}

// missing lists the packages whose programs are not found.
func missing(all []wanted) (packages []string, err error) {
	for _, w := range all {
		if _, e := w.find(); e != nil {
			packages, err = append(packages, w.name), errors.Join(err, e)
		}
	}
	return packages, err
}

// quiet keeps Debian from making and starting a cluster of its own.
const quiet = "/etc/postgresql-common/createcluster.d/oms-no-main.conf"

// aptGet installs packages. Nobody is asked anything.
func aptGet(packages ...string) (err error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		if err := exec.Command("sudo", "-n", "true").Run(); err != nil {
			return fmt.Errorf("apt-get needs root or a sudo without a password: %w", err)
		}
	}
	if err := privileged("mkdir", "-p", filepath.Dir(quiet)); err != nil {
		return err
	}
	if err := privileged("sh", "-c", "echo create_main_cluster = false > "+quiet); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, privileged("rm", "-f", quiet)) }()
	install := append([]string{"apt-get", "install", "-y", "--no-install-recommends"}, packages...)
	if privileged(install...) == nil {
		return nil
	}
	if err := privileged("apt-get", "update"); err != nil { // the lists may be old, or not there
		return err
	}
	return privileged(install...)
}

// privileged runs a command as root. The error holds what it printed.
func privileged(args ...string) error {
	if os.Geteuid() != 0 {
		args = append([]string{"sudo", "-n", "DEBIAN_FRONTEND=noninteractive"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
