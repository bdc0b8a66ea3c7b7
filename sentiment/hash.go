package sentiment

// hashTable knows small numbers by the hashes of words: open addressing. The low bits of a slot are the
// number, the others the hash's; 0 is an empty slot.
type hashTable []uint64

// numberBits is what a number takes of a slot; the rest of the hash tells words apart.
const numberBits = 20

// newHashTable has room for so many words: it stays half empty, so that most are found at home.
func newHashTable(words int) hashTable {
	size := 16
	for size < 2*words {
		size *= 2
	}
	return make(hashTable, size)
}

// put adds a word that is not there yet.
func (t hashTable) put(h uint64, number uint32) {
	i := t.home(h)
	for t[i] != 0 {
		i = (i + 1) & uint64(len(t)-1)
	}
	t[i] = h>>numberBits<<numberBits | uint64(number)
}

// slotOf is the slot of a word, an empty one when it is unknown.
func (t hashTable) slotOf(h uint64) *uint64 {
	i := t.home(h)
	for t[i] != 0 && (t[i]^h)>>numberBits != 0 {
		i = (i + 1) & uint64(len(t)-1)
	}
	return &t[i]
}

// home is where a word's slot is looked for first.
func (t hashTable) home(h uint64) uint64 { return h >> numberBits & uint64(len(t)-1) }

// find returns the number of a word, 0 when it is unknown.
func (t hashTable) find(h uint64) uint32 { return t.findFrom(h, t[t.home(h)]) }

// findFrom is find with the slot at the word's home.
func (t hashTable) findFrom(h, slot uint64) uint32 {
	for i := t.home(h); ; {
		if (slot^h)>>numberBits == 0 {
			return uint32(slot & (1<<numberBits - 1))
		}
		if slot == 0 {
			return 0
		}
		i = (i + 1) & uint64(len(t)-1)
		slot = t[i]
	}
}

// keyTable knows numbers by others, none of either 0: open addressing; a key of 0 is an empty slot.
type keyTable []keySlot

type keySlot struct{ key, value uint32 }

func newKeyTable(keys int) keyTable {
	size := 64
	for size*3 < 4*keys {
		size *= 2
	}
	return make(keyTable, size)
}

func keyHash(key uint32) uint64 { return uint64(key) * 0x9e3779b97f4a7c15 }

// put adds a key that is not there yet.
func (t keyTable) put(key, value uint32) {
	m := uint64(len(t) - 1)
	i := keyHash(key) >> 32 & m
	for t[i].key != 0 {
		i = (i + 1) & m
	}
	t[i] = keySlot{key, value}
}

// find returns the number of a key, 0 when it is unknown.
func (t keyTable) find(key uint32) uint32 {
	m := uint64(len(t) - 1)
	for i := keyHash(key) >> 32 & m; ; i = (i + 1) & m {
		switch x := &t[i]; x.key {
		case key:
			return x.value
		case 0:
			return 0
		}
	}
}

// affixes gathers beginnings or ends of words with their numbers. What only longer ones begin with is known too,
// as goesOn: the search for the longest one stops at what is not.
type affixes struct {
	hashTable
	n int
}

const goesOn = 1<<numberBits - 1

// newAffixes has room for affixes of so many letters together.
func newAffixes(letters int) *affixes { return &affixes{newHashTable(letters), 0} }

// add takes the letters in the order they are read: those of an end from the last one on.
func (a *affixes) add(letters []rune, number uint32) {
	h := uint64(hashSeed)
	for i, r := range letters {
		h = hashRune(h, r)
		slot := a.slotOf(hashDone(h))
		if *slot == 0 {
			a.n++
			*slot = hashDone(h) | goesOn
		}
		if i == len(letters)-1 {
			*slot = hashDone(h)&^goesOn | uint64(number)
		}
	}
}

// table has the affixes in the room they need.
func (a *affixes) table() hashTable {
	t := newHashTable(a.n)
	for _, slot := range a.hashTable {
		if slot != 0 {
			t.put(slot, uint32(slot&goesOn))
		}
	}
	return t
}

// longest returns the number of the longest beginning of letters in the order they were added, 0 when none
// is known.
func (t hashTable) longest(letters []rune) (number uint32) {
	number, _ = t.longestOf(letters)
	return number
}

// longestOf also says how many letters that beginning has.
func (t hashTable) longestOf(letters []rune) (number uint32, length int) {
	h := uint64(hashSeed)
	for i, r := range letters {
		h = hashRune(h, r)
		switch n := t.find(hashDone(h)); n {
		case 0:
			return number, length
		case goesOn:
		default:
			number, length = n, i+1
		}
	}
	return number, length
}

const (
	hashSeed  = 14695981039346656037
	hashPrime = 1099511628211
)

func hashRune(h uint64, r rune) uint64 { return (h ^ uint64(uint32(r))) * hashPrime }

// hashDone spreads the high bits down, and keeps 0 for empty slots.
func hashDone(h uint64) uint64 {
	h ^= h >> 29
	h *= 0x9e3779b97f4a7c15
	h ^= h >> 32
	if h == 0 {
		return 1
	}
	return h
}

func hashString(s string) uint64 { return hashDone(hashMore(hashSeed, s)) }

// hashMore goes on with the letters of s.
func hashMore(h uint64, s string) uint64 {
	for _, r := range s {
		h = hashRune(h, r)
	}
	return h
}

func hashRunes(rs []rune) uint64 {
	h := uint64(hashSeed)
	for _, r := range rs {
		h = hashRune(h, r)
	}
	return hashDone(h)
}
