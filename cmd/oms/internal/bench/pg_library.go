package bench

import (
	"context"
	"errors"

	"github.com/go-oms/oms/storage/postgres"
)

// openPostgres makes a database for each side.
func (p *place) openPostgres(ctx context.Context) (dsn string, err error) {
	if p.server, err = newServer(ctx, p.DSN); err != nil {
		return "", err
	}
	if dsn, err = p.server.database(ctx, "library"); err != nil {
		return "", err
	}
	lib, err := onPostgres(ctx, dsn, p.skus())
	if err != nil {
		return "", err
	}
	p.keep(lib)
	if p.Orders > 0 {
		if err := load(ctx, lib, dsn, p.Orders, p.Progress); err != nil {
			return "", err
		}
	}
	if p.Baseline && p.Orders > 0 {
		if err := p.openEmpty(ctx); err != nil {
			return "", err
		}
	}
	if p.Baseline {
		err = p.openPgHands(ctx)
	}
	return dsn, err
}

// openEmpty puts the library on a store without orders beside it.
func (p *place) openEmpty(ctx context.Context) error {
	dsn, err := p.server.database(ctx, emptyName)
	if err != nil {
		return err
	}
	if p.empty, err = onPostgres(ctx, dsn, p.skus()); err != nil {
		return err
	}
	m := p.meter(emptyName, p.empty)
	m.shared = true // its rows are the same
	p.otherwise = append(p.otherwise, m)
	return nil
}

// openPgHands makes the programs written by hand ready.
func (p *place) openPgHands(ctx context.Context) error {
	skus := p.skus()
	for _, hand := range []struct {
		name string
		form *pgForm
		make func(dsn string, form *pgForm) (side, error)
	}{
		{oneByOneName, pgTenRows(), func(dsn string, form *pgForm) (side, error) {
			h, err := newPgHand(ctx, dsn, form, skus)
			return &oneByOne{h}, err
		}},
		{oneRoundTripName, pgTenRows(), func(dsn string, form *pgForm) (side, error) {
			h, err := newPgHand(ctx, dsn, form, skus)
			return &oneRoundTrip{h}, err
		}},
		{groupedSameName, pgSameRows(), func(dsn string, form *pgForm) (side, error) {
			if err := migrate(ctx, dsn); err != nil {
				return nil, err
			}
			return newGrouped(ctx, dsn, form, skus)
		}},
		{groupedTenName, pgTenRows(), func(dsn string, form *pgForm) (side, error) { return newGrouped(ctx, dsn, form, skus) }},
	} {
		dsn, err := p.server.database(ctx, hand.name)
		if err != nil {
			return err
		}
		s, err := hand.make(dsn, hand.form)
		if err := p.hand(hand.name, s, err); err != nil {
			return err
		}
	}
	return nil
}

// migrate makes the library's tables.
func migrate(ctx context.Context, dsn string) error {
	store, err := postgres.Open(ctx, dsn, nil)
	if err != nil {
		return err
	}
	return errors.Join(store.Migrate(ctx), store.Close())
}

// onPostgres opens a shop on an empty database.
func onPostgres(ctx context.Context, dsn string, skus []string) (*library, error) {
	if err := migrate(ctx, dsn); err != nil {
		return nil, err
	}
	lib, err := joinPostgres(ctx, dsn, skus)
	if err != nil {
		return nil, err
	}
	if err := lib.receive(ctx); err != nil {
		return nil, errors.Join(err, lib.close())
	}
	return lib, nil
}

// joinPostgres opens a shop on a store that is there already.
func joinPostgres(ctx context.Context, dsn string, skus []string) (*library, error) {
	store, err := postgres.Open(ctx, dsn, nil)
	if err != nil {
		return nil, err
	}
	return newLibrary(store, &pgStore{Store: store, pgCounter: pgCounter{dsn: dsn}}, skus)
}

// pgStore is a store in a database, which a further connection looks into.
type pgStore struct {
	*postgres.Store
	pgCounter
}

func (s *pgStore) close() error { return s.Store.Close() }
