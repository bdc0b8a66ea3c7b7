package match

import (
	"strings"
	"unicode"
)

// latinLook and cyrillicLook say which capital letters of the other alphabet a
// capital looks like. Small letters that differ (в, н, т) are left out below.
var latinLook = map[rune]rune{
	'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P', 'С': 'C', 'Т': 'T', 'Х': 'X', 'У': 'Y', 'І': 'I', 'Ј': 'J', 'Ѕ': 'S',
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Κ': 'K', 'Μ': 'M', 'Η': 'H', 'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Χ': 'X', 'Υ': 'Y', 'Ι': 'I', 'Ν': 'N', 'Ζ': 'Z',
}

var cyrillicLook = map[rune]rune{
	'A': 'А', 'B': 'В', 'E': 'Е', 'K': 'К', 'M': 'М', 'H': 'Н', 'O': 'О', 'P': 'Р', 'C': 'С', 'T': 'Т', 'X': 'Х', 'Y': 'У', 'I': 'І', 'J': 'Ј', 'S': 'Ѕ',
	'Α': 'А', 'Β': 'В', 'Ε': 'Е', 'Κ': 'К', 'Μ': 'М', 'Η': 'Н', 'Ο': 'О', 'Ρ': 'Р', 'Τ': 'Т', 'Χ': 'Х', 'Υ': 'У', 'Ι': 'І',
}

// soundOf says which Latin letter a letter stands for when somebody spells by
// ear and takes the letters from either alphabet: Pоmashka, with Р for P.
var soundOf = map[rune]rune{
	'Р': 'r', 'р': 'r', 'P': 'r', 'В': 'v', 'в': 'v', 'B': 'v', 'Н': 'n', 'н': 'n', 'H': 'n', 'С': 's', 'с': 's', 'C': 's',
	'а': 'a', 'А': 'a', 'е': 'e', 'Е': 'e', 'о': 'o', 'О': 'o', 'к': 'k', 'К': 'k', 'м': 'm', 'М': 'm', 'т': 't', 'Т': 't', 'і': 'i', 'І': 'i', 'у': 'u', 'У': 'u', 'х': 'h', 'Х': 'h',
}

// lookAlikeHashes gives the hashes that a token of mixed alphabets has when its
// look-alikes are read in one of them; how many is n.
func (f *folder) lookAlikeHashes(s string) (hashes [3]uint64, n int) {
	for _, how := range [...]reader{asLatin, asCyrillic, byEar} {
		h := hashSeed
		ok := true
		for _, r := range s {
			v := f.rune(r)
			if v&kindIgnorable != 0 {
				continue
			}
			c, found := readAs(how, r, v)
			if !found {
				ok = false
				break
			}
			h = hashRune(h, c)
		}
		if ok {
			hashes[n] = hashEnd(h)
			n++
		}
	}
	return hashes, n
}

// unmixed gives a word of a term in one alphabet where its letters of the other are only
// look-alikes: Rоmashka with a Cyrillic о, iМаркет.
func (f *folder) unmixed(word string) string {
	kinds := f.kindsOf(word)
	if kinds&kindLatin == 0 || kinds&kindCyrillic == 0 {
		return word
	}
	for _, how := range [...]reader{asLatin, asCyrillic} {
		read := make([]rune, 0, len(word))
		for _, r := range word {
			v := f.rune(r)
			c, ok := readAs(how, r, v)
			switch {
			case ok && rune(c) == rune(v&runeBits):
				read = append(read, r) // as written: й, ё
			case ok:
				read = append(read, rune(c))
			case v&kindIgnorable == 0:
				read = nil
			}
			if read == nil {
				break
			}
		}
		if read != nil {
			return string(read)
		}
	}
	return word
}

// reader is how a word of mixed alphabets is read: by the looks of its letters, or by their sound.
type reader uint8

const (
	asLatin reader = iota
	asCyrillic
	byEar
)

// readAs reads one rune.
func readAs(how reader, r rune, v folded) (folded, bool) {
	native, table := kindLatin, latinLook
	switch how {
	case asCyrillic:
		native, table = kindCyrillic, cyrillicLook
	case byEar:
		if c, ok := soundOf[r]; ok {
			return folded(c), true
		}
		return v & runeBits, v&(kindLatin|kindDigit) != 0
	}
	if v&(native|kindDigit|kindApostrophe) != 0 {
		return v & runeBits, true
	}
	switch bare := rune(v & runeBits); { // an accent typed with the wrong letter: Пятëрочка, Рóмашка
	case how == asCyrillic && (r == 'ï' || r == 'Ï'):
		return 'ї', true
	case how == asLatin && bare == 'ї':
		return 'i', true
	case unicode.ToLower(r) != bare:
		r = bare
	}
	c, ok := table[unicode.ToUpper(r)]
	if !ok || unicode.IsLower(r) && !alikeWhenSmall(r) {
		return 0, false
	}
	return folded(unicode.ToLower(c)), true
}

// alikeWhenSmall says whether a small letter looks like its pair, too.
func alikeWhenSmall(r rune) bool {
	return strings.ContainsRune("аеорсхуіјѕкaeopcxyijskοαρυικν", r)
}
