package cases

import "slices"

// The byte sequences of sections 6.5 to 6.23. They follow Markus Kuhn's stress test for UTF-8 decoders, with what RFC 3629
// has decided since: nothing above U+10FFFF, no surrogates, nothing but the shortest form.
var sequences = []family{
	{"Valid text", "Characters of one to four bytes.",
		good("hello$world", "hello\u00a2world", "hello\u20acworld", "hello\U00024b62world", greek)},
	{"Prefix of valid text", "Text that ends inside a character is not UTF-8, even if every byte so far is right.", prefixes(greek)},
	{"First character of its length", "The least code point in one, two, three and four bytes.",
		good("\x00", "\u0080", "\u0800", "\U00010000")},
	{"First sequence of five and six bytes", "UTF-8 once went on to six bytes. RFC 3629 ended it at four.",
		bad("\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80")},
	{"Last character of its length", "The greatest code point in one, two, three and four bytes.",
		good("\x7f", "\u07ff", "\uffff", "\U0010ffff")},
	{"Last sequence of four, five and six bytes", "What four bytes can hold goes beyond U+10FFFF, five and six bytes do altogether.",
		bad("\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf")},
	{"Neighbour of a boundary", "The code points around the surrogates, the replacement character, and both sides of U+10FFFF.",
		slices.Concat(good("\ud7ff", "\ue000", "\ufffd", "\U0010ffff"), bad("\xf4\x90\x80\x80"))},
	{"Continuation bytes without a start", "A continuation byte belongs to a start byte.",
		bad("\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf", "\x80\xbf\x80\xbf\x80", "\x80\xbf\x80\xbf\x80\xbf", run(0x80, 0xbf, ""))},
	{"Start bytes without continuation", "A start byte demands continuation bytes; a space is none.",
		bad(run(0xc0, 0xdf, " "), run(0xe0, 0xef, " "), run(0xf0, 0xf7, " "), run(0xf8, 0xfb, " "), run(0xfc, 0xfd, " "))},
	{"Sequence without its last byte", "The end of the message does not complete a character.", bad(truncated...)},
	{"Sequences without their last byte, in a row", "The start of the next sequence does not complete the one before.", bad(concat(truncated))},
	{"Impossible bytes", "FE and FF occur nowhere in UTF-8.", bad("\xfe", "\xff", "\xfe\xfe\xff\xff")},
	{"Overlong slash", "The same character in more bytes than it needs gets past filters that look for its shortest form.",
		bad("\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf")},
	{"Greatest overlong sequence", "The last code point of each length, in one byte more.",
		bad("\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf")},
	{"Overlong NUL", "NUL in more bytes than one ends strings where nobody sees it; some encoders produce it on purpose.",
		bad("\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80")},
	{"Single surrogate", "Surrogates are halves of UTF-16. Alone they are no characters.",
		bad("\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf")},
	{"Pair of surrogates", "UTF-16 put into UTF-8 unit by unit (CESU-8) is not UTF-8.",
		bad("\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80", "\xed\xad\xbf\xed\xbf\xbf",
			"\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf", "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf")},
	{"Noncharacter", "Code points that Unicode keeps for internal use are valid UTF-8 all the same (RFC 3629).", nonCharacters()},
	{"Special character", "Annotation marks, the object and the replacement character, and two noncharacters are valid UTF-8.",
		good("\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff")},
}

// truncated are sequences whose last continuation byte is missing, for the least and the greatest of each length.
var truncated = []string{
	"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
	"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf",
}

func concat(list []string) (all string) {
	for _, s := range list {
		all += s
	}
	return all
}

// prefixes returns every start of a text; those that end inside a character are not valid.
func prefixes(s string) (list []sequence) {
	ends := map[int]bool{len(s): true}
	for i := range s {
		ends[i] = true
	}
	for n := 1; n <= len(s); n++ {
		list = append(list, sequence{s[:n], ends[n]})
	}
	return list
}

// run returns the bytes from first up to, but not including, last, each followed by sep.
func run(first, last byte, sep string) string {
	var b []byte
	for c := first; c < last; c++ {
		b = append(append(b, c), sep...)
	}
	return string(b)
}

// nonCharacters are U+FFFE and U+FFFF, then the last two of every plane, as far as its second byte ends in F: U+1FFFE to
// U+10FFFF.
func nonCharacters() []sequence {
	list := good("\ufffe", "\uffff")
	for plane := rune(1); plane <= 0x10; plane++ {
		list = append(list, good(string(plane<<16|0xfffe), string(plane<<16|0xffff))...)
	}
	return list
}
