package mention

// Span is one place in a post's Body where a watch is named.
type Span struct {
	Start int    `json:"start"` // byte offset in Body, on a rune border
	End   int    `json:"end"`   // byte offset after the last byte
	Text  string `json:"text"`  // Body[Start:End]
	Term  string `json:"term"`  // the term as the watchlist writes it
}

// Label is the verdict on a text.
type Label string

// The three labels.
const (
	Negative Label = "neg"
	Neutral  Label = "neu"
	Positive Label = "pos"
)

// Hit is one piece of evidence: the words that moved the score and the rule that
// says so.
type Hit struct {
	Start  int     `json:"start"` // byte offset in the scored text, on a rune border
	End    int     `json:"end"`
	Text   string  `json:"text"`
	Rule   string  `json:"rule"`   // what staff read: "waiting", "money not returned", "word", "negation" …
	Weight float64 `json:"weight"` // signed contribution after negation and emphasis
	Topic  string  `json:"topic,omitempty"`
}

// Score is the sentiment of a mention with its evidence.
type Score struct {
	Value    float64  `json:"score"` // [-1, 1], the lower the more negative
	Label    Label    `json:"label"`
	Lang     string   `json:"lang"`               // en, ru, uk, bg
	Topics   []string `json:"topics"`             // what a complaint is about, most weight first
	Why      []Hit    `json:"why"`                // in the order of the text
	Conflict string   `json:"conflict,omitempty"` // stars and words disagree: said in plain words

	Complaint float64 `json:"complaint"`        // [0, 1]: how likely it is a complaint about the watch
	Frames    []Frame `json:"frames,omitempty"` // what was asked of the text besides
}

// Frame is an answer to one of a reader's questions (did it happen, whose doing,
// who speaks, how does it end), with the words that speak for it most.
type Frame struct {
	Frame string `json:"frame"` // event, about, voice, end
	Value string `json:"value"`
	Start int    `json:"start"` // bytes of the text; Start = End when no single place says it
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// Judged reports whether the score holds a verdict. Mentions that were stored before
// there were verdicts do not: of them only Value is known.
func (s Score) Judged() bool { return s.Complaint > 0 || len(s.Frames) > 0 }

// Severity is how loud an alert is.
type Severity int

// The severities, from quiet to loud.
const (
	Low Severity = iota + 1
	Normal
	High
	Critical
)

var severityNames = [...]string{"", "low", "normal", "high", "critical"}

// String returns the word of the watchlist: low, normal, high, critical.
func (s Severity) String() string {
	if s < Low || s > Critical {
		return "none"
	}
	return severityNames[s]
}

// ParseSeverity reads the word of the watchlist; ok is false for any other word.
func ParseSeverity(word string) (s Severity, ok bool) {
	for i, name := range severityNames {
		if i > 0 && name == word {
			return Severity(i), true
		}
	}
	return 0, false
}
