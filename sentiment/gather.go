package sentiment

// What the tables are gathered in while they are compiled: tens of thousands of small lists and keys, for each of
// which a map or a slice of its own would ask the memory once.

// arena cuts slices that stay as they are out of larger ones.
type arena[T any] struct{ room []T }

func (a *arena[T]) keep(list []T) []T {
	if cap(a.room)-len(a.room) < len(list) {
		a.room = make([]T, 0, max(4096, len(list)))
	}
	from := len(a.room)
	a.room = append(a.room, list...)
	return a.room[from:len(a.room):len(a.room)]
}

// numbering numbers things in the order they are met. What they are is the caller's business: it brings a hash, and
// says which number it is that has the same one.
type numbering struct {
	last [1 << 13]uint32 // by the low bits of a hash: the number that was given last
	next []uint32        // by number: the one before it with the same bits; 0 for none
}

// newNumbering gives the numbers from first on, which is not 0.
func newNumbering(first uint32) *numbering { return &numbering{next: make([]uint32, first, 1<<13)} }

// number is that of the thing with this hash, a new one where none that was given is the same.
func (n *numbering) number(h uint64, same func(number uint32) bool) (number uint32, known bool) {
	last := &n.last[h%uint64(len(n.last))]
	for i := *last; i != 0; i = n.next[i] {
		if same(i) {
			return i, true
		}
	}
	number = uint32(len(n.next))
	n.next = append(n.next, *last)
	*last = number
	return number, false
}
