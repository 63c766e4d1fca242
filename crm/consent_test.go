package crm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func decided(n byte, channel string, status crm.ConsentStatus, at, recorded int) crm.Consent {
	return crm.Consent{
		ID: uuid.UUID{15: n}, Purpose: "news", Channel: channel, Status: status,
		At: noon.Add(time.Duration(at) * time.Hour), RecordedAt: noon.Add(time.Duration(recorded) * time.Hour),
	}
}

// permutations calls f with every order of the list.
func permutations[T any](list []T, f func([]T)) {
	if len(list) < 2 {
		f(list)
		return
	}
	for i := range list {
		rest := append(append([]T{}, list[:i]...), list[i+1:]...)
		permutations(rest, func(p []T) { f(append([]T{list[i]}, p...)) })
	}
}

func TestWhatWasDecidedLastHoldsInWhateverOrderItIsRead(t *testing.T) {
	last := decided(3, "email", crm.Withdrawn, 3, 3)
	sms := decided(6, "sms", crm.Granted, 0, 9)
	all := []crm.Consent{
		decided(1, "email", crm.Granted, 1, 1),
		decided(2, "email", crm.Granted, 2, 5), // recorded late: it was before
		last,
		decided(4, "email", crm.Granted, 3, 2), // at the same moment, recorded earlier
		decided(5, "sms", crm.Withdrawn, 0, 8),
		sms,
	}
	tried := 0
	permutations(all, func(p []crm.Consent) {
		tried++
		before := fmt.Sprint(p)
		require.Equal(t, []crm.Consent{last, sms}, crm.CurrentConsents(p))
		require.Equal(t, before, fmt.Sprint(p), "the list is left as it is")
	})
	require.Equal(t, 720, tried)
}

func TestOfTwoDecisionsAtOneMomentOneHolds(t *testing.T) {
	a, b := decided(1, "", crm.Granted, 1, 1), decided(2, "", crm.Withdrawn, 1, 1)
	require.Equal(t, []crm.Consent{b}, crm.CurrentConsents([]crm.Consent{a, b}))
	require.Equal(t, []crm.Consent{b}, crm.CurrentConsents([]crm.Consent{b, a}))
	require.Empty(t, crm.CurrentConsents(nil))
}

func TestAllows(t *testing.T) {
	everywhere, notByMail := decided(1, "", crm.Granted, 1, 1), decided(2, "email", crm.Withdrawn, 0, 0)
	all := []crm.Consent{everywhere, notByMail}
	require.True(t, crm.Allows(all, "news", "sms"))
	require.True(t, crm.Allows(all, "news", ""))
	require.False(t, crm.Allows(all, "news", "email"), "the channel's own decision comes first")
	require.False(t, crm.Allows(all, "ads", "sms"))
	require.False(t, crm.Allows(nil, "news", "sms"))
}

// Who wants no more news at all gets none by mail either, until he asks for them.
func TestWhatIsWithdrawnForAnyChannelIsWithdrawnForEach(t *testing.T) {
	byMail, never, again := decided(1, "email", crm.Granted, 1, 1), decided(2, "", crm.Withdrawn, 2, 2), decided(3, "email", crm.Granted, 3, 3)
	permutations([]crm.Consent{byMail, never}, func(all []crm.Consent) {
		require.False(t, crm.Allows(all, "news", "email"))
		require.True(t, crm.Allows(append(all, again), "news", "email"))
		require.False(t, crm.Allows(append(all, again), "news", "sms"))
	})
}

func TestConsentCheck(t *testing.T) {
	good := crm.Consent{Purpose: " news ", Status: crm.Granted, Proof: "line one\nline two\t\r\n"}.Normalize()
	require.NoError(t, good.Check())
	require.Equal(t, "news", good.Purpose)
	for field, spoil := range map[string]func(c *crm.Consent){
		"purpose": func(c *crm.Consent) { c.Purpose = "" },
		"status":  func(c *crm.Consent) { c.Status = "perhaps" },
		"channel": func(c *crm.Consent) { c.Channel = "a\nb" },
		"source":  func(c *crm.Consent) { c.Source = strings.Repeat("canary", 40) },
		"proof":   func(c *crm.Consent) { c.Proof = "canary\x00" },
		"consent": func(c *crm.Consent) { c.Proof = " canary" },
	} {
		c := good
		spoil(&c)
		var invalid *fault.InvalidError
		require.ErrorAs(t, c.Check(), &invalid, field)
		require.Equal(t, field, invalid.Field)
		require.NotContains(t, invalid.Error(), "canary")
	}
	long := good
	long.Proof = strings.Repeat("x\n", crm.MaxProof/2) + "x"
	require.Error(t, long.Check())
}
