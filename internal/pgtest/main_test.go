package pgtest

import (
	"context"
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv(abandoning) != "" {
		abandon()
	}
	os.Exit(Main(m))
}

// A test program that this variable is set for starts a cluster and then hangs.
const abandoning = "OMS_PGTEST_ABANDON"

func abandon() {
	c, err := Start(context.Background(), Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(c.place.root, c.server.cmd.Process.Pid)
	select {}
}
