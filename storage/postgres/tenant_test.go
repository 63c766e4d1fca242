package postgres_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	// harmless are statements that are about no tenant's rows.
	harmless = regexp.MustCompile(`^(BEGIN|COMMIT$|ROLLBACK$|SET |SELECT set_config|FETCH |CLOSE |-- ping|SELECT current_setting\('server_version_num'\))`)
	// shared are the tables that are not a tenant's.
	shared = regexp.MustCompile(`\boms_(schema|base)\b`)

	mention   = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:\w+\.)?(oms_\w+)`)
	condition = regexp.MustCompile(`(?i)\btenant\s*=\s*\$(\d+)`)
	tied      = regexp.MustCompile(`(?i)\btenant\s*=\s*\w+\.tenant\b`)
	inserted  = regexp.MustCompile(`^INSERT INTO (?:\w+\.)?oms_\w+(?: AS \w+)? \(tenant[,)]`)
	tuple     = regexp.MustCompile(`(?:^|\), )\(\$(\d+)[,)]`)
	chosen    = regexp.MustCompile(`^INSERT INTO \S+ \([^)]*\) SELECT \$(\d+)`)
	allOfThem = regexp.MustCompile(`^SELECT tenant FROM (?:\w+\.)?oms_tenants ORDER BY tenant$`)
)

// strays lists the statements that do not keep to one tenant, each once.
func strays(statements []sent) (found []string) {
	for _, s := range statements {
		if problem := stray(s); problem != "" && !slices.Contains(found, problem+": "+s.sql) {
			found = append(found, problem+": "+s.sql)
		}
	}
	return found
}

// stray says what is wrong with a statement: each table in it must be held to a
// tenant by a condition or by the column that is inserted, and all of them to the
// same one.
func stray(s sent) string {
	sql := strings.TrimPrefix(s.sql, "WITH touched AS (")
	if harmless.MatchString(sql) || allOfThem.MatchString(sql) {
		return ""
	}
	tables := mention.FindAllStringSubmatch(sql, -1)
	ofTenants := 0
	for _, m := range tables {
		if !shared.MatchString(m[1]) {
			ofTenants++
		}
	}
	if len(tables) > 0 && ofTenants == 0 {
		return ""
	}
	var numbers []string
	held := len(tied.FindAllString(sql, -1))
	for _, m := range condition.FindAllStringSubmatch(sql, -1) {
		numbers = append(numbers, m[1])
		held++
	}
	if inserted.MatchString(sql) {
		held++
		if m := chosen.FindStringSubmatch(sql); m != nil {
			numbers = append(numbers, m[1])
		} else {
			_, values, _ := strings.Cut(sql, " VALUES ")
			values, _, _ = strings.Cut(values, " ON CONFLICT ")
			for _, m := range tuple.FindAllStringSubmatch(values, -1) {
				numbers = append(numbers, m[1])
			}
		}
	}
	if len(numbers) == 0 || held < ofTenants {
		return fmt.Sprintf("%d tables of tenants and %d held to one", ofTenants, held)
	}
	tenants := map[string]bool{}
	for _, number := range numbers {
		n, err := strconv.Atoi(number)
		if err != nil || n > len(s.args) {
			return "parameter $" + number + " is not there"
		}
		tenants[string(s.args[n-1])] = true
	}
	if len(tenants) != 1 {
		return fmt.Sprintf("%d tenants", len(tenants))
	}
	return ""
}

func TestStatementsThatStrayAreFound(t *testing.T) {
	a, b := []byte("a"), []byte("b")
	for sql, want := range map[string]bool{
		"SELECT id FROM oms_orders WHERE tenant = $1 AND id = $2":                                   false,
		"SELECT id FROM oms_orders WHERE id = $1":                                                   true,
		"SELECT id FROM s.oms_orders WHERE id = $1":                                                 true,
		"SELECT o.id FROM oms_orders o JOIN oms_lines l ON l.order_id = o.id WHERE o.tenant = $1":   true,
		"SELECT o.id FROM oms_orders o JOIN oms_lines l ON l.tenant = o.tenant WHERE o.tenant = $1": false,
		"SELECT 1 FROM oms_orders WHERE tenant = $1 OR tenant = $2":                                 true,
		"DELETE FROM oms_keys WHERE at < $1":                                                        true,
		"UPDATE oms_levels SET on_hand = $2":                                                        true,
		"INSERT INTO oms_items (tenant, sku) VALUES ($1, $1), ($1, $2)":                             false,
		"INSERT INTO oms_items (tenant, sku) VALUES ($1, $1), ($2, $1)":                             true,
		"INSERT INTO oms_items (sku, tenant) VALUES ($2, $1)":                                       true,
		"INSERT INTO oms_items (tenant, sku) SELECT $1, sku FROM oms_items":                         true,
		"WITH touched AS (UPDATE oms_items SET sku = $2 RETURNING 1) SELECT 1 FROM touched":         true,
		"DECLARE oms_walk_1 NO SCROLL CURSOR FOR SELECT id FROM oms_orders":                         true,
		"DECLARE oms_walk_1 NO SCROLL CURSOR FOR SELECT id FROM oms_orders WHERE tenant = $1":       false,
		"COMMIT": false, "FETCH 500 FROM oms_walk_1": false, "SELECT base FROM oms_base": false,
		"SELECT tenant FROM oms_tenants ORDER BY tenant": false,
		"SELECT count(*) FROM oms_tenants":               true,
	} {
		require.Equal(t, want, stray(sent{sql, [][]byte{a, b}}) != "", sql)
	}
}
