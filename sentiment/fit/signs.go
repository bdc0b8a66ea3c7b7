package main

import "fmt"

// The weight of what speaks for a complaint never speaks against it, and the other way round:
// without that, features that go together part a big weight between them with
// opposite signs, and a text that holds all of them loses what one of them would give it.
// A feature of neither list may speak either way.
var (
	speakFor = []string{
		"few stars", "score bad", "worst sentence", "worst sentence at the brand", "bad cues", "bad words", "small signs", "kinds of bad",
		"bad told as mine", "bad not told as mine", "bad beside the brand", "an accusing question", "told of us", "share told of us", "happened by us",
		"event yes", "about us", "voice customer", "end open", "event shared", "event mismatch", "end requested", "end left", "is event yes", "is about us", "is voice customer",
		"happened to a customer by us", "told as happened by a customer", "told as happened of us", "bad and happened by us",
		"told of us by a customer as happened", "happened, in a forum", "happened, in a network", "few stars and us",
		"no place: score bad", "no place: bad cues", "no place: worst sentence", "no place: happened", "no place: a customer", "no place: about us",
	}
	speakAgainst = []string{
		"many stars", "score good", "good cues", "good words", "thanks", "told of another", "told of a name", "told of us and settled", "asked or supposed of us",
		"bad in quotation marks", "bad beside a rival", "event planned", "event asked", "event advised", "event priced", "event feared", "event general", "event well",
		"about other", "about nobody", "about means", "voice press", "voice ad", "voice company", "voice adviser", "voice asker", "voice quoter", "voice talker",
		"end right", "end withdrawn", "end thanked", "end parted", "is about other", "is about nobody", "is voice press", "is voice ad", "is voice company",
		"is voice adviser", "is voice asker", "is voice quoter", "is voice talker", "good of us", "told of another by a customer", "no place: score good",
	}
)

// signs are they by feature, in the order of names.
func signs(names []string) ([]int8, error) {
	out := make([]int8, len(names))
	index := map[string]int{}
	for i, name := range names {
		index[name] = i
	}
	for sign, list := range map[int8][]string{1: speakFor, -1: speakAgainst} {
		for _, name := range list {
			i, ok := index[name]
			if !ok {
				return nil, fmt.Errorf("signs: no feature is called %q", name)
			}
			out[i] = sign
		}
	}
	return out, nil
}
