package storagetest

import (
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

func leaseCases() []Case {
	return []Case{
		named("lease: one that nobody held has only its name", func(t *try) {
			l, err := t.store.Lease(t.ctx, "run/expire")
			t.ok("lease", err)
			t.equal("lease", l, storage.Lease{Name: "run/expire"})
		}),
		named("lease: a claim on a version that has gone is a conflict", leaseClaims),
		named("lease: an expired one is still claimed by version", leaseExpired),
		named("lease: those whose names begin alike are listed by name", leasesListed),
	}
}

// claim returns the batch that makes owner the holder after before.
func (t *try) claim(before storage.Lease, owner string) (storage.Lease, *storage.Batch) {
	after := storage.Lease{
		Name: before.Name, Version: before.Version + 1, Owner: owner, Until: later(10), Position: before.Position + 5,
	}
	return after, &storage.Batch{Leases: []storage.LeaseChange{{Before: before, After: after}}}
}

func leaseClaims(t *try) {
	free := storage.Lease{Name: "sink/mail"}
	first, b := t.claim(free, "a")
	t.commit(b)
	_, late := t.claim(free, "b")
	t.stale("a claim of what was free", late)
	second, b := t.claim(first, "b")
	t.commit(b)
	_, late = t.claim(first, "a")
	t.stale("a claim on the first version", late)
	ahead := second
	ahead.Version = 7
	_, b = t.claim(ahead, "c")
	t.stale("a claim on a version to come", b)
	_, other := t.claim(storage.Lease{Name: "never", Version: 1}, "c")
	t.stale("a claim on a lease that nobody held", other)
	held, err := t.store.Lease(t.ctx, "sink/mail")
	t.ok("lease", err)
	t.equal("lease", held, second)
	_, b = t.claim(storage.Lease{Name: "sink/other"}, "a")
	t.commit(b)
}

func leaseExpired(t *try) {
	held, b := t.claim(storage.Lease{Name: "run"}, "a")
	held.Until = later(-1000)
	b.Leases[0].After = held
	t.commit(b)
	_, b = t.claim(storage.Lease{Name: "run"}, "b")
	if err := t.store.Commit(t.ctx, b); fault.KindOf(err) != fault.Conflict {
		t.fail("a claim without having read the expired lease: got %v", err)
	}
	_, b = t.claim(held, "b")
	t.commit(b)
}

// Prefixes end between any two letters, and are no patterns.
func leasesListed(t *try) {
	other := t.store.Tenant("other")
	want := map[string]storage.Lease{}
	for _, name := range []string{"slot:b/2", "slot:a/9", "slot:b/10", "slot:b", "slot;b/1", "Slot:b/1", "%", "slot:é/1", "slot:b/ü"} {
		lease, b := t.claim(storage.Lease{Name: name}, "of "+name)
		t.commit(b)
		want[name] = lease
		if _, b = t.claim(storage.Lease{Name: name}, "other"); other.Commit(t.ctx, b) != nil {
			t.fail("another tenant has leases of the same names")
		}
	}
	for prefix, names := range map[string][]string{
		"slot:b/": {"slot:b/10", "slot:b/2", "slot:b/ü"},
		"slot:b":  {"slot:b", "slot:b/10", "slot:b/2", "slot:b/ü"},
		"slot:é":  {"slot:é/1"},
		"%":       {"%"},
		"slot_":   nil,
		"slot:b0": nil,
		"":        {"%", "Slot:b/1", "slot:a/9", "slot:b", "slot:b/10", "slot:b/2", "slot:b/ü", "slot:é/1", "slot;b/1"},
	} {
		leases := make([]storage.Lease, 0, len(names))
		for _, name := range names {
			leases = append(leases, want[name])
		}
		got, err := t.store.Leases(t.ctx, prefix)
		t.ok("leases", err)
		if len(got) > 0 || len(leases) > 0 {
			t.equal("leases that begin with "+prefix, got, leases)
		}
	}
}
