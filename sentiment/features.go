package sentiment

import (
	"math"
	"math/bits"
	"strings"
)

// A feature is a number in [0, 1] with a meaning that can be told to people: what
// the lexicon found, where it stands, what kind of text it is. None is of one word,
// a name or a language. After the ones below come, for each theme, how much of the text
// speaks of it, and for each value of a frame, how much its cues weigh.
const (
	fBias   = iota
	fReview // from here on in the order of kindNames
	fForum
	fComment
	fNews
	fSocial
	fLowStars
	fMiddleStars
	fHighStars
	fScoreBad
	fScoreGood
	fWorst
	fWorstOfBrand
	fBadCues
	fBadWords
	fHints
	fGoodCues
	fGoodWords
	fBadKinds
	fBadShare
	fBadFirst
	fBadLast
	fGoodLast
	fBadMe
	fBadNotMe
	fBadAsked
	fBadReported
	fBadBeforeNaming
	fBadWithBrand
	fBadApart
	fBadQuoted
	fBadWithName
	fBadWithRival
	fBadAfterGood
	fGoodAfterBad
	fNothing
	fAsks
	fAsksFacts
	fEndsAsking
	fShouts
	fMe
	fMeShare
	fNumbers
	fMoney
	fTimes
	fQuoted
	fNames
	fManyNames
	fRivals
	fLinks
	fPhone
	fHashtags
	fEmoji
	fCapitals
	fCode
	fLines
	fLong
	fShort
	fCommas
	fBrandFirst
	fBrandOften
	fBrandAddressed
	fBrandLast
	fBrandLate
	fBrandColon
	fIf
	fPast
	fBut
	fThanks
	fIrony
	fReported
	fAccuses
	fUnplaced
	fLikeComplaint // from here on what SetLeanings sets, in the order of Leanings
	fUnlikeComplaint
	fLikeEvent
	fUnlikeEvent
	fLikeOther
	fUnlikeOther
	fLikeUs
	fUnlikeUs
	fShareOfUs
	fOfUs // from here on what faultFeatures squashes
	fOfOther
	fOfName
	fOfNobody
	fHappenedUs
	fUnrealUs
	fSettledUs
	staticFeatures
)

var featureNames = [staticFeatures]string{
	"always", "kind review", "kind forum", "kind comment", "kind news", "kind social",
	"few stars", "middle stars", "many stars",
	"score bad", "score good", "worst sentence", "worst sentence at the brand",
	"bad cues", "bad words", "small signs", "good cues", "good words", "kinds of bad", "share of bad",
	"bad in the first sentence", "bad in the last sentence", "good in the last sentence",
	"bad told as mine", "bad not told as mine", "bad in a question", "bad in a report", "bad before the brand is named",
	"bad beside the brand", "bad away from the brand", "bad in quotation marks", "bad beside another name", "bad beside a rival",
	"bad after good", "good after bad", "nothing good or bad",
	"asks", "asks for facts", "ends with a question", "shouts", "first person", "share of first person",
	"numbers", "prices", "clock and dates", "quoted", "other names", "several other names", "rivals named",
	"links", "telephone number", "tags", "emoji", "capitals", "a code", "many lines", "long", "short", "many commas",
	"begins with the brand", "brand named often", "brand addressed", "ends with the brand", "brand named late", "brand and a colon",
	"if", "it used to be", "but", "thanks", "irony", "a report", "an accusing question",
	"no place of the brand is known",
	"words of complaints", "words of no complaints", "words of what happened", "words of nothing that happened", "words of others to blame", "words of no others to blame", "words of us", "words not of us",
	"share told of us", "told of us", "told of another", "told of a name", "told of nobody",
	"happened by us", "asked or supposed of us", "told of us and settled",
}

// featureNames are the names of all features, those that the data name behind the others.
func (c *common) featureNames() []string {
	names := append([]string(nil), featureNames[:]...)
	for _, theme := range c.themes {
		names = append(names, themeFeature+theme)
	}
	for _, v := range c.frames[1:] {
		names = append(names, v.name())
	}
	return names
}

// squash takes a weight to [0, 1): half is what it comes to one half at.
func squash(x, half float32) float32 {
	if x <= 0 {
		return 0
	}
	return x / (x + half)
}

func oneIf(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// features fills s.x. It comes after aim; value is the score of the words alone.
func (s *scratch) features(in *Input, value float64) {
	clear(s.x)
	s.x[fBias], s.x[fUnplaced] = 1, oneIf(!s.named)
	s.kindFeatures(in)
	s.x[fScoreBad], s.x[fScoreGood] = max(0, float32(-value)), max(0, float32(value))
	s.placeSentences()
	s.sortCues()
	s.cueFeatures()
	s.badFeatures()
	s.sentenceFeatures()
	s.tokenFeatures(in.Text)
	if s.mentions(brandPlace) {
		s.brandFeatures(in)
	}
	s.faultFeatures()
}

func (s *scratch) kindFeatures(in *Input) {
	if k := kindOf(in.Kind); k > 0 {
		s.x[fReview+k-1] = 1
	}
	switch st := in.Stars; {
	case st <= 0 || st != st:
	case st <= fewStars:
		s.x[fLowStars] = 1
	case st >= manyStars:
		s.x[fHighStars] = 1
	default:
		s.x[fMiddleStars] = 1
	}
}

// placeSentences notes which sentences name the brand.
func (s *scratch) placeSentences() {
	if s.places == 0 {
		return
	}
	for si := range s.sentences {
		st := &s.sentences[si]
		for i := st.from; i < st.to; i++ {
			switch s.lex.toks[i].place {
			case brandPlace:
				st.brand = true
			case rivalPlace:
				st.rival = true
			case namePlace:
				st.names++
			}
		}
	}
}

// cueFeatures weighs the cues by value and notes them with their sentences.
func (s *scratch) cueFeatures() {
	values := s.x[len(s.x)-len(s.common.frames):] // by frame: they count from 1
	var met uint64
	for i := range s.cues {
		h := &s.cues[i]
		values[h.frame] += h.weight
		if met>>h.frame&1 == 0 || h.weight > s.cues[s.loudest[h.frame]].weight {
			s.loudest[h.frame] = int32(i)
		}
		met |= 1 << h.frame
		if h.start != h.end || h.weight >= 1 {
			s.sentences[h.sentence].answers |= 1 << h.frame
		}
	}
	s.spoken = met
	for ; met != 0; met &= met - 1 {
		f := bits.TrailingZeros64(met)
		values[f] = squash(values[f], 1)
	}
}

// badFeatures says what is bad, and where it stands.
func (s *scratch) badFeatures() {
	var badCues, badWords, hints, goodCues, goodWords, quoted float32
	var kinds uint64
	s.bad = s.bad[:0]
	for i := range s.units {
		u := &s.units[i]
		if u.flags&unitHint != 0 {
			hints -= u.weight
			continue
		}
		si := u.sentence
		if u.weight < 0 {
			kinds |= 1 << (u.rule % 64)
			s.noteBad(int32(i), si)
			s.sentences[si].bad -= u.weight
			if u.flags&unitBytes == 0 && s.lex.toks[u.start].quoted {
				quoted -= u.weight
			}
		} else {
			s.sentences[si].good += u.weight
		}
		switch pattern := u.flags&unitPattern != 0; {
		case u.weight < 0 && pattern:
			badCues -= u.weight
		case u.weight < 0:
			badWords -= u.weight
		case pattern:
			goodCues += u.weight
		default:
			goodWords += u.weight
		}
	}
	x := (*[staticFeatures]float32)(s.x)
	x[fBadCues], x[fBadWords], x[fHints] = squash(badCues, 3), squash(badWords, 3), squash(hints, 0.5)
	x[fGoodCues], x[fGoodWords] = squash(goodCues, 3), squash(goodWords, 3)
	x[fBadKinds] = float32(min(ones(kinds), 5)) / 5
	if all := badCues + badWords + goodCues + goodWords; all > 0 {
		x[fBadShare] = (badCues + badWords) / all
	} else {
		x[fNothing] = 1
	}
	x[fBadQuoted] = squash(quoted, 2)
}

// badUnit is a unit of negative weight, in the order of sentences.
type badUnit struct{ unit, sentence int32 }

func (s *scratch) noteBad(unit, sentence int32) {
	s.bad = append(s.bad, badUnit{unit, sentence})
	for k := len(s.bad) - 1; k > 0 && s.bad[k-1].sentence > sentence; k-- { // ratings and smileys come late
		s.bad[k], s.bad[k-1] = s.bad[k-1], s.bad[k]
	}
}

// sentenceFeatures says in what kinds of sentences the bad stands.
func (s *scratch) sentenceFeatures() {
	var sum [fGoodAfterBad + 1]float32
	x := (*[staticFeatures]float32)(s.x)
	named := false
	var sawGood, sawBad float32
	for si := range s.sentences {
		st := &s.sentences[si]
		named = named || st.brand
		x[fWorst] = max(x[fWorst], st.bad-st.good/2)
		near := st.brand || si > 0 && s.sentences[si-1].brand || si+1 < len(s.sentences) && s.sentences[si+1].brand
		if near || !s.named {
			x[fWorstOfBrand] = max(x[fWorstOfBrand], st.bad-st.good/2)
		}
		if sawBad > 1 {
			sum[fGoodAfterBad] += st.good
		}
		wasGood := sawGood > 1
		sawGood, sawBad = sawGood+st.good, sawBad+st.bad
		if st.bad == 0 {
			continue
		}
		add := func(f int, yes bool) {
			if yes {
				sum[f] += st.bad
			}
		}
		add(fBadFirst, si == 0)
		add(fBadLast, si == len(s.sentences)-1)
		add(fBadMe, st.has(roleMe))
		add(fBadNotMe, !st.has(roleMe))
		add(fBadAsked, st.asks > 0)
		add(fBadReported, st.has(roleNews))
		add(fBadBeforeNaming, s.named && !named)
		add(fBadWithBrand, st.brand)
		add(fBadApart, s.named && !near)
		add(fBadWithName, st.names > 0)
		add(fBadWithRival, st.rival || st.has(roleRival))
		add(fBadAfterGood, wasGood)
	}
	if n := len(s.sentences); n > 0 {
		sum[fGoodLast] = s.sentences[n-1].good
	}
	for f := fBadFirst; f <= fGoodAfterBad; f++ {
		if f != fBadQuoted && sum[f] != 0 {
			x[f] = squash(sum[f], 3)
		}
	}
	x[fWorst], x[fWorstOfBrand] = squash(x[fWorst], 3), squash(x[fWorstOfBrand], 3)
}

// tokenFeatures says what the text is made of.
func (s *scratch) tokenFeatures(text string) {
	var me, numbers, money, times, quoted, names, rivals, links, emoji, caps, code, phone, commas int
	roles, toks := s.roles, s.lex.toks
	for i := range toks {
		t := &toks[i]
		me += int(t.roles >> roleMe & 1)
		if t.quoted {
			quoted++
		}
		if t.before == commaBreak {
			commas++
		}
		switch {
		case t.place == noPlace:
			s.countEveryday(t)
		case t.place == namePlace:
			names++
		case t.place == rivalPlace:
			rivals++
		case t.place == linkPlace:
			links++
		}
		switch {
		case t.kind == wordToken && t.runeN > 1 && !t.caps: // most words
		case t.kind == numberToken:
			numbers++
			span := text[t.start:t.end]
			if strings.IndexByte(span, ':') > 0 {
				times++
			}
			if len(span) >= 6 {
				phone++
			}
		case t.kind == emojiToken:
			emoji++
		case t.runeN == 1 && isCurrency(s.lex.runes[t.runeAt]):
			money++
		case t.caps && t.runeN > 3:
			caps++
		}
		if t.caps && t.digits {
			code = 1
		}
	}
	n, x := float32(max(len(toks), 1)), (*[staticFeatures]float32)(s.x)
	x[fMe], x[fMeShare] = oneIf(me > 0), min(1, 5*float32(me)/n)
	x[fNumbers], x[fMoney], x[fTimes] = min(1, 4*float32(numbers)/n), squash(float32(money), 1), squash(float32(times), 1)
	x[fQuoted], x[fCommas] = float32(quoted)/n, min(1, 4*float32(commas)/n)
	x[fNames], x[fManyNames], x[fRivals] = min(1, 5*float32(names)/n), oneIf(names+rivals >= 3), oneIf(rivals > 0)
	x[fLinks], x[fEmoji], x[fPhone], x[fCode] = oneIf(links > 0), squash(float32(emoji), 2), oneIf(phone > 0), float32(code)
	x[fCapitals] = min(1, 3*float32(caps)/n)
	x[fLong] = s.common.lengths[min(len(toks), len(s.common.lengths)-1)]
	x[fShort] = oneIf(n < 8)
	x[fLines] = squash(float32(strings.Count(text, "\n")), 3)
	x[fHashtags] = squash(float32(strings.Count(text, "#")), 2)
	x[fIf], x[fPast], x[fBut] = oneIf(roles&(1<<roleIf) != 0), oneIf(roles&(1<<rolePast) != 0), oneIf(roles&(1<<roleBut|1<<roleConcede) != 0)
	x[fThanks], x[fIrony] = oneIf(roles&(1<<roleThanks) != 0), oneIf(roles&(1<<roleIrony) != 0)
	x[fReported], x[fAccuses] = oneIf(roles&(1<<roleNews) != 0), oneIf(roles&(1<<roleAccuse) != 0)
	s.markFeatures()
	s.themeFeatures()
	s.leaningFeatures()
}

// lengths are what fLong is of texts by the number of their tokens; the last one is 1,
// and of all longer texts.
func lengths() []float32 {
	list := make([]float32, 404)
	for i := range list {
		list[i] = min(1, float32(math.Log1p(float64(max(i, 1))))/6)
	}
	return list
}

func isCurrency(r rune) bool { return strings.ContainsRune("$€£₽₴¥%", r) }

func (s *scratch) markFeatures() {
	var asks, facts, shouts float32
	for si := range s.sentences {
		st := &s.sentences[si]
		if st.asks > 0 {
			asks++
		}
		if st.asks > 0 && st.has(roleAsk) {
			facts++
		}
		shouts += float32(st.shouts)
	}
	n := float32(max(len(s.sentences), 1))
	s.x[fAsks], s.x[fAsksFacts], s.x[fShouts] = asks/n, facts/n, squash(shouts, 2)
	if k := len(s.sentences); k > 0 && s.sentences[k-1].asks > 0 {
		s.x[fEndsAsking] = 1
	}
}

// brandFeatures says where and how the brand is named; all are 0 when it is not.
func (s *scratch) brandFeatures(in *Input) {
	toks := s.lex.toks
	times, last, begun := 0, noPlace, false
	for i := range toks {
		t := &toks[i]
		if t.kind == emojiToken { // adorns both ends
			continue
		}
		if !begun && (t.kind != nameToken || t.place != noPlace) { // whom one replies to does not begin it
			s.x[fBrandFirst], begun = oneIf(t.place == brandPlace), true
		}
		if t.place == brandPlace && last != brandPlace {
			times++
			if times == 1 {
				s.x[fBrandLate] = float32(i) / float32(len(toks))
			}
			before, after := i == 0 || t.before != noBreak, i+1 == len(toks) || toks[i+1].before == commaBreak
			if before && after && len(toks) > 2 || t.start > 0 && in.Text[t.start-1] == '@' || in.Text[t.start] == '@' {
				s.x[fBrandAddressed] = 1
			}
		}
		if t.place == brandPlace && t.colon {
			s.x[fBrandColon] = 1
		}
		last = t.place
	}
	if len(toks) > 0 {
		s.x[fBrandLast] = oneIf(len(toks) > 2 && last == brandPlace)
	}
	s.x[fBrandOften] = squash(float32(max(times-1, 0)), 1)
}
