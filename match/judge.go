package match

// verdict is the number of the rule that cancels a place, 0 for none, and why.
type verdict struct {
	rule   int
	reason string
}

var counts = verdict{}

// acceptTerm judges a term that stands at a place and keeps it if it counts.
func (r *run) acceptTerm(id int32, p place) {
	t := &r.set.terms[id]
	v := r.judge(t, &p)
	hit := found{phrase: id, part: r.part, start: p.start, end: p.end}
	if v.rule == 0 {
		r.hits = append(r.hits, hit)
	} else if r.trace != nil {
		r.trace.cancelled(hit, v)
	}
}

// acceptPhrase keeps a phrase of context, ignore or none. Context and ignore
// count inside longer names, too: they only tell what a text is about.
func (r *run) acceptPhrase(id int32, p place) {
	ph := &r.set.phrases[id]
	t := term{reading: reading{prefix: ph.prefix}}
	if ph.role == roleOperand {
		if r.judge(&t, &p).rule != 0 {
			return
		}
	} else if r.signs(&t, &p).rule != 0 {
		return
	}
	if ph.role == roleContext {
		if v, _ := r.address(&p, false); v.rule != 0 {
			return
		}
	}
	if ph.handle && (p.start == 0 || r.text[p.start-1] != '@') {
		return
	}
	r.hits = append(r.hits, found{phrase: id, part: r.part, start: p.start, end: p.end})
}

// judge says whether a term counts at a place; it moves the end of the place
// over an ending behind a hyphen.
func (r *run) judge(t *term, p *place) verdict {
	if v := r.signs(t, p); v.rule != 0 {
		return v
	}
	if v := r.inCapitals(t, p); v.rule != 0 {
		return v
	}
	if t.letters && r.speechAtEdge(p) {
		return verdict{3, "the letter of the name needs its capital: here it is a word of the sentence"}
	}
	if t.parsed.domain {
		r.takeEnding(p)
	}
	v, where := r.address(p, t.parsed.domain)
	if v.rule != 0 {
		return v
	}
	if where == inHost || where == inAccount {
		if !p.base && !p.ended {
			return verdict{8, "an address or account counts only when it is the name itself, not a form of it"}
		}
		return counts
	}
	if v, done := r.tagOrAccount(t, p); done {
		return v
	}
	if p.shy && (p.start == 0 || r.text[p.start-1] != '#') {
		return verdict{10, "it spells an everyday English word"}
	}
	if t.preposed && r.smallPhrase(p) {
		return verdict{3, "without a capital it is a phrase of the sentence"}
	}
	if v := r.hyphens(p); v.rule != 0 {
		return v
	}
	if p.langs != 0 && !r.speaks(p) {
		return verdict{2, "a form of another language than the text's: here it is another word"}
	}
	if v := r.people(t, p); v.rule != 0 {
		return v
	}
	if r.inStreet(p) {
		return verdict{16, "here it is a street"}
	}
	return r.quoted(p)
}
