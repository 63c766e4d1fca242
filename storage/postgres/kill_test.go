package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/storage/postgres"
)

// A host that is killed is this test's own program, told by these variables what to
// work with.
const (
	hostServer  = "OMS_POSTGRES_HOST"
	hostTenant  = "OMS_POSTGRES_TENANT"
	hostGateway = "OMS_POSTGRES_GATEWAY"
)

// A host is killed in the middle of placing and paying orders: each that it had
// acknowledged is there, none is there in part, and what it was in the middle of is
// finished by the next process, without charging anybody twice. OMS_LONG=1
// does it a hundred times.
func TestHostsAreKilledUnderLoad(t *testing.T) {
	dsn := cluster(t, pgtest.Options{}).DSN()
	leakless(t, dsn)
	s, err := postgres.Open(t.Context(), dsn, &postgres.Options{Conns: 4})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	var acknowledged, orders, finished int
	kills := times(4, 100)
	// Whether a payment is under way when a host dies is chance: a few more may have to.
	for n := 0; n < kills || finished == 0 && n < kills+30; n++ {
		tenant, card := fmt.Sprint("host ", n), sandbox.New()
		shop, err := host(single{s.Tenant(tenant), tenant}, card, later)
		require.NoError(t, err)
		stocked(t, shop.Tenant(tenant))
		placed, paid := killed(t, 15+n%30, hostServer+"="+dsn+"&application_name=host", hostTenant+"="+tenant, hostGateway+"="+gatewayServer(t, card))
		acknowledged += len(placed) + len(paid)
		silentNow(t, dsn)

		book := ledger{shop.Tenant(tenant), card}
		ran := ledger{shop, card}
		work := ran.finish(t)
		finished += work.Payments
		orders += book.holds(t, placed, paid)
		if n+1 == kills || n%10 == 9 {
			t.Logf("%d kills: %d answers, %d orders, %d payments finished by the next process", n+1, acknowledged, orders, finished)
		}
	}
	require.NotZero(t, finished, "nothing was interrupted")
}

// killed starts a host and kills it after so many answers. It returns what the host
// had acknowledged by then.
func killed(t *testing.T, after int, env ...string) (placed map[string]uuid.UUID, paid map[uuid.UUID]bool) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, "-test.run=^TestHostProcess$")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	placed, paid = map[string]uuid.UUID{}, map[uuid.UUID]bool{}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); {
		what, text, _ := strings.Cut(lines.Text(), " ")
		id, err := uuid.Parse(text)
		switch {
		case err != nil: // cut off in the middle of the last line
			continue
		case what == "placed":
			placed[text] = id
		case what == "paid":
			paid[id] = true
		}
		if n++; n == after {
			require.NoError(t, cmd.Process.Kill()) // and read on what it had said by then
		}
	}
	require.Error(t, cmd.Wait())
	require.GreaterOrEqual(t, len(placed)+len(paid), after)
	return placed, paid
}

// silentNow waits until the server has done what the killed host had told it.
func silentNow(t *testing.T, dsn string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(t.Context())) }()
	require.Eventually(t, func() bool {
		var talking bool
		err := conn.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'host')").Scan(&talking)
		require.NoError(t, err)
		return !talking
	}, 20*time.Second, time.Millisecond)
}

// TestHostProcess is the host that is killed.
func TestHostProcess(t *testing.T) {
	dsn := os.Getenv(hostServer)
	if dsn == "" {
		t.Skip("it is started by TestHostsAreKilledUnderLoad")
	}
	s, err := postgres.Open(t.Context(), dsn, &postgres.Options{Conns: 4})
	require.NoError(t, err)
	line, err := net.Dial("unix", os.Getenv(hostGateway))
	require.NoError(t, err)
	shop, err := host(s.Tenant(os.Getenv(hostTenant)), farGateway{sandbox.New(), jsonrpc.NewClient(line)}, nil)
	require.NoError(t, err)
	l := newLoad(shop.Tenant(os.Getenv(hostTenant)))
	l.tell = func(what string, id uuid.UUID) { fmt.Println(what, id) }
	l.run(context.Background(), callers)
	t.Fatal(errors.Join(l.wrong...))
}

// farGateway is a gateway that outlives the host, as real ones do.
type farGateway struct {
	*sandbox.Gateway // for what it can do
	line             *rpc.Client
}

func (g farGateway) Authorize(_ context.Context, r payment.AuthorizeRequest) (result payment.Result, err error) {
	err = g.line.Call("Till.Authorize", r, &result)
	return result, err
}

func (g farGateway) Lookup(_ context.Context, r payment.LookupRequest) (found payment.Snapshot, err error) {
	err = g.line.Call("Till.Lookup", r, &found)
	return found, err
}

// Till is the gateway's side of it.
type Till struct{ gateway *sandbox.Gateway }

// Authorize takes its time before and after, as a gateway does.
func (t *Till) Authorize(r payment.AuthorizeRequest, result *payment.Result) (err error) {
	time.Sleep(2 * time.Millisecond)
	*result, err = t.gateway.Authorize(context.Background(), r)
	time.Sleep(2 * time.Millisecond)
	return err
}

// Lookup answers what the gateway knows.
func (t *Till) Lookup(r payment.LookupRequest, found *payment.Snapshot) (err error) {
	*found, err = t.gateway.Lookup(context.Background(), r)
	return err
}

// gatewayServer lets other processes use the gateway, and returns where.
func gatewayServer(t *testing.T, card *sandbox.Gateway) (socket string) {
	t.Helper()
	server := rpc.NewServer()
	require.NoError(t, server.Register(&Till{card}))
	folder, err := os.MkdirTemp("", "oms-till-") // t.TempDir may be too long for a socket
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	socket = filepath.Join(folder, "till")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			line, err := listener.Accept()
			if err != nil {
				return
			}
			go server.ServeCodec(jsonrpc.NewServerCodec(line))
		}
	}()
	return socket
}
