package sim

import (
	"math/rand/v2"
	"slices"
)

// Fault is a class of faults, by the port that it strikes.
type Fault string

// The faults.
const (
	ReadFails     Fault = "store/read fails"
	ReadCanceled  Fault = "store/context ends before a read"
	ReadCrash     Fault = "store/crash at a read"
	CommitFails   Fault = "store/commit fails"
	CommitRefused Fault = "store/commit meets a conflict that is over"
	CommitLost    Fault = "store/answer lost, not committed"
	CommitSilent  Fault = "store/answer lost, committed"
	CommitLate    Fault = "store/answer lost, committed later"
	CommitCancel  Fault = "store/context ends before a commit"
	CommitLeft    Fault = "store/context ends after a commit"
	CrashBefore   Fault = "store/crash before a commit"
	CrashAfter    Fault = "store/crash after a commit"
	DiskFull      Fault = "store/disk full"
	NumbersFail   Fault = "store/numbers fail"
	NumbersLost   Fault = "store/numbers taken, answer lost"

	GatewayUnsent  Fault = "gateway/not reached"
	GatewayLost    Fault = "gateway/request lost"
	GatewaySilent  Fault = "gateway/done, answer lost"
	GatewayCrash   Fault = "gateway/crash before a call"
	GatewayDone    Fault = "gateway/crash after a call"
	GatewayDecline Fault = "gateway/declined"
	GatewayWaits   Fault = "gateway/verdict comes later"
	LookupLost     Fault = "gateway/answer to a lookup lost"

	HookTwice    Fault = "webhook/twice"
	HookLate     Fault = "webhook/late"
	HookShuffled Fault = "webhook/out of order"
	HookLost     Fault = "webhook/lost"
	HookForged   Fault = "webhook/forged"

	CarrierUnsent  Fault = "carrier/not reached"
	CarrierRefuses Fault = "carrier/refuses"
	CarrierLost    Fault = "carrier/request lost"
	CarrierSilent  Fault = "carrier/label sold, answer lost"
	CarrierCrash   Fault = "carrier/crash before a call"
	CarrierDone    Fault = "carrier/crash after a call"
	ScanTwice      Fault = "carrier/scan twice"
	ScanShuffled   Fault = "carrier/scans out of order"

	SinkFails  Fault = "sink/fails"
	SinkSilent Fault = "sink/has it, answer lost"
	SinkCrash  Fault = "sink/crash after it has it"

	ClockJumps   Fault = "clock/jumps ahead"
	ClockBack    Fault = "clock/steps back"
	ClockSkewed  Fault = "clock/of a process is off"
	Slow         Fault = "actor/slow"
	Gone         Fault = "actor/gives up in doubt"
	TwoVersions  Fault = "process/two versions at once"
	ImportAtOnce Fault = "process/import during checkout"
)

// Faults lists every class.
func Faults() []Fault {
	return []Fault{
		ReadFails, ReadCanceled, ReadCrash, CommitFails, CommitRefused, CommitLost, CommitSilent, CommitLate, CommitCancel, CommitLeft,
		CrashBefore, CrashAfter, DiskFull, NumbersFail, NumbersLost,
		GatewayUnsent, GatewayLost, GatewaySilent, GatewayCrash, GatewayDone, GatewayDecline, GatewayWaits, LookupLost,
		HookTwice, HookLate, HookShuffled, HookLost, HookForged,
		CarrierUnsent, CarrierRefuses, CarrierLost, CarrierSilent, CarrierCrash, CarrierDone, ScanTwice, ScanShuffled,
		SinkFails, SinkSilent, SinkCrash,
		ClockJumps, ClockBack, ClockSkewed, Slow, Gone, TwoVersions, ImportAtOnce,
	}
}

// swarm is what a seed turns on: a random part of the faults, each as often as chance
// has it, and how often each command is given. Runs with few faults go deep, runs
// with many of them find what only coincides.
type swarm struct {
	rng    *rand.Rand
	rates  map[Fault]uint32 // of 65,536
	struck map[Fault]int
	quiet  bool // no faults any more
}

func newSwarm(rng *rand.Rand, without []Fault) *swarm {
	s := &swarm{rng: rng, rates: map[Fault]uint32{}, struck: map[Fault]int{}}
	density, list := 1+rng.IntN(4), Faults() // how many of four are on
	on := map[Fault]uint32{}
	for len(on) < fewest {
		for _, f := range list {
			if rate := []uint32{100, 250, 600}[rng.IntN(3)]; rng.IntN(4) < density {
				on[f] = rate * often[f]
			}
		}
	}
	for f, rate := range on {
		if !slices.Contains(without, f) {
			s.rates[f] = rate
		}
	}
	return s
}

// fewest is how many kinds of faults are on at least, and enough how many faults have to
// strike before a world comes to rest.
const (
	fewest = 10
	enough = 10
)

// few reports whether too little has gone wrong so far in a world in which things go
// wrong.
func (s *swarm) few() bool {
	n := 0
	for _, times := range s.struck {
		n += times
	}
	return n < enough && len(s.rates) >= fewest
}

// often says how many times as likely as others a fault is whose port is rarely
// called; zero never happens.
var often = map[Fault]uint32{
	ReadFails: 1, ReadCanceled: 1, ReadCrash: 1, CommitFails: 8, CommitRefused: 10, CommitLost: 8, CommitSilent: 10, CommitLate: 8,
	CommitCancel: 6, CommitLeft: 6, CrashBefore: 6, CrashAfter: 8, DiskFull: 2, NumbersFail: 60, NumbersLost: 60,
	GatewayUnsent: 20, GatewayLost: 20, GatewaySilent: 30, GatewayCrash: 12, GatewayDone: 16, GatewayDecline: 24, GatewayWaits: 24, LookupLost: 60,
	HookTwice: 36, HookLate: 36, HookShuffled: 50, HookLost: 30, HookForged: 24,
	CarrierUnsent: 30, CarrierRefuses: 24, CarrierLost: 30, CarrierSilent: 40, CarrierCrash: 24, CarrierDone: 30, ScanTwice: 60, ScanShuffled: 80,
	SinkFails: 24, SinkSilent: 24, SinkCrash: 16,
	ClockJumps: 24, ClockBack: 24, ClockSkewed: 90, Slow: 2, Gone: 30, TwoVersions: 109, ImportAtOnce: 109,
}

// strikes draws whether a fault takes place now.
func (s *swarm) strikes(f Fault) bool {
	rate := s.rates[f]
	if rate == 0 || s.quiet || s.rng.Uint32()&65535 >= rate {
		return false
	}
	s.struck[f]++
	return true
}

// one draws at most one of the faults of a call.
func (s *swarm) one(of []Fault) Fault {
	if s.quiet {
		return ""
	}
	for _, f := range of {
		if s.strikes(f) {
			return f
		}
	}
	return ""
}
