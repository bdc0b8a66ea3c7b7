package mention

import "testing"

// TestStepsAreKept: the number that the database holds says the same steps again, and means what it
// always meant.
func TestStepsAreKept(t *testing.T) {
	for n, want := range map[int]Steps{
		0: {}, 1: {Unclaimed: StepNamed}, 2: {Unclaimed: StepTold}, 10: {Reminded: true}, 12: {Unclaimed: StepTold, Reminded: true},
		100: {Doubted: true}, 111: {StepNamed, true, true, false}, 1002: {Unclaimed: StepTold, GivenBack: true},
	} {
		if got := StepsOf(n); got != want || got.Number() != n {
			t.Errorf("%d: %+v, again %d; want %+v", n, got, got.Number(), want)
		}
	}
}
