package match

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"
)

// What is known of a written form, beside the word it belongs to.
const (
	flagBase    uint32 = 1 << iota // the dictionary form, in either alphabet: may be an address or an account
	flagTail                       // may take an ending of endings.tsv behind ' or - or, if Cyrillic, directly
	flagStem                       // counts only with a Cyrillic ending glued to it: Rozetk+у
	flagPossess                    // may take 's
	flagSurname                    // genitive plural in -ов, -ин: also the surname of somebody else
	flagForeign                    // written in the other alphabet than the term
	flagShy                        // spells an everyday English word by chance (сад, sad): counts only as an address, account or tag
	flagLang                       // with the next maxInflected-1: an inflected form of these languages and no other

	flagBits  = 7 + maxInflected
	flagMask  = 1<<flagBits - 1
	flagLangs = flagMask &^ (flagLang - 1)
)

// maxInflected is how many languages may have paradigms, each a bit of the flags.
const maxInflected = 6

// maxWords is how many different words the terms of a watchlist may have: the
// number of a word shares 32 bits with the flags.
const maxWords = 1 << (32 - flagBits)

// posting says that a token with some hash is a form of a word. The bucket holds
// the upper bits of the hash, check the lower 32: at ten million forms the
// chance that a foreign word of the text is taken for a form is below 1e-8.
type posting struct {
	check uint32
	value uint32 // word<<flagBits | flags
}

func (p posting) word() int32   { return int32(p.value >> flagBits) }
func (p posting) flags() uint32 { return p.value & flagMask }

// index finds the words a token may be a form of. Nearly all tokens of a text
// are none, so a Bloom filter of two bits in one word answers first; it is small
// enough to stay in the cache where the postings are not.
type index struct {
	bloom      []uint64
	bloomShift uint
	bucket     []uint32 // where in posts the bucket of hash>>shift begins; one more at the end
	shift      uint
	posts      []posting
}

// entry is a posting on its way into an index: the halves of its hash, because
// twelve bytes are less than sixteen.
type entry struct {
	hi, lo uint32
	value  uint32
}

func (e entry) hash() uint64 { return uint64(e.hi)<<32 | uint64(e.lo) }

func bloomMask(h uint64) uint64 { return 1<<(h&63) | 1<<(h>>6&63) }

// entries gathers entries in pieces, so that growing never copies them.
type entries struct {
	pieces [][]entry
	n      int
}

// The pieces of entries: most watchlists are small, so the first is.
const (
	firstPiece = 1 << 6
	pieceSize  = 1 << 12
)

func (e *entries) add(x entry) {
	last := len(e.pieces) - 1
	if last < 0 || len(e.pieces[last]) == cap(e.pieces[last]) {
		size := pieceSize
		if last < 0 {
			size = firstPiece
		}
		e.pieces = append(e.pieces, make([]entry, 0, size))
		last++
	}
	e.pieces[last] = append(e.pieces[last], x)
	e.n++
}

// parts is how many parts of an index are built side by side: each has the
// buckets, the words of the Bloom filter and the postings of the hashes that
// begin with the same bits, and is small enough for a processor's cache.
const (
	partBits = 4
	parts    = 1 << partBits
)

// parted holds entries by the part they belong to.
type parted [parts]entries

func (p *parted) add(hash uint64, value uint32) {
	p[hash>>(64-partBits)].add(entry{uint32(hash >> 32), uint32(hash), value})
}

// build takes the entries of an index; equal (hash, word) pairs are joined.
func (ix *index) build(lists []*parted) {
	total := 0
	var ends [parts]int
	for k := range ends {
		for _, in := range lists {
			total += in[k].n
		}
		ends[k] = total
	}
	n := uint(max(bits.Len(uint(total))-1, partBits+2))
	ix.shift = 64 - n
	ix.bloomShift = 64 - (n - 2) // at least 16 bits an entry, in words of 64
	ix.bloom = make([]uint64, 1<<(n-2))
	ix.bucket = make([]uint32, 1<<n+1)
	ix.posts = make([]posting, total)
	var kept [parts]int
	var all sync.WaitGroup
	for k := range parts {
		from := 0
		if k > 0 {
			from = ends[k-1]
		}
		all.Go(func() { kept[k] = ix.buildPart(lists, k, from, ends[k]) })
	}
	all.Wait()
	ix.close(ends, kept)
}

// buildPart fills the buckets of part k and its postings, posts[from:to], of
// which it keeps and returns so many; the buckets count from from on.
func (ix *index) buildPart(lists []*parted, k, from, to int) int {
	width := (len(ix.bucket) - 1) / parts
	bucket := ix.bucket[k*width : (k+1)*width]
	first := uint64(k * width)
	for _, in := range lists {
		for _, piece := range in[k].pieces {
			for _, e := range piece {
				h := e.hash()
				ix.bloom[h>>ix.bloomShift] |= bloomMask(h)
				bucket[h>>ix.shift-first]++
			}
		}
	}
	sum := uint32(0)
	for i, count := range bucket { // now where each bucket ends
		sum += count
		bucket[i] = sum
	}
	posts := ix.posts[from:to]
	for _, in := range lists {
		for _, piece := range in[k].pieces {
			for _, e := range piece { // filled from its end, a bucket's mark moves to its start
				at := &bucket[e.hash()>>ix.shift-first]
				*at--
				posts[*at] = posting{e.lo, e.value}
			}
		}
		in[k] = entries{}
	}
	return compact(bucket, posts)
}

// close joins the parts, which kept fewer postings than they had room for.
func (ix *index) close(ends, kept [parts]int) {
	width := (len(ix.bucket) - 1) / parts
	at, from := 0, 0
	for k := range parts {
		copy(ix.posts[at:], ix.posts[from:from+kept[k]])
		for i := k * width; i < (k+1)*width; i++ {
			ix.bucket[i] += uint32(at)
		}
		at += kept[k]
		from = ends[k]
	}
	ix.bucket[len(ix.bucket)-1] = uint32(at)
	ix.posts = slices.Clip(ix.posts[:at])
}

// compact sorts each bucket by check and word, joins the flags of repeats, and
// returns how many postings are left.
func compact(bucket []uint32, posts []posting) int {
	out := posts[:0]
	for b, from := range bucket {
		to := uint32(len(posts))
		if b+1 < len(bucket) {
			to = bucket[b+1]
		}
		run := posts[from:to]
		slices.SortFunc(run, func(a, b posting) int {
			if a.check != b.check {
				return cmp.Compare(a.check, b.check)
			}
			return cmp.Compare(a.value>>flagBits, b.value>>flagBits)
		})
		start := len(out)
		bucket[b] = uint32(start)
		for _, p := range run {
			if k := len(out); k > start && out[k-1].check == p.check && out[k-1].word() == p.word() {
				out[k-1].value = joinFlags(out[k-1].value, p.value)
				continue
			}
			out = append(out, p)
		}
	}
	return len(out)
}

// langFlags gives the flags of a set of languages.
func langFlags(l langs) uint32 { return uint32(l) * flagLang }

// joinFlags joins what two ways to the same form know of it. What only warns
// (stem, surname, foreign) must hold on both ways.
func joinFlags(a, b uint32) uint32 {
	const warn = flagStem | flagSurname | flagForeign | flagShy
	out := (a|b)&^(warn|flagLangs) | a&b&warn
	if (a^b)&flagStem != 0 { // it counts by itself, and still with an ending: Romantik is a plural, Romantikой
		out |= flagTail
	}
	if a&flagLangs != 0 && b&flagLangs != 0 {
		out |= (a | b) & flagLangs
	}
	return out
}

// lookup gives the postings of a hash; usually none.
func (ix *index) lookup(h uint64) []posting {
	if len(ix.posts) == 0 {
		return nil
	}
	if mask := bloomMask(h); ix.bloom[h>>ix.bloomShift]&mask != mask {
		return nil
	}
	b := h >> ix.shift
	from, to := ix.bucket[b], ix.bucket[b+1]
	for from < to && ix.posts[from].check != uint32(h) {
		from++
	}
	end := from
	for end < to && ix.posts[end].check == uint32(h) {
		end++
	}
	return ix.posts[from:end]
}
