package main

import (
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestAnAddressIsOfAServerOrAFile(t *testing.T) {
	for text, server := range map[string]bool{
		"shop.db": false, "/var/lib/shop=1.db": false, "./dbname=shop": false, "sqlite://shop.db": false, "postgres.db": false,
		"postgres://localhost/shop": true, "postgresql:///shop": true, "host=/run/postgresql dbname=shop": true, "dbname = shop": true,
		"user=shop": true, "sslmode=require service=shop": true,
	} {
		require.Equal(t, server, address(text).isServer(), text)
	}
}

func TestAnAddressIsShownWithoutPasswords(t *testing.T) {
	for text, shown := range map[string]string{
		"password=hunter2":                                           "password=hunter2", // a file
		"postgres://ada:hunter2@db/shop":                             "postgres://ada@db/shop",
		"postgres://db/shop?password=hunter2&sslmode=require":        "postgres://db/shop?sslmode=require",
		"postgres://db/shop?sslpassword=hunter2":                     "postgres://db/shop",
		"postgres://ada:hunter%zz@db/shop":                           "postgres://…",
		"host=db user=ada password=hunter2 dbname=shop":              "host=db user=ada  dbname=shop",
		`host=db password='hunter\' 2' dbname=shop`:                  "host=db  dbname=shop",
		"host=db password = hunter2":                                 "host=db",
		"password=hunter2 host=db sslpassword=hunter2 dbname=pass_2": "host=db  dbname=pass_2",
	} {
		require.Equal(t, shown, address(text).String(), text)
	}
	require.Equal(t, `'host=db dbname=it'\''s' --schema oms --pooled`,
		bookFlags{"host=db dbname=it's", serverFlags{Schema: "oms", Pooled: true}}.String(), "for a shell")
}

func TestAnAddressTakesSettings(t *testing.T) {
	for text, want := range map[string]string{
		"postgres://ada@db/shop":                 "postgres://ada@db/shop?synchronous_commit=off",
		"postgres://ada@db/shop?sslmode=require": "postgres://ada@db/shop?sslmode=require&synchronous_commit=off",
		"host=db dbname=shop":                    "host=db dbname=shop synchronous_commit=off",
		"postgres://ada:hunter%zz@db/shop":       "postgres://ada:hunter%zz@db/shop",
	} {
		require.EqualValues(t, want, address(text).with("synchronous_commit", "off"))
	}
}

// FuzzAddress wants an address that is shown to name the same place without its
// password, and shown again to be the same.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{
		"postgres://ada:PASSWORD@db/shop?password=PASSWORD", "host=db password='PASSWORD' dbname=shop", "shop.db",
		"host=db PASSWORD=PASSWORD", "postgres://%zz", "host=db password = PASSWORD sslpassword=PASSWORD",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := address(text)
		shown := a.String()
		if !a.isServer() {
			require.Equal(t, text, shown)
			return
		}
		require.NotEmpty(t, shown)
		if config, err := pgx.ParseConfig(text); err == nil && len(config.Password) > 8 {
			require.NotContains(t, shown, config.Password)
		}
		if _, err := url.Parse(text); a.isURL() && err == nil {
			require.Equal(t, shown, address(shown).String())
		}
		_ = a.with("synchronous_commit", "off")
	})
}
