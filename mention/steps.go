package mention

// Steps are the steps that deadlines have taken with a case.
type Steps struct {
	Unclaimed int  // what was done because nobody had it: nothing, StepNamed, StepTold
	Reminded  bool // its owner was
	Doubted   bool // it was "replied", and people were told that no answer is to be seen
	GivenBack bool // somebody had it, and has it no more: that nobody took it is not true of it
}

// What is done because nobody has a case, one after the other.
const (
	StepNamed = 1 + iota // somebody was named in its thread
	StepTold             // the other channel was told
)

// Number is the steps as one number, which the database and the ids of messages hold: a digit for
// each, so they must keep their places.
func (s Steps) Number() int {
	n := s.Unclaimed
	if s.Reminded {
		n += 10
	}
	if s.Doubted {
		n += 100
	}
	if s.GivenBack {
		n += 1000
	}
	return n
}

// StepsOf are the steps that Number said.
func StepsOf(n int) Steps {
	return Steps{Unclaimed: n % 10, Reminded: n/10%10 > 0, Doubted: n/100%10 > 0, GivenBack: n >= 1000}
}
